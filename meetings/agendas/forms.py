from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.agendas.actions import AgendaItemInput
from meetings.agendas.errors import AgendaItemError
from meetings.agendas.models import AgendaItem
from meetings.steps.forms import StepForm, VersionForm

MORE = 3


class ItemForm(StepForm):
    """One point of the agenda; a row without any words does not count."""

    title = forms.CharField(label=_("What"), max_length=200, required=False)
    duration_minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=480,
        initial=5,
        error_messages={"required": _("Enter how many minutes it takes."), "invalid": _("Enter whole minutes.")},
    )
    speaker = forms.CharField(label=_("Who speaks"), max_length=200, required=False)

    def has_changed(self) -> bool:
        """Only a row with words is checked and counts."""
        return bool(self["title"].value() or self["speaker"].value())

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("speaker") and not given.get("title"):
            self.add_error("title", str(AgendaItemError.sentence))
        return given


class AgendaForm(VersionForm):
    """The whole agenda in its order, with room for more. A row whose title is emptied goes."""

    def __init__(self, *args: Any, items: list[AgendaItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        data = args[0] if args else kwargs.get("data")
        count = len(items) if data is None else sum(f"item{n}-title" in data for n in range(50))
        total = len(items) + MORE if data is None else max(count, MORE)
        for number in range(total):
            item = items[number] if number < len(items) else None
            row = ItemForm(
                data, prefix=f"item{number}", initial=_initial(item), empty_permitted=True, use_required_attribute=False
            )
            row.legend = _("Point %(number)s") % {"number": number + 1}
            self.parts.append(row)

    def items(self) -> list[AgendaItemInput]:
        """Every row with a title, in order."""
        rows = [row.cleaned_data for row in self.parts if row.cleaned_data.get("title")]
        return [AgendaItemInput(each["title"], each["duration_minutes"], each["speaker"]) for each in rows]


def _initial(item: AgendaItem | None) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ItemForm.base_fields} if item else {}
