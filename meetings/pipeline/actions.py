"""The steps of a request: asking again, a time they hold, staff instead, before the meeting is confirmed or after."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.enums import ActorKind
from crm.activity.models import ActivityEntry
from crm.base.locking import save_version
from crm.base.text import one_line
from crm.followups.actions import add_task
from crm.offices.actions import hire
from crm.people.enums import ContactType, MembershipRole
from crm.people.models import Membership, Person
from crm.people.queries import mail_address_of
from meetings.attendees.actions import (
    AttendeeInput,
    add_attendee,
    bring_back,
    link_schedulers,
    record_answer,
    remove_attendee,
)
from meetings.requests.actions import NewScheduler, step_into
from meetings.requests.errors import ComesAnywayError, NoOfferChosenError, NotOfTheOfficeError
from meetings.requests.models import RequestNote
from meetings.requests.queries import office_of
from meetings.scheduling.enums import (
    AnswerSource,
    AttendeeRole,
    NoteKind,
    OfferState,
    PartStat,
    RequestChannel,
    RequestState,
)
from meetings.scheduling.models import Attendee, Meeting, MeetingRequest, OfferedTime
from meetings.scheduling.queries import policymaker_at, replaced_at
from meetings.scheduling.rules import ASKED, OPEN_REQUEST, WAITING_OFFERS, check_request, check_running


@transaction.atomic
def follow_up_request(
    request: MeetingRequest, *, channel: RequestChannel, version: int, by: User, at: datetime, words: str = ""
) -> MeetingRequest:
    """requested → followed_up; later states stay what they are. The next one is due as the office's rules say.

    Notes that somebody wrote or called and what was said; nothing is mailed. The second call with the same
    version raises StaleVersionError, so a double click is one follow-up.
    """
    check_request(request, *ASKED)
    current = RequestState(request.state)
    state = RequestState.FOLLOWED_UP if current == RequestState.REQUESTED else current
    step_into(request, state, version=version, at=at)
    said = one_line(words, limit=1000)
    RequestNote.objects.create(
        request=request, kind=NoteKind.FOLLOW_UP, channel=channel, words=said, noted_by=by, noted_at=at
    )
    about = (request.person, request.ask)
    record("meeting_request.followed_up", request, by=by, at=at, about=about, data={"channel": str(channel)})
    return request


@transaction.atomic
def hold_times(
    request: MeetingRequest, *, offers: Collection[OfferedTime], version: int, by: User, at: datetime
) -> MeetingRequest:
    """Asked, in whatever state → held: the office keeps these of the offered times until one is confirmed.

    Raises NoOfferChosenError for none or one that is no longer on offer. The second call is stale.
    """
    check_request(request, *ASKED)
    keys = {each.pk for each in offers}
    found = request.offered_times.filter(pk__in=keys, state__in=WAITING_OFFERS)
    if not keys or found.count() != len(keys):
        raise NoOfferChosenError
    step_into(request, RequestState.HELD, version=version, at=at)
    found.update(state=OfferState.HELD)
    about = (request.person, request.ask)
    record("meeting_request.held", request, by=by, at=at, about=about, data={"times": len(keys)})
    return request


@transaction.atomic
def move_to_staff(
    request: MeetingRequest, *, staff: Person | NewScheduler, version: int, by: User, at: datetime
) -> MeetingRequest:
    """Asked, in whatever state → to_staff: somebody of the office meets us in place of the policymaker.

    The request stays with the policymaker, and so will the meeting. Somebody new joins the office. Raises
    NotOfTheOfficeError for a stranger; the second call is stale.
    """
    check_request(request, *ASKED)
    _check_works(staff, request.office_id, request.person, at)
    step_into(request, RequestState.TO_STAFF, version=version, at=at)
    entry = record("meeting_request.to_staff", request, by=by, at=at, about=(request.person, request.ask))
    request.staff_instead = _known(staff, request.person, by, at, entry)
    request.save(update_fields=["staff_instead"])
    RequestNote.objects.create(request=request, kind=NoteKind.STAFF, noted_by=by, noted_at=at)
    return request


@transaction.atomic
def send_staff_instead(
    meeting: Meeting,
    *,
    staff: Person | NewScheduler | None,
    source: AnswerSource,
    version: int,
    by: User | None,
    at: datetime,
    words: str = "",
) -> Meeting:
    """A confirmed meeting: somebody of the office comes in place of the policymaker, and the meeting stands.

    The policymaker's answer is kept like any other; she is taken off and hears nothing more. `staff` is invited, in
    place of who was named before; None while nobody said who comes makes a task for the owner. Raises
    MeetingOverError, or NotOfTheOfficeError for a stranger; the second call is stale.
    """
    check_running(meeting)
    request, head = meeting.request, policymaker_at(meeting)
    office = request.office_id if request else getattr(office_of(meeting.person, meeting.owner, at.date()), "pk", None)
    _check_works(staff, office, meeting.person, at)
    save_version(meeting, version=version, at=at)
    about = (request, meeting.person, meeting.ask)
    actor, data = None if by else ActorKind.OFFICE, {"source": str(source)}
    entry = record("meeting.to_staff", meeting, by=by, at=at, about=about, actor_kind=actor, data=data)
    if head is not None:
        record_answer(head, partstat=PartStat.DELEGATED, source=source, by=by, at=at, comment=words)
        _take_off(head, meeting, by, at)
    person = _known(staff, meeting.person, by, at, entry) if staff else None
    before = request.staff_instead if request else None
    old = _guest(meeting, before, at) if before is not None and before != person else None
    if old is not None:
        _step_back(old, meeting, by, at)
    guest = _admit(meeting, person, by, at) if person else None
    for each in (head, old):
        _answers_move(meeting, each, guest)
    link_schedulers(meeting)
    if request is not None:
        save_version(request, version=request.version, at=at, staff_instead=person)
        if by is not None:
            said = one_line(words, limit=1000)
            RequestNote.objects.create(request=request, kind=NoteKind.STAFF, words=said, noted_by=by, noted_at=at)
    if person is None:
        _ask_who(meeting, words, by, at, entry)
    return meeting


@transaction.atomic
def take_back_staff(meeting: Meeting, *, keeps_staff: bool, version: int, by: User, at: datetime) -> Meeting:
    """The policymaker comes after all: she is invited again, on the same row, and asked for an answer.

    Who was to come in her place is uninvited unless `keeps_staff`; a scheduler is a scheduler again. Raises
    ComesAnywayError when the policymaker is expected already, also the second time.
    """
    check_running(meeting)
    if policymaker_at(meeting) is not None:
        raise ComesAnywayError
    request, head = meeting.request, replaced_at(meeting)
    if head is not None:
        head.meeting = meeting
        head = bring_back(head, version=version, by=by, at=at)
    else:
        head = add_attendee(
            meeting, _input(meeting.person, AttendeeRole.POLICYMAKER, at), version=version, by=by, at=at
        )
    staff = request.staff_instead if request else None
    guest = _guest(meeting, staff, at) if staff else None
    if guest is not None:
        _answers_move(meeting, guest, head)
        if not keeps_staff:
            _step_back(guest, meeting, by, at)
    link_schedulers(meeting)
    if request is not None:
        save_version(request, version=request.version, at=at, staff_instead=None)
    record("meeting.from_staff", meeting, by=by, at=at, about=(request, meeting.person, meeting.ask))
    return meeting


def _check_works(staff: Person | NewScheduler | None, office: int | None, head: Person, at: datetime) -> None:
    """Somebody we know has to work in the office. Raises NotOfTheOfficeError."""
    if isinstance(staff, Person):
        works = Membership.objects.current_on(at.date()).filter(person=staff, organization=office)
        if not works.exists() or staff == head:
            raise NotOfTheOfficeError


def _known(staff: Person | NewScheduler, head: Person, by: User | None, at: datetime, entry: ActivityEntry) -> Person:
    """Somebody new joins the office."""
    if isinstance(staff, Person):
        return staff
    contacts = {ContactType.EMAIL: staff.email}
    return hire(head, name=staff.name, contacts=contacts, role=MembershipRole.AIDE, by=by, at=at, entry=entry)


def _input(person: Person, role: AttendeeRole, at: datetime) -> AttendeeInput:
    return AttendeeInput(person.name, mail_address_of(person, at.date()) or "", role, person=person)


def _guest(meeting: Meeting, staff: Person, at: datetime) -> Attendee | None:
    """Her place at the meeting, if she is expected: by who she is, else by her address."""
    email = mail_address_of(staff, at.date())
    hers = Q(person=staff) | Q(person=None, email__iexact=email) if email else Q(person=staff)
    return meeting.attendees.filter(hers, removed_at=None).order_by("id").first()


def _admit(meeting: Meeting, staff: Person, by: User | None, at: datetime) -> Attendee:
    """Invite her; who is invited already gets no second mail."""
    guest = _guest(meeting, staff, at)
    if guest is None:
        invited = _input(staff, AttendeeRole.OFFICE_STAFF, at)
        return add_attendee(meeting, invited, version=meeting.version, by=by, at=at)
    Attendee.objects.filter(pk=guest.pk).update(role=AttendeeRole.OFFICE_STAFF, person=staff, answers_for=None)
    return guest


def _step_back(guest: Attendee, meeting: Meeting, by: User | None, at: datetime) -> None:
    """She need not come any more; the scheduler of the request still hears of the meeting."""
    if meeting.request is not None and guest.person_id == meeting.request.scheduler_id:
        Attendee.objects.filter(pk=guest.pk).update(role=AttendeeRole.SCHEDULER)
    else:
        _take_off(guest, meeting, by, at)


def _take_off(attendee: Attendee, meeting: Meeting, by: User | None, at: datetime) -> None:
    attendee.meeting = meeting
    attendee.refresh_from_db(fields=["partstat"])
    remove_attendee(attendee, version=meeting.version, by=by, at=at)


def _answers_move(meeting: Meeting, old: Attendee | None, new: Attendee | None) -> None:
    """Whoever answered for one answers for the other."""
    if old is not None:
        speaking = meeting.attendees.filter(answers_for=old)
        (speaking.exclude(pk=new.pk) if new else speaking).update(answers_for=new)


def _ask_who(meeting: Meeting, words: str, by: User | None, at: datetime, entry: ActivityEntry) -> None:
    add_task(
        title=_("Ask who comes instead of %(name)s, and note it") % {"name": meeting.person.name},
        detail=words,
        assignee=meeting.owner,
        due_on=at.date(),
        person=meeting.person,
        obj=meeting,
        origin_key=f"staff:{meeting.public_id}:{meeting.version}",
        by=by,
        at=at,
        entry=entry,
    )


@transaction.atomic
def plan_next_action(
    request: MeetingRequest, *, next_action: str, next_action_on: date | None, version: int, by: User, at: datetime
) -> MeetingRequest:
    """Say what to do next and by when; the next step sets both anew. Empty words mean what the state asks for.

    A call that changes nothing records nothing; one with an old version raises StaleVersionError.
    """
    check_request(request, *OPEN_REQUEST)
    wanted = {"next_action": one_line(next_action, limit=200), "next_action_on": next_action_on}
    if all(getattr(request, name) == value for name, value in wanted.items()) and request.version == version:
        return request
    save_version(request, version=version, at=at, **wanted)
    record("meeting_request.planned", request, by=by, at=at, about=(request.person, request.ask))
    return request
