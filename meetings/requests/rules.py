"""What an office expects of those who want a meeting, and what comes next: pure decisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from crm.offices.enums import AskedBy
from crm.offices.models import OfficeRules
from meetings.requests.errors import CoolingOffError, FormOnlyError, NoticeError
from meetings.scheduling.enums import RequestChannel, RequestState
from meetings.scheduling.errors import UnknownZoneError
from meetings.scheduling.models import MeetingRequest
from meetings.scheduling.rules import MAX_OFFERS, zone_of

BADGES = {
    RequestState.REQUESTED: "warn",
    RequestState.FOLLOWED_UP: "warn",
    RequestState.OFFERED: "warn",
    RequestState.TO_STAFF: "warn",
    RequestState.HELD: "good",
    RequestState.CONFIRMED: "good",
    RequestState.DECLINED: "bad",
}

COOLING_OFF_DAYS = 30
FOLLOW_UP_DAYS = 7
HOLD_DAYS = 3
"""A time they keep for us is lost when nobody confirms it soon."""

NEXT_ACTIONS = {
    RequestState.DRAFTED: _("Send the request."),
    RequestState.REQUESTED: _("Write or call, then note here what they said."),
    RequestState.FOLLOWED_UP: _("Write or call once more, or ask by another way."),
    RequestState.OFFERED: _("Ask which of the times suits them."),
    RequestState.HELD: _("Get the held time confirmed."),
    RequestState.TO_STAFF: _("Offer times to the member of staff who comes instead."),
}


def next_words(request: MeetingRequest) -> Any:
    """What to do next: the words somebody wrote, else those of the state; nothing when the request is settled."""
    return request.next_action or NEXT_ACTIONS.get(RequestState(request.state), "")


def is_overdue(request: MeetingRequest, on: date) -> bool:
    due = request.next_action_on
    return due is not None and due < on and RequestState(request.state) in NEXT_ACTIONS


def next_day(rules: OfficeRules | None, state: RequestState, at: datetime) -> date | None:
    """The day the next action is due after a step into `state`; None when the request is settled."""
    if state not in NEXT_ACTIONS:
        return None
    if state == RequestState.DRAFTED:
        return at.date()
    if state == RequestState.HELD:
        return (at + timedelta(days=HOLD_DAYS)).date()
    days = (rules.follow_up_days if rules else None) or FOLLOW_UP_DAYS
    return (at + timedelta(days=days)).date()


def cooling_off(rules: OfficeRules | None) -> timedelta:
    """How long we leave an office alone after a meeting."""
    days = rules.cooling_off_days if rules else None
    return timedelta(days=COOLING_OFF_DAYS if days is None else days)


def check_cooling_off(met_at: datetime | None, rules: OfficeRules | None, reason: str) -> None:
    """Raises CoolingOffError for an office met so recently, unless somebody gives a reason."""
    if met_at is not None and not reason:
        raise CoolingOffError(met_at.date(), (met_at + cooling_off(rules)).date())


def is_form_only(rules: OfficeRules | None) -> bool:
    return rules is not None and rules.asked_by == AskedBy.FORM


def check_channel(channel: RequestChannel | str, rules: OfficeRules | None) -> None:
    """An office that takes its form only gets no mail. Raises FormOnlyError."""
    if channel == RequestChannel.EMAIL and is_form_only(rules):
        raise FormOnlyError


def gets_mail(request: MeetingRequest, rules: OfficeRules | None) -> bool:
    return request.channel == RequestChannel.EMAIL and not is_form_only(rules)


def first_day(rules: OfficeRules | None, at: datetime, zone: str) -> date | None:
    """The first day the office takes a meeting when asked now, where the meeting is; None without such a rule."""
    if rules is None or not rules.lead_days:
        return None
    return at.astimezone(zone_of(zone)).date() + timedelta(days=rules.lead_days)


def breaks_notice(
    rules: OfficeRules | None, times: Iterable[tuple[datetime, datetime, str]], at: datetime
) -> date | None:
    """The first day the office would take, when one of the times is sooner."""
    for starts_at, _ends_at, zone in times:
        first = first_day(rules, at, zone)
        if first is not None and starts_at.astimezone(zone_of(zone)).date() < first:
            return first
    return None


def check_notice(
    rules: OfficeRules | None, times: Iterable[tuple[datetime, datetime, str]], at: datetime, reason: str
) -> None:
    """Raises NoticeError for a time sooner than the office wants, unless somebody gives a reason."""
    first = breaks_notice(rules, times, at)
    if first is not None and rules is not None and not reason:
        raise NoticeError(first, rules.lead_days or 0)


class Query(Protocol):
    """The part of an address behind the question mark."""

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True)
class WantedTimes:
    """Times found by a search and who keeps them free, as an address carries them to the form that offers them."""

    times: tuple[tuple[datetime, datetime], ...] = ()
    zone: str = ""
    holders: tuple[str, ...] = ()
    is_cut: bool = False
    """More were chosen than can be offered at once."""


def slot_words(starts_at: datetime, ends_at: datetime, missing: Iterable[int] = ()) -> str:
    """A found time as an address carries it: both ends in UTC, and the keys of those who cannot come."""
    ends = [f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}" for moment in (starts_at, ends_at)]
    return "/".join([*ends, ".".join(map(str, missing))])


def wanted_times(query: Query) -> WantedTimes:
    """The times in an address. Whatever is no time of one day at that place is left out, never an error.

    `holder` are those who can make every time; of those in `may` who can make all that were chosen.
    """
    zone = next(iter(query.getlist("zone")), "")
    try:
        place = zone_of(zone)
    except UnknownZoneError:
        return WantedTimes()
    found: dict[tuple[datetime, datetime], set[str]] = {}
    for words in dict.fromkeys(query.getlist("slot")):
        parts = words[:400].split("/")
        ends = [_moment(part) for part in parts[:2]]
        if len(ends) == 2 and ends[0] and ends[1] and ends[0] < ends[1]:
            start, end = (moment.astimezone(place) for moment in ends if moment)
            if start.date() == end.date():
                found[start, end] = set("".join(parts[2:3]).split("."))
    times = sorted(list(found)[:MAX_OFFERS])
    cannot = {who for time in times for who in found[time]}
    free = [who for who in query.getlist("may") if who not in cannot]
    holders = tuple(dict.fromkeys([*query.getlist("holder"), *free])) if times else ()
    return WantedTimes(tuple(times), zone if times else "", holders, len(found) > MAX_OFFERS)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and 2000 <= moment.year <= 2100 else None
