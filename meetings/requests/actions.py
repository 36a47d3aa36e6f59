"""The way to a meeting: asking an office, offering times, hearing no. `meetings.scheduling.actions` exports these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.models import ActivityEntry
from crm.base.locking import save_version
from crm.base.text import one_line
from crm.issues.models import Ask
from crm.messaging.actions import cancel_queued, queue_from_template
from crm.messaging.enums import Stream
from crm.offices.actions import hire
from crm.people.enums import ContactType
from crm.people.models import Person
from crm.people.queries import mail_address_of, schedulers_of
from meetings.requests.models import RequestNote
from meetings.requests.queries import last_met, office_of, open_request, rules_of
from meetings.requests.rules import breaks_notice, check_channel, check_cooling_off, check_notice, gets_mail, next_day
from meetings.scheduling.enums import NoteKind, OfferState, RequestChannel, RequestState
from meetings.scheduling.errors import (
    NoTimesError,
    ReferenceMissingError,
    RequestOpenError,
    SchedulerAddressError,
)
from meetings.scheduling.models import MeetingRequest, OfferedTime
from meetings.scheduling.queries import language_of
from meetings.scheduling.registry import OfferChange, OfferEvent, announce_offers
from meetings.scheduling.rules import (
    ASKED,
    MAX_OFFERS,
    WAITING_OFFERS,
    check_request,
    check_times,
    offer_fields,
    request_fields,
)

OfferInput = tuple[datetime, datetime, str]
"""Starts, ends (aware) and the zone key of the place."""


@dataclass(frozen=True)
class NewScheduler:
    """A scheduler nobody has noted yet: she joins the office as part of asking it."""

    name: str
    email: str = ""


@transaction.atomic
def request_meeting(
    person: Person,
    *,
    ask: Ask,
    channel: RequestChannel,
    owner: User,
    by: User,
    at: datetime,
    scheduler: Person | NewScheduler | None = None,
    reference: str = "",
    reason: str = "",
    is_sent: bool = True,
) -> MeetingRequest:
    """Ask an office for time. By e-mail the scheduler gets a mail; otherwise `reference` says how it was asked.

    `is_sent=False` keeps a draft for `send_request`, which says what else is refused. The second call for the
    same office and ask, through whomever of its people, raises RequestOpenError while the first is open.
    """
    try:
        with transaction.atomic():
            request = MeetingRequest.objects.create(
                person=person,
                ask=ask,
                channel=channel,
                scheduler=scheduler if isinstance(scheduler, Person) else None,
                office=office_of(person, by, at.date()),
                owner=owner,
                reference=one_line(reference, limit=100),
                next_action_on=next_day(None, RequestState.DRAFTED, at),
                created_at=at,
                updated_at=at,
            )
    except IntegrityError as error:
        raise RequestOpenError from error
    verb = "meeting_request.requested" if is_sent else "meeting_request.drafted"
    entry = record(verb, request, by=by, at=at, about=(person, ask), data={"channel": request.channel})
    if isinstance(scheduler, NewScheduler):
        contacts = {ContactType.EMAIL: scheduler.email}
        request.scheduler = hire(person, name=scheduler.name, contacts=contacts, by=by, at=at, entry=entry)
        request.save(update_fields=["scheduler"])
    if not is_sent:
        return request
    return send_request(request, version=request.version, reason=reason, by=by, at=at, entry=entry)


@transaction.atomic
def send_request(
    request: MeetingRequest,
    *,
    version: int,
    by: User,
    at: datetime,
    channel: RequestChannel | None = None,
    reference: str = "",
    reason: str = "",
    entry: ActivityEntry | None = None,
) -> MeetingRequest:
    """drafted → requested; the follow-up is due in seven days, or when the office's rules say.

    `channel` and `reference` replace those of the draft. Raises FormOnlyError for a mail to an office that takes
    its form only, and CoolingOffError after a recent meeting unless there is a `reason`, which is kept.
    The second call raises WrongStateError.
    """
    check_request(request, RequestState.DRAFTED)
    how = channel or request.channel
    said = one_line(reference, limit=100) or request.reference
    rules = rules_of(request.office_id)
    check_channel(how, rules)
    if how != RequestChannel.EMAIL and not said:
        raise ReferenceMissingError
    met = last_met(by, request.person, request.office_id, rules, at)
    check_cooling_off(met.starts_at if met else None, rules, reason)
    step_into(request, RequestState.REQUESTED, version=version, at=at, channel=how, reference=said, requested_at=at)
    if met:
        keep_reason(request, reason, by=by, at=at)
    if request.channel == RequestChannel.EMAIL:
        _mail_scheduler(request, "meeting-request", f"meeting-request:{request.public_id}", {}, at)
    if entry is None:
        about, data = (request.person, request.ask), {"channel": request.channel}
        record("meeting_request.requested", request, by=by, at=at, about=about, data=data)
    return request


@transaction.atomic
def offer_times(
    request: MeetingRequest,
    *,
    times: Sequence[OfferInput],
    version: int,
    by: User,
    at: datetime,
    reason: str = "",
    is_mailed: bool = True,
    people: Sequence[User] = (),
) -> MeetingRequest:
    """Asked, in whatever state → offered; a request made by e-mail mails the times to the scheduler if `is_mailed`.

    `people` of ours get a hold for every time on offer. Raises NoticeError for a time sooner than the office takes,
    unless there is a `reason`, which is kept. An office that takes its form only gets no mail. A time already on
    offer stays one row. The second call with the same version raises StaleVersionError.
    """
    check_request(request, *ASKED)
    _check_offers(times)
    rules = rules_of(request.office_id)
    check_notice(rules, times, at, reason)
    step_into(request, RequestState.OFFERED, version=version, at=at)
    if breaks_notice(rules, times, at):
        keep_reason(request, reason, by=by, at=at)
    for starts_at, ends_at, zone in times:
        values = {"ends_at": ends_at, "time_zone": zone, "state": OfferState.OFFERED}
        OfferedTime.objects.update_or_create(request=request, starts_at=starts_at, defaults=values)
    if is_mailed and gets_mail(request, rules):
        fields = offer_fields(times, language_of(request.scheduler))
        key = f"meeting-offer:{request.public_id}:{request.version}"
        _mail_scheduler(request, "meeting-offer", key, fields, at)
    about = (request.person, request.ask)
    record("meeting_request.offered", request, by=by, at=at, about=about, data={"times": len(times)})
    announce_offers(OfferChange(OfferEvent.OFFERED, request, by, at, tuple(people)))
    return request


def _check_offers(times: Sequence[OfferInput]) -> None:
    if not 0 < len(times) <= MAX_OFFERS:
        raise NoTimesError
    for starts_at, ends_at, zone in times:
        check_times(starts_at, ends_at, zone)


@transaction.atomic
def close_request(
    request: MeetingRequest, *, state: RequestState, version: int, by: User, at: datetime
) -> MeetingRequest:
    """Any open state → declined (they said no) or withdrawn (we did); mails that wait do not leave.

    The second call raises WrongStateError.
    """
    check_request(request, RequestState.DRAFTED, *ASKED)
    if state not in {RequestState.DECLINED, RequestState.WITHDRAWN}:
        raise ValueError(state)
    step_into(request, state, version=version, at=at)
    release_offers(request, None, by=by, at=at)
    cancel_queued(obj=request, reason=state.value, at=at)
    record(f"meeting_request.{state.value}", request, by=by, at=at, about=(request.person, request.ask))
    return request


def release_offers(request: MeetingRequest, chosen: OfferedTime | None, *, by: User, at: datetime) -> None:
    """`chosen` is taken, every other time is free again: part of a bigger action. The second call changes nothing."""
    waiting = request.offered_times.filter(state__in=WAITING_OFFERS)
    if chosen is not None:
        waiting.filter(pk=chosen.pk).update(state=OfferState.CHOSEN)
    waiting.update(state=OfferState.RELEASED)
    announce_offers(OfferChange(OfferEvent.RELEASED, request, by, at))


def keep_reason(request: MeetingRequest, reason: str, *, by: User, at: datetime) -> None:
    """Why a rule of the office was not kept: part of a bigger action. The second call keeps a second one."""
    words = one_line(reason, limit=1000)
    RequestNote.objects.create(request=request, kind=NoteKind.EXCEPTION, words=words, noted_by=by, noted_at=at)


def step_into(
    request: MeetingRequest, state: RequestState, *, version: int, at: datetime, **changes: Any
) -> MeetingRequest:
    """Save a step with the next action it asks for: part of a bigger action. The second call is stale."""
    due = next_day(rules_of(request.office_id), state, at)
    return save_version(request, version=version, at=at, state=state, next_action="", next_action_on=due, **changes)


def _mail_scheduler(
    request: MeetingRequest, template_key: str, key: str, fields: Mapping[str, str], at: datetime
) -> None:
    scheduler = request.scheduler
    address = mail_address_of(scheduler, at.date()) if scheduler else None
    if scheduler is None or address is None:
        raise SchedulerAddressError
    queue_from_template(
        template_key,
        key=key,
        stream=Stream.TRANSACTIONAL,
        to_email=address,
        fields={**request_fields(request), **fields},
        language=language_of(scheduler),
        at=at,
        person=scheduler,
        obj=request,
    )


@transaction.atomic
def repoint_request(request: MeetingRequest, successor: Person, *, by: User, at: datetime) -> MeetingRequest:
    """Somebody else holds the seat: this request is withdrawn, a draft asks the successor for the same.

    Gives the open request of the successor, also one that was there before. The second call raises
    WrongStateError.
    """
    close_request(request, state=RequestState.WITHDRAWN, version=request.version, by=by, at=at)
    return ask_successor(request, successor, by=by, at=at)


def ask_successor(request: MeetingRequest, successor: Person, *, by: User, at: datetime) -> MeetingRequest:
    """A draft that asks the successor for the same; the open request there is, when there is one."""
    wanted: dict[str, Any] = {"ask": request.ask, "channel": RequestChannel(request.channel), "owner": request.owner}
    scheduler = schedulers_of(successor, at.date()).first()
    try:
        return request_meeting(successor, scheduler=scheduler, is_sent=False, by=by, at=at, **wanted)
    except RequestOpenError:
        return open_request(successor, office_of(successor, by, at.date()), request.ask)
