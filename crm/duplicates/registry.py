from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.registry import register_aliases, register_verb
from crm.duplicates.queries import similar_people
from crm.duplicates.tasks import look_for_duplicates
from crm.messaging.registry import register_due_job
from crm.people.models import Organization, Person
from crm.people.registry import register_similar

VERBS = {
    "person.merged": _("Two records were made one."),
    "organization.merged": _("Two bodies were made one."),
    "duplicate.refused": _("Somebody looked and said: these are two."),
}


def declare() -> None:
    """Register what the timeline says and the nightly look; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    for model in (Person, Organization):
        register_aliases(
            model, lambda row: type(row)._default_manager.filter(merged_into=row.pk).values_list("pk", flat=True)
        )
    register_due_job("duplicates", look_for_duplicates)
    register_similar(like_the_one_typed)


def _merged_away(row: Any) -> Any:
    return row.merged.order_by().values_list("pk", flat=True)


def like_the_one_typed(user: User, name: str, email: str) -> list[tuple[Person, float, list[str]]]:
    """Who may be the one somebody is about to add, with the score and the reasons in words."""
    found = similar_people(user, name=name, email=email, on=timezone.localdate())
    return [(each.person, each.score, [str(reason.label) for reason in each.reasons]) for each in found]
