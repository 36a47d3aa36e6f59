"""Who knows when we were last in touch with somebody. Each slice or app above that talks to people registers."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from crm.access.models import User

LastContact = Callable[[Any, User, datetime], Iterable[tuple[int, datetime]]]
"""Given people (keys, or a subquery of them): the key of each we were in touch with up to a moment, and when last.

One query, and only of rows the user may see: a confidential meeting must not show by its day.
"""

_providers: dict[str, LastContact] = {}


def register_last_contact(key: str, provider: LastContact) -> None:
    """Add a way of being in touch. A second call with the same key replaces the first."""
    _providers[key] = provider


def last_contacts(people: Any, user: User, at: datetime) -> dict[int, datetime]:
    """When we were last in touch with each of these people, whatever the way; one query per way."""
    newest: dict[int, datetime] = {}
    for _key, provider in sorted(_providers.items()):
        for person, moment in provider(people, user, at):
            newest[person] = max(newest.get(person, moment), moment)
    return newest
