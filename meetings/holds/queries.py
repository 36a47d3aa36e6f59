"""What the calendar of somebody of ours knows of a hold."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from crm.messaging.models import Attempt
from crm.messaging.smtp import Outcome
from meetings.holds.models import HoldAttendee, HoldSend
from meetings.invitations.queries import LEFT, SECOND
from meetings.scheduling.enums import OfferState
from meetings.scheduling.models import MeetingRequest, OfferedTime


def last_left(attendee: HoldAttendee) -> HoldSend | None:
    """The newest mail of this hold that may be in the calendar."""
    in_doubt = Attempt.objects.filter(message=OuterRef("message_id"), outcome=Outcome.UNKNOWN)
    left = HoldSend.objects.filter(Q(message__status__in=LEFT) | Exists(in_doubt), attendee=attendee)
    return left.select_related("message").order_by("-id").first()


def next_dtstamp(attendee: HoldAttendee, at: datetime) -> datetime:
    """`at` in whole seconds, later than every stamp this hold was sent (RFC 5546 section 2.1.5)."""
    last = HoldSend.objects.filter(attendee=attendee).aggregate(last=Max("dtstamp"))["last"]
    now = at.replace(microsecond=0)
    return now if last is None or now > last else last + SECOND


def times_on_offer(request: MeetingRequest, at: datetime) -> QuerySet[OfferedTime]:
    """Those that may still be held."""
    return OfferedTime.objects.filter(request=request, state=OfferState.OFFERED, starts_at__gt=at)


def holds_of(request: MeetingRequest) -> Iterable[HoldAttendee]:
    """Who keeps which time free now, by time and name, in one query."""
    held = HoldAttendee.objects.filter(offered_time__request=request, is_held=True)
    return held.select_related("offered_time").order_by("offered_time__starts_at", "name", "id")
