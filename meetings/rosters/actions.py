"""Taking a table of delegates along."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from crm.access.models import User
from crm.base.rows import lock_owner
from meetings.lobbydays.actions import DelegateInput, add_delegates, check_open
from meetings.lobbydays.models import Delegate, LobbyDay
from meetings.rosters.enums import Fate
from meetings.rosters.errors import RosterChangedError, WrongRowsError
from meetings.rosters.queries import roster_rows
from meetings.rosters.rules import Draft, digest_of


@transaction.atomic
def import_roster(
    day: LobbyDay, drafts: Sequence[Draft], columns: Mapping[str, str], *, digest: str, by: User, at: datetime
) -> list[Delegate]:
    """Everybody new in a table comes along, all or none; who is there already stays as they are.

    `digest` says what was looked at: what would become of the rows must still be the same, else RosterChangedError.
    The second call, when nobody is new any more, adds nobody and leaves no entry. Raises WrongRowsError.
    """
    check_open(day)
    lock_owner(day)
    rows = roster_rows(day, drafts, columns, by)
    if any(row.fate == Fate.WRONG for row in rows):
        raise WrongRowsError
    new = [DelegateInput(**row.values) for row in rows if row.fate == Fate.NEW]
    if new and digest_of(rows) != digest:
        raise RosterChangedError
    return add_delegates(day, new, by=by, at=at)
