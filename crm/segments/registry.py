"""The questions a segment can ask about people. Every slice registers those about its own data.

A filter's arguments are asked by a Django form and kept as plain JSON. They go through the same form again at
each use, for the person who asks: an argument that is gone, or that this person may not see, makes the step
unusable instead of wrong.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Model, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.registry import register_verb
from crm.people.forms import PickField
from crm.segments.models import FrozenList, Segment

Args = Mapping[str, Any]
"""What the form of the filter cleaned: rows, dates, choices."""

SegmentAction = Callable[[User, Segment], tuple[Any, str] | None]
ListPanel = Callable[[FrozenList, User], Mapping[str, Any] | None]

GROUPS = {
    "person": _("Person"),
    "seats": _("Seats and bodies"),
    "places": _("Places"),
    "tags": _("Tags and fields"),
    "positions": _("Positions and targets"),
    "meetings": _("Meetings and promises"),
    "petitions": _("Petitions"),
    "mail": _("Mail and consent"),
    "lists": _("Lists and imports"),
    "sample": _("A sample"),
}
"""The headings filters are listed under, in this order."""


@dataclass(frozen=True)
class SegmentFilter:
    """One question about people.

    `where(args, user=, on=)` answers a condition on Person's own columns (anything else as `pk__in`), or a
    queryset of person keys; it must ask only rows `user` may see. `words(args)` is a noun phrase for the pill
    (“members of Harbour Committee”). `take(people, args)`, instead of `where`, picks a part of the people that
    are there: a sample, the newest. A form with a method `set_user` is told who asks; a `PickField` is told anyway.
    """

    key: str
    label: Any
    group: str
    form_class: type[forms.Form]
    where: Callable[..., Q | QuerySet[Any]] | None = None
    words: Callable[[Args], str] | None = None
    take: Callable[[Any, Args], Any] | None = None

    def form(
        self, data: Any, *, user: User, prefix: str | None = None, initial: dict[str, Any] | None = None
    ) -> forms.Form:
        """The form for the arguments; `data` is a POST, the kept JSON, or None for one still to be filled in."""
        form = self.form_class(data, prefix=prefix, initial=initial)
        for field in form.fields.values():
            if isinstance(field, PickField):
                field.user = user
        if set_user := getattr(form, "set_user", None):
            set_user(user)
        return form

    def phrase(self, args: Args) -> str:
        """The arguments in words."""
        return str(self.words(args)) if self.words else _plain_words(self, args)


_filters: dict[str, SegmentFilter] = {}
_uses: dict[str, Callable[[Segment], bool]] = {}
_actions: dict[str, SegmentAction] = {}
_panels: dict[str, ListPanel] = {}


def register_filter(segment_filter: SegmentFilter) -> None:
    """Offer one more question. A second call with the same key replaces the first."""
    if segment_filter.group not in GROUPS:
        raise ValueError(f"{segment_filter.group} is no heading of crm.segments.registry.GROUPS.")
    _filters[segment_filter.key] = segment_filter


def register_use(name: str, is_used: Callable[[Segment], bool]) -> None:
    """Keep a segment from being deleted while `is_used(segment)`. A second call with a name replaces the first."""
    _uses[name] = is_used


def uses_of(segment: Segment) -> Iterator[bool]:
    """What everybody who was asked says, one by one."""
    return (is_used(segment) for is_used in _uses.values())


def register_segment_action(key: str, provider: SegmentAction) -> None:
    """Add a button to the segment page: `provider(user, segment)` answers (label, address), or None for nothing.

    A second call with the same key replaces the first.
    """
    _actions[key] = provider


def segment_actions(user: User, segment: Segment) -> list[tuple[Any, str]]:
    """What this user may do with a segment besides reading it."""
    found = (provider(user, segment) for _key, provider in sorted(_actions.items()))
    return [action for action in found if action is not None]


def register_list_panel(key: str, provider: ListPanel) -> None:
    """Say on the page of a kept list what it was used for: a template and what it needs, or None for nothing."""
    _panels[key] = provider


def list_panels(frozen: FrozenList, user: User) -> list[Mapping[str, Any]]:
    """What others say about a kept list."""
    found = (provider(frozen, user) for _key, provider in sorted(_panels.items()))
    return [panel for panel in found if panel is not None]


def filter_named(key: str) -> SegmentFilter | None:
    """The filter with this key; None for one that was retired."""
    return _filters.get(key)


def filters_by_group() -> list[tuple[Any, list[SegmentFilter]]]:
    """(heading, its filters by label), without empty headings."""
    found = []
    for group, heading in GROUPS.items():
        inside = [each for each in _filters.values() if each.group == group]
        if inside:
            found.append((heading, sorted(inside, key=lambda each: str(each.label))))
    return found


def as_json(form: forms.Form) -> dict[str, Any]:
    """The arguments of a valid form as JSON that cleans to the same again; rows as their public id or key."""
    return {name: _plain(form.fields[name], value) for name, value in form.cleaned_data.items() if not _empty(value)}


def _empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def _plain(field: forms.Field, value: Any) -> Any:
    if isinstance(value, (list, tuple, QuerySet)):
        return [_plain(field, each) for each in value]
    if isinstance(value, Model):
        if isinstance(field, forms.ModelChoiceField):
            return str(getattr(value, field.to_field_name or "pk"))
        return f"#{value.public_id}"  # type: ignore[attr-defined]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _plain_words(segment_filter: SegmentFilter, args: Args) -> str:
    """The label and what was chosen, for filters without words of their own."""
    form = segment_filter.form_class()
    parts = [f"{form.fields[name].label}: {value}" for name, value in args.items() if not _empty(value)]
    return ", ".join([str(capfirst(str(segment_filter.label))), *parts])


VERBS = {
    "segment.created": _("The segment was made."),
    "segment.edited": _("The segment was changed."),
    "segment.deleted": _("The segment was deleted."),
    "segment.frozen": _("The people of a segment were kept as a list."),
}


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
