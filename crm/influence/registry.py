"""What influence tells the registries below it, and who names the targets of an ask."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.registry import register_verb
from crm.influence.models import Influence
from crm.issues.models import Ask
from crm.issues.registry import register_issue_counter

TargetProvider = Callable[[Ask, User], Iterable[int]]
"""Keys of the people an ask is aimed at; the map leaves out whom the user may not see."""

_targets: dict[str, TargetProvider] = {}

VERBS: dict[str, Any] = {
    "influence.recorded": _("An assessment of influence was recorded."),
    "influence.removed": _("An assessment of influence was removed."),
}


def register_ask_targets(key: str, provider: TargetProvider) -> None:
    """Name targets of an ask besides those with a position on it. A second call with a key replaces the first."""
    _targets[key] = provider


def ask_targets(ask: Ask, user: User) -> set[int]:
    """Everybody named as a target of the ask."""
    return {pk for _key, provider in sorted(_targets.items()) for pk in provider(ask, user)}


def assessed_by_issue(user: User) -> dict[int, int]:
    """How many people and bodies are assessed on each issue."""
    rows = Influence.objects.visible_to(user).order_by().values_list("issue")
    return dict(rows.annotate(found=Count("person", distinct=True) + Count("organization", distinct=True)))


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_issue_counter("influence", _("Assessed"), assessed_by_issue)
