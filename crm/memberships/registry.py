"""What follows when a row of ours is set back."""

from collections.abc import Iterable
from datetime import datetime

from crm.changes.models import Change
from crm.changes.registry import register_after_undo
from crm.changes.rules import named_keys
from crm.people.actions import refresh_search_text
from crm.people.models import Membership


def refresh_holders(changes: Iterable[Change], at: datetime) -> None:
    """Search finds the people of these rows by what holds again."""
    kept = list(changes)
    standing = Membership.objects.filter(pk__in=[change.object_id for change in kept], person__isnull=False)
    refresh_search_text(named_keys(kept, "person_id") | set(standing.values_list("person_id", flat=True)), on=at.date())


def declare() -> None:
    """Called once when the app is ready."""
    register_after_undo(Membership, refresh_holders)
