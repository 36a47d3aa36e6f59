from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.issues.enums import Position
from meetings.debriefs.actions import LONGEST, Told
from meetings.lobbydays.models import LobbyOffice

POLICYMAKER, OFFICE_STAFF = "policymaker", "staff"


def words_field(label: Any, rows: int = 3) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}))


class TellForm(forms.Form):
    """How it went, in two minutes on a phone."""

    form_key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    from_name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    came = forms.MultipleChoiceField(label=_("Who came"), required=False, widget=forms.CheckboxSelectMultiple)
    position = forms.ChoiceField(
        label=_("Where do they stand, as far as you could tell?"),
        required=False,
        widget=forms.RadioSelect,
        choices=[*reversed(Position.choices), ("", _("I could not tell"))],
    )
    commitments = words_field(_("What did they promise? In their words, if you can"))
    story = words_field(_("What was said? A question, a story, an argument"), 5)
    wants_follow_up = forms.BooleanField(label=_("Somebody should get back to them"), required=False)
    comment = words_field(_("Anything else we should know"))

    def __init__(self, *args: Any, office: LobbyOffice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = [member.delegate for member in office.team.select_related("delegate").order_by("delegate__name", "id")]
        self.fields["came"].choices = [  # type: ignore[attr-defined]
            (POLICYMAKER, office.person.name),
            (OFFICE_STAFF, _("Somebody of the staff of the office")),
            *((delegate.public_id, delegate.name) for delegate in team),
        ]

    def told(self) -> Told:
        given = dict(self.cleaned_data)
        given.pop("form_key")
        given["position"] = Position(given["position"]) if given["position"] else None
        return Told(**given)
