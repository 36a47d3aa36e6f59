"""Forms of the steps between asking an office and confirming a meeting."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.people.models import Person
from meetings.requests.actions import NewScheduler
from meetings.requests.errors import FormOnlyError, NoOfferChosenError, StaffMissingError
from meetings.requests.forms import NEW, reason_field
from meetings.scheduling.enums import RequestChannel, RequestState
from meetings.scheduling.errors import ReferenceMissingError
from meetings.scheduling.models import OfferedTime
from meetings.scheduling.rules import WAITING_OFFERS, describe_times
from meetings.steps.forms import VersionForm

LATER = "later"


class SendForm(VersionForm):
    """How a draft goes out. An office that takes its form only gets no mail."""

    channel = forms.ChoiceField(label=_("How we ask"), choices=RequestChannel, widget=forms.RadioSelect, required=False)
    reference = forms.CharField(
        label=_("Their reference"),
        max_length=100,
        required=False,
        help_text=_("The number of the form, or who you spoke to. Not needed by e-mail."),
    )

    def __init__(self, *args: Any, form_only: bool, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form_only = form_only
        if form_only:
            how: Any = self.fields["channel"]
            how.choices = [each for each in RequestChannel.choices if each[0] != RequestChannel.EMAIL]
            how.error_messages["invalid_choice"] = str(FormOnlyError.sentence)
        if needs_reason:
            self.fields["reason"] = reason_field()

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        given["channel"] = RequestChannel(given.get("channel") or self.initial["channel"])
        said = given.get("reference") or self.initial["reference"]
        if given["channel"] != RequestChannel.EMAIL and not said:
            self.add_error("reference", str(ReferenceMissingError.sentence))
        return given


class FollowUpForm(VersionForm):
    """That somebody wrote or called, and what they said."""

    channel = forms.ChoiceField(
        label=_("How you followed up"),
        choices=RequestChannel,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you followed up.")},
    )
    words = forms.CharField(
        label=_("What they said"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class NextActionForm(VersionForm):
    next_action = forms.CharField(
        label=_("What to do next"),
        max_length=200,
        required=False,
        help_text=_("Leave it empty for what this state usually asks for."),
    )
    next_action_on = forms.DateField(
        label=_("By"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter the date like 2026-10-28.")},
    )


class HoldForm(VersionForm):
    """Which of the offered times they keep for us."""

    offers = forms.MultipleChoiceField(
        label=_("Times they hold"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NoOfferChosenError.sentence, "invalid_choice": NoOfferChosenError.sentence},
    )

    def __init__(self, *args: Any, offers: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[str, OfferedTime] = {str(each.pk): each for each in offers.filter(state__in=WAITING_OFFERS)}
        which: Any = self.fields["offers"]
        which.choices = [
            (key, describe_times(each.starts_at, each.ends_at, each.time_zone, language))
            for key, each in self.known.items()
        ]

    def chosen(self) -> list[OfferedTime]:
        return [self.known[key] for key in self.cleaned_data["offers"]]


class StaffForm(VersionForm):
    """Who of the office comes instead of the policymaker."""

    staff = forms.ChoiceField(label=_("Who comes instead"), required=False, widget=forms.RadioSelect)
    new_name = forms.CharField(label=_("Somebody new: name"), max_length=200, required=False)
    new_email = forms.EmailField(label=_("Somebody new: e-mail"), max_length=254, required=False)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: dict[str, Person] = {each.public_id: each for each in people}
        who: Any = self.fields["staff"]
        who.choices = [*((key, each.name) for key, each in self.people.items()), (NEW, _("somebody new, below"))]
        who.initial = next(iter(self.people), NEW)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.is_named() and self.chosen() is None:
            self.add_error("new_name", str(StaffMissingError.sentence))
        return given

    def is_named(self) -> bool:
        """Whether they said who comes."""
        return True

    def chosen(self) -> Person | NewScheduler | None:
        if not self.is_named():
            return None
        known = self.people.get(self.cleaned_data.get("staff", ""))
        name = self.cleaned_data.get("new_name", "")
        return known or (NewScheduler(name, self.cleaned_data.get("new_email", "")) if name else None)


class MeetingStaffForm(StaffForm):
    """Who comes to a confirmed meeting instead of the policymaker, or that they have not said so yet."""

    comment = forms.CharField(
        label=_("In their words"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who: Any = self.fields["staff"]
        who.choices = [*who.choices, (LATER, _("they have not said yet"))]

    def is_named(self) -> bool:
        return self.cleaned_data.get("staff") != LATER


class PolicymakerBackForm(VersionForm):
    """The policymaker comes after all; `staff` is who was to come instead, if she is expected."""

    keeps_staff = forms.BooleanField(required=False)

    def __init__(self, *args: Any, staff: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keeps_staff"].label = _("%(name)s comes as well") % {"name": staff}
        if not staff:
            del self.fields["keeps_staff"]


class CloseForm(VersionForm):
    state = forms.ChoiceField(
        label=_("What happened"),
        choices=[(RequestState.DECLINED.value, _("they said no")), (RequestState.WITHDRAWN.value, _("we withdraw it"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who ended it.")},
    )
