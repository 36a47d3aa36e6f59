from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from meetings.agendas.errors import AgendaDocumentError, AgendaItemError
from meetings.agendas.models import AgendaItem
from meetings.agendas.rules import AgendaItemInput, moved, read_documents
from meetings.scheduling.models import Attendee
from meetings.steps.forms import StepForm, VersionForm

MORE = 3
MOST = 50
Choices = list[tuple[str, str]]


class ItemForm(StepForm):
    """One point of the agenda; a row without any words does not count."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**53)
    title = forms.CharField(label=_("What"), max_length=200, required=False)
    is_part = forms.BooleanField(label=_("Part of the point above"), required=False)
    duration_minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=480,
        initial=5,
        error_messages={"required": _("Enter how many minutes it takes."), "invalid": _("Enter whole minutes.")},
    )
    presenter = forms.ChoiceField(label=_("Who presents"), required=False)
    speaker = forms.CharField(label=_("or somebody else"), max_length=200, required=False)
    documents = forms.CharField(
        label=_("Documents, one per line: title, then https:// address"),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, empty_permitted=True, use_required_attribute=False, **kwargs)
        field: Any = self.fields["presenter"]
        field.choices = [("", _("nobody of the list")), *people]

    def has_changed(self) -> bool:
        """Only a row with words is checked and counts."""
        return any(self[name].value() for name in ("title", "speaker", "presenter", "documents"))

    def clean_documents(self) -> Any:
        try:
            return read_documents(self.cleaned_data["documents"])
        except AgendaDocumentError as error:
            raise forms.ValidationError(str(error.sentence)) from error

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if any(given.get(name) for name in ("speaker", "presenter", "documents")) and not given.get("title"):
            self.add_error("title", str(AgendaItemError.sentence))
        return given


class AgendaForm(VersionForm):
    """The whole agenda in its order, with room for more. A row whose title is emptied goes."""

    def __init__(self, *args: Any, items: list[AgendaItem], people: list[Attendee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        data = args[0] if args else kwargs.get("data")
        self.people = {each.public_id: each for each in people}
        self.keys = {each.pk for each in items}
        total = len(items) + MORE if data is None else max(count_rows(data), MORE)
        names = [(key, each.name) for key, each in self.people.items()]
        for number in range(total):
            item = items[number] if number < len(items) else None
            row = ItemForm(data, prefix=f"item{number}", initial=_initial(item), people=names)
            row.legend = _("Point %(number)s") % {"number": number + 1}
            self.parts.append(row)

    def items(self) -> list[AgendaItemInput]:
        """Every row with a title, in order."""
        return [self._input(row.cleaned_data) for row in self.parts if row.cleaned_data.get("title")]

    def _input(self, given: dict[str, Any]) -> AgendaItemInput:
        return AgendaItemInput(
            given["title"],
            given["duration_minutes"],
            given["speaker"],
            given["is_part"],
            self.people.get(given["presenter"]),
            given["documents"] or (),
            given["pk"] if given["pk"] in self.keys else None,
        )


def count_rows(data: Any) -> int:
    return sum(f"item{number}-title" in data for number in range(MOST))


def reordered(data: QueryDict, move: str) -> tuple[QueryDict, int]:
    """What was typed with one row (`up-2`, `down-0`) in its new place, and which row it is now."""
    way, _dash, digits = move.partition("-")
    total = count_rows(data)
    number = int(digits) if digits.isdecimal() and len(digits) < 4 else total
    order = moved([bool(data.get(f"item{n}-is_part")) for n in range(total)], number, way == "up")
    result = data.copy()
    for new, old in enumerate(order):
        for name in ItemForm.base_fields:
            values = data.getlist(f"item{old}-{name}")
            result.pop(f"item{new}-{name}", None)
            if values:
                result.setlist(f"item{new}-{name}", values)
    return result, order.index(number) if number in order else 0


def _initial(item: AgendaItem | None) -> dict[str, Any]:
    if item is None:
        return {}
    return {
        "pk": item.pk,
        "title": item.title,
        "is_part": item.parent_id is not None,
        "duration_minutes": item.duration_minutes,
        "presenter": item.presenter.public_id if item.presenter else "",
        "speaker": item.speaker,
        "documents": "\n".join(f"{each.title} {each.url}" for each in item.documents.all()),
    }
