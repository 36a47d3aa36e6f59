from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.access.forms import VersionedForm
from crm.people.forms import OrganizationField, PickField
from crm.people.models import Person
from crm.votes.enums import VoteOption
from crm.votes.models import Scorecard, ScorecardItem, VoteEvent
from crm.votes.rules import UnreadableTableError, lines_of

NOT_RECORDED = ("", "—")
MAX_BYTES = 500_000


class VoteEventForm(VersionedForm):
    """A vote stays with its body: its members are who could vote."""

    organization = OrganizationField(label=_("Body that voted"))
    source_url = forms.URLField(label=_("Address of the source"), max_length=500, required=False, assume_scheme="https")

    class Meta:
        model = VoteEvent
        fields = ("identifier", "motion", "bill", "start_date", "result", "ask", "source", "source_url")
        widgets = {"start_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    field_order = ("organization", "identifier", "motion", "bill", "start_date", "result", "ask")

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["organization"]
        else:
            self.fields["organization"].user = user  # type: ignore[attr-defined]

    def validate_unique(self) -> None:
        """The action says it in a sentence of its own."""


class VoteEventField(PickField):
    """A vote typed by its number, motion or bill."""

    model = VoteEvent

    def find(self, text: str) -> Any:
        said = Q(motion__icontains=text) | Q(identifier__iexact=text) | Q(bill__icontains=text)
        return VoteEvent.objects.visible_to(self.user).filter(said)


class ScorecardForm(VersionedForm):
    class Meta:
        model = Scorecard
        fields = ("title", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class RateForm(forms.ModelForm):
    """Which vote, which way was right, and how much it counts."""

    vote_event = VoteEventField(label=_("Vote"), help_text=_("Type words of the motion, the number or the bill."))

    class Meta:
        model = ScorecardItem
        fields = ("wanted", "weight")

    field_order = ("vote_event", "wanted", "weight")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vote_event"].user = user  # type: ignore[attr-defined]
        self.fields["vote_event"].widget.attrs["list"] = "recent-votes"

    def clean_wanted(self) -> VoteOption:
        return VoteOption(self.cleaned_data["wanted"])

    def save(self, commit: bool = True) -> Any:
        """Refused: rows change through actions only."""
        raise TypeError("Forms do not save; call the action.")


class GridForm(forms.Form):
    """How each of these people voted: a choice named by the person's public id; empty takes the vote back."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, voters: list[tuple[Person, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = [person for person, _option in voters]
        for person, option in voters:
            self.fields[person.public_id] = forms.ChoiceField(
                label=str(person), choices=[NOT_RECORDED, *VoteOption.choices], required=False, initial=option
            )

    def rows(self) -> list[Any]:
        """The bound choices, in the order of the people."""
        return [self[person.public_id] for person in self.people]

    def options(self) -> list[tuple[Person, str]]:
        return [(person, self.cleaned_data[person.public_id]) for person in self.people]


class TableForm(forms.Form):
    """A CSV table of who voted how, as a file or, on the second page, as its text."""

    file = forms.FileField(label=_("CSV file"), required=False)
    text = forms.CharField(widget=forms.HiddenInput, required=False, max_length=MAX_BYTES, strip=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        file = given.get("file")
        if file is None and not given.get("text"):
            raise forms.ValidationError(_("Choose a CSV file with the columns “person” and “option”."))
        if file is not None:
            given["text"] = self._read(file)
        try:
            given["lines"] = lines_of(given["text"])
        except UnreadableTableError as error:
            raise forms.ValidationError(str(error)) from error
        return given

    def _read(self, file: Any) -> str:
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 500 kB; cut it into parts."))
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is not text in UTF-8; save it as CSV in UTF-8.")) from error


class VotedForm(forms.Form):
    """People by how they voted."""

    vote = VoteEventField(label=_("Vote"), help_text=_("Type words of the motion, the number or the bill."))
    options = forms.MultipleChoiceField(label=_("Voted"), choices=VoteOption)


class ScoreRangeForm(forms.Form):
    """People by their score."""

    scorecard = forms.ModelChoiceField(
        label=_("Scorecard"), queryset=Scorecard.objects.all(), to_field_name="public_id"
    )
    at_least = forms.IntegerField(label=_("From"), min_value=0, max_value=100)
    at_most = forms.IntegerField(label=_("To"), min_value=0, max_value=100)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and given["at_least"] > given["at_most"]:
            self.add_error("at_most", _("The end of the range is below its start; swap them."))
        return given
