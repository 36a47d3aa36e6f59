from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.people.forms import AreaField
from crm.people.models import Organization, Person
from crm.places.models import Area
from crm.tags.enums import Comparison
from crm.tags.models import Tag
from crm.tags.queries import tags_for, tags_for_people
from crm.tags.rules import comparable


class TagForm(forms.Form):
    """One tag to put on, with its value where it has one."""

    tag = forms.ModelChoiceField(label=_("Tag"), queryset=Tag.objects.none())
    value = forms.CharField(
        label=_("Value"), max_length=200, required=False, help_text=_("Only for tags that say a text or a number.")
    )

    def __init__(self, *args: Any, owner: Person | Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["tag"]
        field.queryset = tags_for(owner)
        field.label_from_instance = lambda tag: f"{tag.group}: {tag}"


class ServedAreasForm(forms.Form):
    """Areas by name, code or division id, one a line."""

    areas = forms.CharField(
        label=_("Areas, one a line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The name, the short code or the division id of each area."),
    )

    def clean_areas(self) -> list[Area]:
        lines = [line.strip() for line in self.cleaned_data["areas"].splitlines() if line.strip()]
        found = {line: _area(line) for line in lines}
        unknown = ", ".join(line for line, area in found.items() if area is None)
        if unknown:
            sentence = _("These name no area or several: %(lines)s. Write the division id instead.")
            raise forms.ValidationError(sentence % {"lines": unknown})
        return [area for area in found.values() if area is not None]


def _area(text: str) -> Area | None:
    """The one area this text names; the division id counts most, the name least."""
    for lookup in ("identifier", "code__iexact", "name__iexact"):
        rows = list(Area.objects.filter(**{lookup: text})[:2])
        if rows:
            return rows[0] if len(rows) == 1 else None
    return None


class TaggedForm(forms.Form):
    """Which tag, and what its value has to be."""

    tag = forms.ModelChoiceField(label=_("Tag"), queryset=Tag.objects.none(), to_field_name="public_id")
    compare = forms.ChoiceField(label=_("Its value"), choices=Comparison)
    value = forms.CharField(label=_("Compared with"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["tag"]
        field.queryset = tags_for_people()
        field.label_from_instance = lambda tag: f"{tag.group}: {tag}"

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "compare" in given and not comparable(Comparison(given["compare"]), given.get("value", "")):
            self.add_error("value", _("Give a value to compare with; “at least” and “at most” need a number."))
        return given


class ServedAreaForm(forms.Form):
    area = AreaField(label=_("Area"), help_text=_("The areas inside it count too."))
