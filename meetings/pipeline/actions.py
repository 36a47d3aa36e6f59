"""The steps between asking an office and confirming a meeting: asking again, a time they hold, staff instead."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.base.locking import save_version
from crm.base.text import one_line
from crm.offices.actions import hire
from crm.people.enums import ContactType, MembershipRole
from crm.people.models import Membership, Person
from meetings.requests.actions import NewScheduler, step_into
from meetings.requests.errors import NoOfferChosenError, NotOfTheOfficeError
from meetings.requests.models import RequestNote
from meetings.scheduling.enums import NoteKind, OfferState, RequestChannel, RequestState
from meetings.scheduling.models import MeetingRequest, OfferedTime
from meetings.scheduling.rules import ASKED, OPEN_REQUEST, WAITING_OFFERS, check_request


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
    if isinstance(staff, Person):
        works = Membership.objects.current_on(at.date()).filter(person=staff, organization=request.office_id)
        if not works.exists() or staff == request.person:
            raise NotOfTheOfficeError
    step_into(request, RequestState.TO_STAFF, version=version, at=at)
    entry = record("meeting_request.to_staff", request, by=by, at=at, about=(request.person, request.ask))
    if isinstance(staff, NewScheduler):
        contacts = {ContactType.EMAIL: staff.email}
        role = MembershipRole.AIDE
        staff = hire(request.person, name=staff.name, contacts=contacts, role=role, by=by, at=at, entry=entry)
    request.staff_instead = staff
    request.save(update_fields=["staff_instead"])
    RequestNote.objects.create(request=request, kind=NoteKind.STAFF, noted_by=by, noted_at=at)
    return request


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
