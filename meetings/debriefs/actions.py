"""What the delegation tells after a meeting, and what staff make of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.enums import ActorKind
from crm.base.rows import lock_owner
from crm.base.text import clean_text, one_line
from crm.issues.enums import Position
from meetings.debriefs.enums import DebriefState
from meetings.debriefs.errors import DebriefDecidedError, NothingToldError, TooManyDebriefsError
from meetings.debriefs.models import Debrief
from meetings.lobbydays.models import LobbyOffice
from meetings.outcomes.actions import record_outcome
from meetings.outcomes.models import Outcome
from meetings.scheduling.models import Meeting

MOST = 40
"""How many may tell about one office: teams are small, and the address is on paper."""
LONGEST = 5000


@dataclass(frozen=True)
class Told:
    """One filled form. `came` holds `policymaker`, `staff` and public ids of delegates."""

    from_name: str
    came: Sequence[str] = ()
    position: Position | None = None
    commitments: str = ""
    story: str = ""
    wants_follow_up: bool = False
    comment: str = ""


@transaction.atomic
def tell_visit(office: LobbyOffice, told: Told, *, form_key: str, at: datetime) -> Debrief:
    """Keep what somebody told for staff to look at. The second call with a `form_key` gives the first row unchanged.

    Raises NothingToldError for an empty form, TooManyDebriefsError when an office has more than anybody would send.
    """
    lock_owner(office)
    known = Debrief.objects.filter(office=office, form_key=form_key).first()
    if known is not None:
        return known
    words = {name: clean_text(getattr(told, name), limit=LONGEST) for name in ("commitments", "story", "comment")}
    if not (any(words.values()) or told.came or told.position):
        raise NothingToldError
    if Debrief.objects.filter(office=office).count() >= MOST:
        raise TooManyDebriefsError
    debrief = Debrief.objects.create(
        office=office,
        form_key=form_key,
        from_name=one_line(told.from_name, limit=200),
        came=list(told.came),
        position=told.position or "",
        wants_follow_up=told.wants_follow_up,
        received_at=at,
        **words,
    )
    about = (office.lobby_day, office.person, office.meeting)
    record("debrief.received", debrief, by=None, at=at, about=about, actor_kind=ActorKind.PUBLIC)
    return debrief


@transaction.atomic
def take_over(debrief: Debrief, meeting: Meeting, *, by: User, at: datetime, **outcome: Any) -> Outcome:
    """new → taken_over: what staff confirmed in the form becomes the outcome of the meeting.

    `outcome` is what `record_outcome` takes, and its refusals are raised. The second call raises
    DebriefDecidedError.
    """
    _decide(debrief, DebriefState.TAKEN_OVER, by, at)
    return record_outcome(meeting, **outcome, by=by, at=at)


@transaction.atomic
def set_aside(debrief: Debrief, *, by: User, at: datetime) -> Debrief:
    """new → set_aside; nothing else changes. The second call raises DebriefDecidedError."""
    return _decide(debrief, DebriefState.SET_ASIDE, by, at)


def _decide(debrief: Debrief, state: DebriefState, by: User, at: datetime) -> Debrief:
    waiting = Debrief.objects.filter(pk=debrief.pk, state=DebriefState.NEW)
    if not waiting.update(state=state, decided_by=by, decided_at=at):
        raise DebriefDecidedError
    debrief.refresh_from_db()
    office = debrief.office
    record(f"debrief.{state.value}", debrief, by=by, at=at, about=(office.lobby_day, office.person, office.meeting))
    return debrief
