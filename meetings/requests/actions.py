"""The way to a meeting: asking an office, offering times, hearing no. `meetings.scheduling.actions` exports these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

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
from crm.people.queries import mail_address_of
from meetings.scheduling.enums import OfferState, RequestChannel, RequestState
from meetings.scheduling.errors import (
    NoTimesError,
    ReferenceMissingError,
    RequestOpenError,
    SchedulerAddressError,
)
from meetings.scheduling.models import MeetingRequest, OfferedTime
from meetings.scheduling.queries import language_of
from meetings.scheduling.rules import (
    ASKED,
    FOLLOW_UP_AFTER,
    MAX_OFFERS,
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
    is_sent: bool = True,
) -> MeetingRequest:
    """Ask an office for time. By e-mail the scheduler gets a mail; otherwise `reference` says how it was asked.

    `is_sent=False` keeps a draft for `send_request`. The second call for the same person and ask
    raises RequestOpenError while the first is open.
    """
    try:
        with transaction.atomic():
            request = MeetingRequest.objects.create(
                person=person,
                ask=ask,
                channel=channel,
                scheduler=scheduler if isinstance(scheduler, Person) else None,
                owner=owner,
                reference=one_line(reference, limit=100),
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
    return send_request(request, version=request.version, by=by, at=at, entry=entry) if is_sent else request


@transaction.atomic
def send_request(
    request: MeetingRequest, *, version: int, by: User, at: datetime, entry: ActivityEntry | None = None
) -> MeetingRequest:
    """drafted → requested; the follow-up is due in seven days. The second call raises WrongStateError."""
    check_request(request, RequestState.DRAFTED)
    if request.channel != RequestChannel.EMAIL and not request.reference:
        raise ReferenceMissingError
    save_version(
        request,
        version=version,
        at=at,
        state=RequestState.REQUESTED,
        requested_at=at,
        next_action_on=(at + FOLLOW_UP_AFTER).date(),
    )
    if request.channel == RequestChannel.EMAIL:
        _mail_scheduler(request, "meeting-request", f"meeting-request:{request.public_id}", {}, at)
    if entry is None:
        about, data = (request.person, request.ask), {"channel": request.channel}
        record("meeting_request.requested", request, by=by, at=at, about=about, data=data)
    return request


@transaction.atomic
def offer_times(
    request: MeetingRequest, *, times: Sequence[OfferInput], version: int, by: User, at: datetime
) -> MeetingRequest:
    """requested | offered → offered; a request made by e-mail mails the times to the scheduler.

    A time already on offer stays one row. The second call with the same version raises StaleVersionError.
    """
    check_request(request, *ASKED)
    if not 0 < len(times) <= MAX_OFFERS:
        raise NoTimesError
    for starts_at, ends_at, zone in times:
        check_times(starts_at, ends_at, zone)
    save_version(
        request,
        version=version,
        at=at,
        state=RequestState.OFFERED,
        next_action_on=(at + FOLLOW_UP_AFTER).date(),
    )
    for starts_at, ends_at, zone in times:
        values = {"ends_at": ends_at, "time_zone": zone, "state": OfferState.OFFERED}
        OfferedTime.objects.update_or_create(request=request, starts_at=starts_at, defaults=values)
    if request.channel == RequestChannel.EMAIL:
        fields = offer_fields(times, language_of(request.scheduler))
        key = f"meeting-offer:{request.public_id}:{request.version}"
        _mail_scheduler(request, "meeting-offer", key, fields, at)
    record(
        "meeting_request.offered",
        request,
        by=by,
        at=at,
        about=(request.person, request.ask),
        data={"times": len(times)},
    )
    return request


@transaction.atomic
def close_request(
    request: MeetingRequest, *, state: RequestState, version: int, by: User, at: datetime
) -> MeetingRequest:
    """requested | offered → declined (they said no) or withdrawn (we did); mails that wait do not leave.

    The second call raises WrongStateError.
    """
    check_request(request, RequestState.DRAFTED, *ASKED)
    if state not in {RequestState.DECLINED, RequestState.WITHDRAWN}:
        raise ValueError(state)
    save_version(request, version=version, at=at, state=state, next_action_on=None)
    release_offers(request, None)
    cancel_queued(obj=request, reason=state.value, at=at)
    record(f"meeting_request.{state.value}", request, by=by, at=at, about=(request.person, request.ask))
    return request


def release_offers(request: MeetingRequest, chosen: OfferedTime | None) -> None:
    """`chosen` is taken, every other time is free again: part of a bigger action. The second call changes nothing."""
    waiting = request.offered_times.filter(state=OfferState.OFFERED)
    if chosen is not None:
        waiting.filter(pk=chosen.pk).update(state=OfferState.CHOSEN)
    waiting.update(state=OfferState.RELEASED)


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
