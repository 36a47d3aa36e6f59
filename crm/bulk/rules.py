"""What an act on many people may take, and how what was asked is kept."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Model

from crm.access.enums import Role
from crm.access.models import User
from crm.access.rules import role_of
from crm.people.enums import Visibility
from crm.people.models import Person

CHUNK = 200
MOST = 100_000
SILENT_FOR = timedelta(seconds=60)
PLANS_KEPT = timedelta(days=1)


def as_params(cleaned: dict[str, Any]) -> dict[str, Any]:
    """Cleaned form data as JSON: a row is its key, a list of rows their keys, a day its ISO form."""
    return {name: _plain(value) for name, value in cleaned.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return [_plain(item) for item in value]


def is_kept_from(person: Person, user: User) -> bool:
    """Whether somebody else keeps her to a team: then only the owner or a director hands her on or opens her."""
    mine = person.owner_id is not None and person.owner_id == user.pk
    return person.visibility == Visibility.TEAM and not mine and role_of(user) != Role.DIRECTOR
