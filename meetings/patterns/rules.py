"""What a change of a whole series would do: pure decisions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from crm.base.text import clean_text, one_line
from meetings.attendees.actions import AttendeeInput
from meetings.scheduling.enums import MeetingFormat
from meetings.scheduling.models import Attendee, Meeting, Venue
from meetings.scheduling.rules import changed_fields
from meetings.series.rules import person_key

PLACE = ("format", "venue", "join_url")


@dataclass(frozen=True)
class Pattern:
    """What every meeting is to have. `uninvite` are keys of `person_key`; a venue may be no row yet."""

    title: str
    description: str
    format: MeetingFormat
    venue: Venue | None
    join_url: str
    invite: Sequence[AttendeeInput] = ()
    uninvite: Collection[str] = ()


def words_of(pattern: Pattern, meeting: Meeting) -> dict[str, Any]:
    """The words that differ from the meeting's."""
    words = {"title": one_line(pattern.title, limit=200), "description": clean_text(pattern.description)}
    return changed_fields(meeting, words)


def place_of(pattern: Pattern, meeting: Meeting) -> dict[str, Any]:
    """What of the place differs from the meeting's."""
    return changed_fields(meeting, {name: getattr(pattern, name) for name in PLACE})


def leaving(pattern: Pattern, invited: Sequence[Attendee]) -> list[Attendee]:
    return [each for each in invited if person_key(each.name, each.email) in pattern.uninvite]


def coming(pattern: Pattern, invited: Sequence[Attendee]) -> list[AttendeeInput]:
    """Whom the meeting still lacks, each once."""
    there = {person_key(each.name, each.email) for each in invited}
    wanted = {person_key(each.name, each.email): each for each in pattern.invite}
    return [each for key, each in wanted.items() if key not in there]


def is_other(pattern: Pattern, meeting: Meeting, invited: Sequence[Attendee]) -> bool:
    """Whether the pattern changes anything of a meeting."""
    found = (
        words_of(pattern, meeting),
        place_of(pattern, meeting),
        leaving(pattern, invited),
        coming(pattern, invited),
    )
    return any(found)
