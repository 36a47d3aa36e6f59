"""What changes of teams tell the timeline."""

from collections.abc import Iterable

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.activity.models import ActivityEntry
from crm.activity.registry import ChangedValue, EntryDetails, register_entry_details, register_kind, register_verb

MEMBERS = "team.members_changed"
VERBS = {
    "team.created": gettext_lazy("The team was made."),
    "team.renamed": gettext_lazy("The team got another name."),
    MEMBERS: gettext_lazy("Who belongs to the team changed."),
}


def member_details(entries: Iterable[ActivityEntry], _obj: Model, user: User) -> dict[int, EntryDetails]:
    """Who came into a team and who left it, by entry: one query for a page. Colleagues are named to all readers."""
    shown = [entry for entry in entries if entry.verb == MEMBERS]
    if not shown or not can(user, Act.VIEW, ActivityEntry):
        return {}
    wanted = {pk for entry in shown for pk in (*entry.data["added"], *entry.data["removed"])}
    names = {pk: str(each) for pk, each in User.objects.in_bulk(sorted(wanted)).items()}
    return {entry.pk: EntryDetails(_values(entry, names)) for entry in shown}


def _values(entry: ActivityEntry, names: dict[int, str]) -> list[ChangedValue]:
    came, left = (", ".join(names.get(pk, "?") for pk in entry.data[key]) for key in ("added", "removed"))
    told = [ChangedValue(_("Came into the team"), "", came), ChangedValue(_("Left the team"), left, "")]
    return [value for value in told if value.before or value.after]


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    register_kind("team", gettext_lazy("Teams"))
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_entry_details(member_details)
