"""From the confirmed time to the last change of a meeting, and what its people answer.

Calendar mails are not sent here: every change is announced, and invitations listens.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.base.locking import save_version
from crm.base.text import clean_text, one_line
from crm.messaging.actions import cancel_queued
from crm.people.models import Person
from crm.people.queries import mail_address_of
from meetings.attendees.actions import (
    AttendeeInput,
    add_attendee,
    create_attendee,
    link_schedulers,
    record_answer,
    remove_attendee,
    restore_answers,
)
from meetings.requests.actions import (
    OfferInput,
    ask_successor,
    close_request,
    offer_times,
    release_offers,
    repoint_request,
    request_meeting,
    send_request,
)
from meetings.scheduling.enums import AttendeeRole, MeetingFormat, MeetingState, PartStat, RequestState
from meetings.scheduling.errors import NoTimeError, TitleMissingError
from meetings.scheduling.models import Meeting, MeetingRequest, OfferedTime, Venue
from meetings.scheduling.registry import Change, MeetingChange, announce, held_outside
from meetings.scheduling.rules import (
    ASKED,
    changed_fields,
    check_audience,
    check_offer,
    check_place,
    check_request,
    check_running,
    check_times,
    differences,
    is_significant,
    missing_people,
    next_number,
    zone_of,
)

__all__ = [
    "AttendeeInput",
    "OfferInput",
    "add_attendee",
    "cancel_meeting",
    "close_request",
    "confirm_meeting",
    "create_venue",
    "edit_meeting",
    "move_meeting",
    "offer_times",
    "record_answer",
    "remove_attendee",
    "repoint_meeting",
    "repoint_request",
    "request_meeting",
    "send_request",
]


@transaction.atomic
def confirm_meeting(
    request: MeetingRequest,
    *,
    title: str,
    format: MeetingFormat,
    version: int,
    by: User,
    at: datetime,
    offered_time: OfferedTime | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    time_zone: str = "",
    venue: Venue | None = None,
    join_url: str = "",
    description: str = "",
    attendees: Sequence[AttendeeInput] = (),
    is_confidential: bool = False,
) -> Meeting:
    """Asked, in whatever state → confirmed, at an offered time or any other; invitations go out.

    Offers that wait do not leave. The policymaker (or who of her staff comes instead) and the scheduler of the
    request are added when `attendees` lacks them; a venue that is no row yet becomes one. The second call raises
    WrongStateError, with an old version of the request StaleVersionError.
    """
    check_request(request, *ASKED)
    check_offer(offered_time, request)
    if offered_time is not None:
        starts_at, ends_at, time_zone = offered_time.starts_at, offered_time.ends_at, offered_time.time_zone
    if starts_at is None or ends_at is None:
        raise NoTimeError
    check_times(starts_at, ends_at, time_zone)
    check_place(format, venue, join_url)
    save_version(request, version=version, at=at, state=RequestState.CONFIRMED, next_action="", next_action_on=None)
    release_offers(request, offered_time, by=by, at=at)
    cancel_queued(obj=request, reason="confirmed", at=at)
    meeting = Meeting.objects.create(
        request=request,
        person=request.person,
        ask=request.ask,
        title=_title(title),
        description=clean_text(description),
        format=format,
        venue=_kept(venue) if venue else None,
        join_url=join_url,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=time_zone,
        owner=request.owner,
        organizer_name=settings.ORGANISATION_NAME,
        organizer_email=settings.MAIL_FROM_INVITATION,
        is_confidential=is_confidential,
        created_at=at,
        updated_at=at,
    )
    for each in [*_office_of(request, attendees, at), *attendees]:
        create_attendee(meeting, each)
    link_schedulers(meeting)
    record("meeting.confirmed", meeting, by=by, at=at, about=(request, *_about(meeting), *_people(meeting)))
    announce(MeetingChange(Change.CONFIRMED, meeting, by, at))
    return meeting


@transaction.atomic
def edit_meeting(meeting: Meeting, *, version: int, by: User, at: datetime, **changes: Any) -> Meeting:
    """Change what asks nobody to answer again: title, description, is_confidential, is_public. Answers stand.

    A call that changes nothing writes and sends nothing; one with an old version raises StaleVersionError.
    """
    if unknown := set(changes) - {"title", "description", "is_confidential", "is_public"}:
        raise TypeError(f"edit_meeting cannot change {sorted(unknown)}")
    check_audience(meeting, changes)
    if "title" in changes:
        changes["title"] = _title(changes["title"])
    if "description" in changes:
        changes["description"] = clean_text(changes["description"])
    return _change(meeting, changes, version=version, by=by, at=at)


@transaction.atomic
def move_meeting(meeting: Meeting, *, version: int, by: User, at: datetime, **changes: Any) -> Meeting:
    """Change starts_at, ends_at, time_zone, format, venue or join_url.

    Another time or house raises SEQUENCE and asks everybody again, unless it takes back a move that nobody was
    told of; another room or link is a small change and answers stand. A call that changes nothing writes and sends
    nothing; one with an old version raises StaleVersionError. A venue that is no row yet becomes one.
    """
    if unknown := set(changes) - {"starts_at", "ends_at", "time_zone", "format", "venue", "join_url"}:
        raise TypeError(f"move_meeting cannot change {sorted(unknown)}")
    if changes.get("venue"):
        changes["venue"] = _kept(changes["venue"])
    return _change(meeting, changes, version=version, by=by, at=at)


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, version: int, by: User, at: datetime) -> Meeting:
    """confirmed → cancelled; everybody who was invited is told. The second call raises MeetingOverError."""
    check_running(meeting)
    save_version(meeting, version=version, at=at, state=MeetingState.CANCELLED)
    held = held_outside(meeting)
    _number(meeting, next_number(meeting.sequence, held.sequence if held else None))
    record("meeting.cancelled", meeting, by=by, at=at, about=_about(meeting))
    announce(MeetingChange(Change.CANCELLED, meeting, by, at))
    return meeting


@transaction.atomic
def repoint_meeting(meeting: Meeting, successor: Person, *, by: User, at: datetime) -> MeetingRequest | None:
    """Somebody else holds the seat: the meeting is cancelled and everybody told, a draft asks the successor.

    Gives the request to the successor. The second call raises MeetingOverError.
    """
    cancel_meeting(meeting, version=meeting.version, by=by, at=at)
    return ask_successor(meeting.request, successor, by=by, at=at) if meeting.request else None


@transaction.atomic
def create_venue(*, name: str, time_zone: str, by: User, at: datetime, address: str = "", room: str = "") -> Venue:
    """A place to meet. The second call makes a second one: two rooms may share a name."""
    venue = _kept(Venue(name=name, address=address, room=room, time_zone=time_zone))
    record("venue.created", venue, by=by, at=at)
    return venue


def _kept(venue: Venue) -> Venue:
    """A place described just now becomes a row as part of the step; one we know stays as it is."""
    if venue.pk is not None:
        return venue
    zone_of(venue.time_zone)
    return Venue.objects.create(
        name=one_line(venue.name, limit=200),
        address=one_line(venue.address, limit=300),
        room=one_line(venue.room, limit=100),
        time_zone=venue.time_zone,
    )


def _change(meeting: Meeting, wanted: Mapping[str, Any], *, version: int, by: User, at: datetime) -> Meeting:
    check_running(meeting)
    changed = changed_fields(meeting, wanted)
    if not changed:
        return meeting
    after = {name: wanted.get(name, getattr(meeting, name)) for name in _PLACE_AND_TIME}
    check_times(after["starts_at"], after["ends_at"], after["time_zone"])
    check_place(after["format"], after["venue"], after["join_url"])
    noticed, is_moved = differences(meeting, changed), is_significant(meeting, changed)
    save_version(meeting, version=version, at=at, **changed)
    if is_moved:
        _renumber(meeting)
    sequence = meeting.sequence
    verb = "meeting.moved" if is_moved else "meeting.edited"
    record(verb, meeting, by=by, at=at, about=_about(meeting), data={"fields": sorted(changed), "sequence": sequence})
    if noticed or is_moved:
        announce(MeetingChange(Change.MOVED if is_moved else Change.EDITED, meeting, by, at, differences=noticed))
    return meeting


def _renumber(meeting: Meeting) -> None:
    """Another time or place: a new number, and everybody is asked again.

    Where all calendars still have the meeting as it is now, since the move is taken back before its mail left, the
    number and the answers are again those they have.
    """
    held = held_outside(meeting)
    _number(
        meeting,
        next_number(meeting.sequence, held.sequence if held else None, is_back=held is not None and bool(held.is_same)),
    )
    invited = meeting.attendees.filter(removed_at=None)
    invited.update(partstat=PartStat.NEEDS_ACTION, answered_at=None)
    if held is not None and meeting.sequence == held.sequence:
        restore_answers(invited, held.sequence, held.numbers)


def _number(meeting: Meeting, sequence: int) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(sequence=sequence)
    meeting.sequence = sequence


_PLACE_AND_TIME = ("starts_at", "ends_at", "time_zone", "format", "venue", "join_url")


def _about(meeting: Meeting) -> tuple[Any, ...]:
    return (meeting.person, meeting.ask)


def _people(meeting: Meeting) -> list[Person]:
    return [each.person for each in meeting.attendees.select_related("person") if each.person is not None]


def _office_of(request: MeetingRequest, listed: Sequence[AttendeeInput], at: datetime) -> list[AttendeeInput]:
    """The policymaker or who comes instead of her, and the scheduler, unless the caller lists them."""
    known = {each.person.pk for each in listed if each.person is not None}
    guest = request.staff_instead or request.person
    role = AttendeeRole.OFFICE_STAFF if request.staff_instead else AttendeeRole.POLICYMAKER
    missing = missing_people(known, (guest, request.scheduler))
    return [
        AttendeeInput(
            name=person.name,
            email=mail_address_of(person, at.date()) or "",
            role=role if person == guest else AttendeeRole.SCHEDULER,
            person=person,
        )
        for person in missing
    ]


def _title(value: str) -> str:
    if not (title := one_line(value, limit=200)):
        raise TitleMissingError
    return title
