"""When a poll takes answers, and which of its times stands best: pure decisions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import available_timezones

from django.utils import translation
from django.utils.formats import date_format, get_format

from crm.base.text import one_line
from meetings.polls.enums import Choice, PollState
from meetings.polls.errors import PollDeadlineError, PollOptionsError, PollTitleError
from meetings.polls.models import Poll, PollOption, PollParticipant
from meetings.scheduling.rules import check_times, describe_times, offset_name, zone_of

MIN_OPTIONS, MAX_OPTIONS = 2, 60
LINK = "v"
"""The purpose letter of the mailed link: a vote."""
NO_PLACES = frozenset({"localtime", "Factory"})

Times = tuple[datetime, datetime, str]
"""Starts, ends (aware) and the zone key of the place."""


def check_poll(title: str, options: Sequence[Times], deadline_at: datetime, deadline_zone: str, at: datetime) -> None:
    """Raises PollTitleError, PollOptionsError, PollDeadlineError, TimesError or UnknownZoneError."""
    if not one_line(title):
        raise PollTitleError
    if not MIN_OPTIONS <= len({starts_at for starts_at, _ends, _zone in options}) == len(options) <= MAX_OPTIONS:
        raise PollOptionsError
    for starts_at, ends_at, zone in options:
        check_times(starts_at, ends_at, zone)
    zone_of(deadline_zone)
    if deadline_at <= at:
        raise PollDeadlineError


def takes_answers(poll: Poll, at: datetime) -> bool:
    return bool(poll.state == PollState.OPEN and at < poll.deadline_at)


def ranking(choices: Iterable[str]) -> tuple[int, int]:
    """Sorts times: those fewest people refuse come first, then those most people really like."""
    said = list(choices)
    able = said.count(Choice.YES) + said.count(Choice.IF_NEED_BE)
    return -able, -said.count(Choice.YES)


def describe_choices(choices: Sequence[str], names: Sequence[str]) -> list[str]:
    """Who said what to one time: `yes: Ada, Sam`; nothing without names."""
    said = [
        (choice, [name for name, given in zip(names, choices, strict=True) if given == choice] if names else [])
        for choice in Choice
    ]
    return [f"{choice.label}: {', '.join(people)}" for choice, people in said if people]


def describe_moment(moment: datetime, zone: str, language: str) -> str:
    """`Wednesday 28 October 2026, 15:00 (America/New_York, UTC-04:00)` in the words of `language`."""
    local = moment.astimezone(zone_of(zone))
    shape = "l j F Y" if language.startswith("en") else f"l {get_format('DATE_FORMAT', language)}"
    with translation.override(language):
        return f"{date_format(local, shape)}, {local:%H:%M} ({zone}, {offset_name(local)})"


def known_zone(key: str) -> str:
    """The zone a visitor picked, empty for anything that is none."""
    return key if key in available_timezones() and key not in NO_PLACES else ""


def letter_fields(participant: PollParticipant, decided: PollOption | None, language: str) -> dict[str, str]:
    """The merge fields of every mail about a poll; `decided_time` is empty while or when there is none."""
    poll = participant.poll
    owner = poll.owner.get_full_name() or poll.owner.get_username()
    chosen = (decided.starts_at, decided.ends_at, decided.time_zone) if decided else None
    return {
        "participant_name": participant.name,
        "poll_title": poll.title,
        "deadline": describe_moment(poll.deadline_at, poll.deadline_zone, language),
        "decided_time": describe_times(*chosen, language) if chosen else "",
        "nothing_decided": "" if chosen else "1",
        "contact_name": owner,
        "contact_email": poll.owner.email,
    }
