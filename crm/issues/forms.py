from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from crm.access.forms import VersionedAdminForm, VersionedForm
from crm.issues.enums import Confidence, Position
from crm.issues.models import Ask, Issue
from crm.issues.queries import issue_choices
from crm.people.forms import OrganizationField, PersonField

NOT_ASKED = ("", "—")


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, picked from the browser's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def show_as_tree(field: Any) -> None:
    """Let a chooser of issues name each one with everything above it, in the order of the tree."""
    field.choices = [*([] if field.required else [NOT_ASKED]), *issue_choices()]


class EvidenceForm(forms.Form):
    """As of when, how sure, and how we know."""

    observed_on = day_field(_("As of"))
    source = forms.CharField(label=_("Source"), max_length=200)
    source_url = forms.URLField(label=_("Address of the source"), max_length=500, required=False, assume_scheme="https")
    confidence = forms.ChoiceField(
        label=_("How sure we are"), choices=Confidence, required=False, initial=Confidence.LIKELY
    )

    def clean_confidence(self) -> Confidence:
        return Confidence(self.cleaned_data["confidence"] or Confidence.LIKELY)


class StanceForm(EvidenceForm):
    """Where somebody stands on an ask from a day on, and how we know."""

    ask = forms.ModelChoiceField(label=_("What we ask"), queryset=Ask.objects.none())
    position = forms.ChoiceField(label=_("Position"), choices=Position)
    evidence = forms.CharField(label=_("How we know"), max_length=500, required=False)

    field_order = ("ask", "position", "observed_on", "evidence", "source", "source_url", "confidence")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ask"].queryset = Ask.objects.filter(is_open=True)  # type: ignore[attr-defined]

    def clean_position(self) -> Position:
        return Position(self.cleaned_data["position"])


class PositionRowForm(forms.Form):
    """One line of a hearing; a line without a position is left out."""

    person = PersonField(label=_("Person"), required=False)
    position = forms.ChoiceField(label=_("Position"), choices=[NOT_ASKED, *Position.choices], required=False)
    evidence = forms.CharField(label=_("What they said or did"), max_length=500, required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].user = user  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("position") and "person" in given and not given["person"]:
            self.add_error("person", _("Say whose position this is."))
        return given


class PositionRows(BaseFormSet):
    def clean(self) -> None:
        """Nobody is recorded twice, and something is recorded at all."""
        seen: set[int] = set()
        for person, _position, _evidence in self.given():
            if person.pk in seen:
                raise forms.ValidationError(_("%(name)s is in two lines; keep one.") % {"name": person})
            seen.add(person.pk)
        if not seen and not any(self.errors):
            raise forms.ValidationError(_("Choose a position for at least one person."))

    def given(self) -> list[tuple[Any, Position, str]]:
        """(person, position, evidence) of every line with a position."""
        rows = (form.cleaned_data for form in self.forms if hasattr(form, "cleaned_data"))
        return [
            (row["person"], Position(row["position"]), row.get("evidence", ""))
            for row in rows
            if row.get("position") and row.get("person")
        ]


PositionFormSet = formset_factory(
    PositionRowForm, formset=PositionRows, extra=5, max_num=600, absolute_max=600, validate_max=True
)


class BodyForm(forms.Form):
    """Whose members the lines start with."""

    body = OrganizationField(label=_("Start with the members of"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].user = user  # type: ignore[attr-defined]


class StandingForm(forms.Form):
    """People by where they stand on an ask."""

    ask = forms.ModelChoiceField(label=_("What we ask"), queryset=Ask.objects.all(), to_field_name="public_id")
    positions = forms.MultipleChoiceField(label=_("Position"), choices=Position)


class SinceForm(forms.Form):
    since = day_field(_("Since"))


class AskForm(VersionedForm):
    class Meta:
        model = Ask
        fields = ("title", "detail", "bill", "issue", "campaign")
        widgets = {"detail": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_as_tree(self.fields["issue"])


class IssueForm(VersionedAdminForm):
    """The short name is given once and never changed: it stands in addresses and files."""

    class Meta:
        model = Issue
        fields = ("name", "slug", "parent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_as_tree(self.fields["parent"])
        if self.instance.pk:
            del self.fields["slug"]
