"""The permission table. Each slice declares its models here from its app's `ready()`."""

from collections.abc import Iterable, Mapping

from crm.access.enums import Act, Role

READ = frozenset({Act.VIEW})
WRITE = frozenset({Act.VIEW, Act.ADD, Act.CHANGE})
FULL = WRITE | {Act.DELETE}

_table: dict[str, dict[Role, frozenset[Act]]] = {}


def allow(label: str, roles: Mapping[Role, Iterable[Act]]) -> None:
    """Declare who may do what to a model (`crm.person`). A second call replaces the first."""
    _table[label.lower()] = {role: frozenset(acts) for role, acts in roles.items()}


def allowed_acts(label: str, role: Role) -> frozenset[Act]:
    """What a role may do to a model; nothing when nobody declared it."""
    return _table.get(label, {}).get(role, frozenset())


def declared_models() -> frozenset[str]:
    """Labels of every model with a rule, for the architecture tests."""
    return frozenset(_table)
