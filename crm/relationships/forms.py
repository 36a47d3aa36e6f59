from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.forms import VersionedAdminForm, VersionedForm
from crm.access.models import User
from crm.base.dates import validate_partial_date
from crm.people.forms import OrganizationField, PersonField
from crm.relationships.enums import PartyKind, Strength
from crm.relationships.models import Relationship, RelationshipType
from crm.relationships.queries import kinds_for
from crm.relationships.rules import Party, fits, kind_of, sentence

FIELDS = ("strength", "start_date", "end_date", "note", "source", "source_url", "sourced_on")
WHEN = _("A year, a month or a day: 2021, 2021-03 or 2021-03-02. Leave it empty when nobody knows.")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


@dataclass(frozen=True)
class Stated:
    """What a filled-in form says."""

    kind: RelationshipType
    from_party: Party
    to_party: Party
    sentence: str


class RelationshipForm(forms.Form):
    """A new relationship of one person or body, chosen as the beginning of a sentence: that settles the direction."""

    kind = forms.ChoiceField(label=_("The sentence"))
    person = PersonField(label=_("A person"), required=False)
    organization = OrganizationField(label=_("Or an organization"), required=False)
    strength = forms.TypedChoiceField(
        label=_("How strong"), choices=Strength.choices, coerce=int, initial=Strength.FAIR.value
    )
    start_date = forms.CharField(
        label=_("Since"), max_length=10, required=False, validators=[validate_partial_date], help_text=WHEN
    )
    end_date = forms.CharField(label=_("Until"), max_length=10, required=False, validators=[validate_partial_date])
    note = forms.CharField(label=_("Note"), max_length=500, required=False)
    source = forms.CharField(label=_("How we know"), max_length=200, required=False)
    source_url = forms.URLField(label=_("Address of the source"), max_length=500, required=False, assume_scheme="https")
    sourced_on = forms.DateField(label=_("Read there on"), widget=DayInput(), required=False)

    def __init__(self, *args: Any, subject: Party, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        self.stated: Stated | None = None
        self.kinds = {f"{kind.pk}:{int(forward)}": (kind, forward) for kind, forward in kinds_for(subject)}
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (key, sentence(kind, subject, "…", forward=forward).removesuffix("."))
            for key, (kind, forward) in self.kinds.items()
        ]
        for name in ("person", "organization"):
            self.fields[name].user = user  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        named = [given[name] for name in ("person", "organization") if given.get(name)]
        if self.errors:
            return given
        if len(named) != 1:
            raise forms.ValidationError(_("Name the other one: either a person or an organization, not both."))
        kind, forward = self.kinds[given["kind"]]
        if not fits(kind.to_kind if forward else kind.from_kind, kind_of(named[0])):
            wanted = PartyKind(kind.to_kind if forward else kind.from_kind).label
            raise forms.ValidationError(_("This sentence ends with %(wanted)s; name one.") % {"wanted": wanted})
        from_party, to_party = (self.subject, named[0]) if forward else (named[0], self.subject)
        self.stated = Stated(kind, from_party, to_party, sentence(kind, self.subject, named[0], forward=forward))
        return given

    def values(self) -> dict[str, Any]:
        """What the action is told besides kind and parties."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class RelationshipEditForm(VersionedForm):
    """Strength, dates and source of a relationship; who and what stays."""

    source_url = forms.URLField(label=_("Address of the source"), max_length=500, required=False, assume_scheme="https")

    class Meta:
        model = Relationship
        fields = FIELDS
        widgets = {"sourced_on": DayInput(), "strength": forms.Select(choices=Strength.choices)}
        labels = {"start_date": _("Since"), "end_date": _("Until"), "source": _("How we know")}
        help_texts = {"start_date": WHEN}


class EndForm(forms.Form):
    end_date = forms.CharField(
        label=_("Until"), max_length=10, validators=[validate_partial_date], help_text=_("2026, 2026-03 or 2026-03-02.")
    )


class RelationshipTypeForm(VersionedAdminForm):
    """A kind of relationship; the short name follows from its words."""
