"""The form under a petition. It carries no cookie and no session, so the page around it can be cached."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.access.rules import visible_rows
from crm.base.email import normalise_email
from crm.consent.rules import Wording
from crm.petitions.models import Petition
from crm.petitions.rules import (
    CONSENT_NEEDED,
    NAME_LIMIT,
    SIGNATURE_WORDING,
    UPDATES_WORDING,
    name_problem,
    postcode_problem,
)
from crm.places.rules import normalise_postcode

SHORTEST_FILLING = timedelta(seconds=3)


class TrapInput(forms.TextInput):
    """A field no person sees or reaches; programs that fill everything fill it."""

    is_hidden = True  # the form's template shows it bare, without label and hint

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<div class="visually-hidden" aria-hidden="true"><label for="id_{0}">{1}</label>'
            '<input type="text" name="{0}" id="id_{0}" tabindex="-1" autocomplete="off"></div>',
            name,
            _("Leave this empty"),
        )


def _text(label: Any, autocomplete: str, *, hint: Any = "", missing: Any, limit: int = NAME_LIMIT) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=limit,
        error_messages={
            "required": missing,
            "max_length": _("This is too long. Use at most %(limit_value)d characters."),
        },
        widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
    )


class SignatureForm(forms.Form):
    """Bound or not, made for one petition: `SignatureForm(petition, request.POST)`.

    When valid, `submission()` holds everything `sign_petition` takes besides language, time and evidence.
    """

    given_name = _text(_("First name"), "given-name", missing=_("Enter your first name."))
    family_name = _text(_("Last name"), "family-name", missing=_("Enter your last name."))
    email = forms.CharField(
        label=_("E-mail address"),
        help_text=_("We send you one mail with a button. Your signature counts when you press it."),
        max_length=254,
        error_messages={
            "required": _("Enter your e-mail address."),
            "max_length": _("This is too long. Use at most %(limit_value)d characters."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    postcode = _text(
        _("Postcode"),
        "postal-code",
        hint=_("It tells us your district. We never publish it."),
        missing=_("Enter your postcode, for example 02134."),
        limit=20,
    )
    signature_consent = forms.BooleanField(
        label=SIGNATURE_WORDING.text,
        error_messages={"required": CONSENT_NEEDED},
    )
    updates_consent = forms.BooleanField(
        label=UPDATES_WORDING.text,
        help_text=_("Optional. You can stop them with one click in every mail."),
        required=False,
    )
    website = forms.CharField(required=False, widget=TrapInput)
    shown_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, petition: Petition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._signer = signing.TimestampSigner(salt="parley.petition.form")
        self._petition_id = petition.public_id
        self.initial.setdefault("shown_at", self._signer.sign(self._petition_id))

    def clean_given_name(self) -> str:
        return self._name("given_name")

    def clean_family_name(self) -> str:
        return self._name("family_name")

    def clean_email(self) -> str:
        return normalise_email(self.cleaned_data["email"])

    def clean_postcode(self) -> str:
        postcode = normalise_postcode(self.cleaned_data["postcode"])
        if problem := postcode_problem(postcode):
            raise ValidationError(problem)
        return postcode

    def submission(self) -> dict[str, Any]:
        """Keyword arguments for `sign_petition`; only after `is_valid()`."""
        names = ("given_name", "family_name", "email", "postcode")
        return {name: self.cleaned_data[name] for name in names} | {
            "consents": self._consents(),
            "is_suspect": self._is_suspect(),
        }

    def _consents(self) -> list[Wording]:
        ticked = {"signature_consent": SIGNATURE_WORDING, "updates_consent": UPDATES_WORDING}
        return [wording for field, wording in ticked.items() if self.cleaned_data[field]]

    def _is_suspect(self) -> bool:
        """Filled faster than a person can, without our time stamp, or with the field nobody sees. Never refused."""
        if self.cleaned_data["website"]:
            return True
        stamp = self.cleaned_data["shown_at"]
        try:
            if self._signer.unsign(stamp) != self._petition_id:
                return True
            self._signer.unsign(stamp, max_age=SHORTEST_FILLING)
        except signing.SignatureExpired:
            return False
        except signing.BadSignature:
            return True
        return True

    def _name(self, field: str) -> str:
        name: str = self.cleaned_data[field]
        if problem := name_problem(name):
            raise ValidationError(problem)
        return name


class SignedForm(forms.Form):
    """Signatures are of a district, never of somebody here: who signed is nobody's business but theirs."""

    petition = forms.ModelChoiceField(
        label=_("Petition"), queryset=Petition.objects.none(), to_field_name="public_id", required=False
    )
    count = forms.IntegerField(label=_("At least so many confirmed signatures"), min_value=1, initial=1)

    def set_user(self, user: User) -> None:
        self.fields["petition"].empty_label = _("any petition")  # type: ignore[attr-defined]
        self.fields["petition"].queryset = visible_rows(Petition, user)  # type: ignore[attr-defined]
