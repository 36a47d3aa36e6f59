"""Forms of polls: the answer of somebody outside, and what staff start, add and decide."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from meetings.attendees.forms import person_with
from meetings.polls.actions import Guest
from meetings.polls.enums import Choice
from meetings.polls.errors import PollGuestAddressError, PollOptionsError, PollTitleError
from meetings.polls.models import PollParticipant
from meetings.polls.queries import OptionRow
from meetings.polls.rules import MAX_OPTIONS, MIN_OPTIONS, describe_choices
from meetings.scheduling.errors import DoubtfulTimeError
from meetings.scheduling.forms import EARLIEST, LATEST, OUT_OF_RANGE, time_rows, zone_choices
from meetings.scheduling.rules import describe_times, localise
from meetings.steps.forms import StepForm, VersionForm

ROWS = {"time": ("date", 6), "guest": ("name", 8)}
"""Kinds of rows: a field every row has, and how many rows there are at first."""
MORE, MOST = 3, MAX_OPTIONS
END_OF_DAY = time(23, 59)


class ZoneForm(forms.Form):
    """Which zone a visitor reads times in."""

    zone = forms.ChoiceField(
        label=_("Also show the times in"),
        required=False,
        choices=lambda: [("", _("only the time of the place")), *zone_choices()],
    )


class AnswerForm(forms.Form):
    """Yes, if need be or no to every time; nothing is chosen beforehand but what was answered before."""

    answered_by = forms.CharField(
        label=_("Your name, if you answer for %(name)s"),
        max_length=200,
        required=False,
        help_text=_("Leave it empty if you answer for yourself."),
    )
    note = forms.CharField(
        label=_("A note for us"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *args: Any,
        participant: PollParticipant,
        rows: list[OptionRow],
        names: list[str],
        language: str,
        zone: str,
        **kwargs: Any,
    ) -> None:
        said = {each.option_id: each.choice for each in participant.answers.all()}
        kept = {name: getattr(participant, name) for name in ("answered_by", "note")}
        super().__init__(*args, **{**kwargs, "label_suffix": "", "initial": kept})
        words = {"name": participant.name}
        self.fields["answered_by"].label = self.fields["answered_by"].label % words  # type: ignore[operator]
        self.options: dict[str, str] = {}
        times = {}
        for row in rows:
            option = row.option
            name = f"choice_{option.public_id}"
            self.options[name] = option.public_id
            there = describe_times(option.starts_at, option.ends_at, option.time_zone, language)
            hints = [describe_times(option.starts_at, option.ends_at, zone, language)] if zone else []
            times[name] = forms.ChoiceField(
                label=there,
                choices=Choice.choices,
                required=False,
                widget=forms.RadioSelect,
                initial=said.get(option.pk, ""),
                help_text=" · ".join([*hints, *describe_choices(row.choices, names)]),
            )
        self.fields = {**times, **self.fields}

    def choices(self) -> dict[str, Choice]:
        """What was chosen, by the public id of the option."""
        given = self.cleaned_data
        return {key: Choice(given[name]) for name, key in self.options.items() if given.get(name)}


class GuestForm(StepForm):
    """Somebody outside to ask; an empty row does not count."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        error_messages={"invalid": PollGuestAddressError.sentence},
    )

    def __init__(self, *args: Any, legend: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.legend = legend
        self.by = by

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if bool(given.get("name")) != bool(given.get("email")) and not self.errors:
            self.add_error("email" if given.get("name") else "name", str(PollGuestAddressError.sentence))
        return given

    def guest(self) -> Guest | None:
        given = self.cleaned_data
        if not given.get("email"):
            return None
        return Guest(given["name"], given["email"], person_with(given["email"], self.by))


def sizes_of(data: Any, more: str = "") -> dict[str, int]:
    """How many rows of each kind the form is to have: as many as were sent, and some more of the kind `more`."""
    found = {}
    for kind, (field, least) in ROWS.items():
        sent = sum(f"{kind}{number}-{field}" in data for number in range(MOST)) if data else 0
        found[kind] = min(max(sent, least) + (MORE if kind == more else 0), MOST)
    return found


class PollForm(StepForm):
    """Title, last day for answers, times and people. Empty rows do not count, `sizes` says how many there are."""

    title = forms.CharField(
        label=_("Title everybody sees"),
        max_length=200,
        error_messages={"required": PollTitleError.sentence},
        help_text=_("It stands in every mail. No internal words."),
    )
    deadline = forms.DateField(
        label=_("Answers until the end of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Enter the last day for answers."),
            "invalid": _("Enter the date like 2026-10-28."),
        },
        validators=[MinValueValidator(EARLIEST, OUT_OF_RANGE), MaxValueValidator(LATEST, OUT_OF_RANGE)],
    )
    shows_names = forms.BooleanField(label=_("Everybody asked sees who answered what"), required=False)

    def __init__(
        self, *args: Any, by: User, last_zone: str = "", sizes: Mapping[str, int] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        data = args[0] if args else kwargs.get("data")
        self.most, wanted = MOST, sizes or sizes_of(data)
        self.times = time_rows(data, wanted["time"], last_zone=last_zone)
        self.guests = [
            GuestForm(data, prefix=f"guest{number}", legend=_("Person %(number)s") % {"number": number + 1}, by=by)
            for number in range(wanted["guest"])
        ]
        self.parts = [*self.times, *self.guests]

    def is_valid(self) -> bool:
        zone = str(self.times[0]["zone"].value() or "")
        for row in self.times:
            row.fallback_zone = zone
            if row.is_valid():
                zone = row.cleaned_data.get("zone") or zone
        if not super().is_valid():
            return False
        if len({starts_at for starts_at, _ends, _zone in self.options()}) < max(MIN_OPTIONS, len(self.options())):
            self.add_error(None, str(PollOptionsError.sentence))
        if not self.invited():
            self.add_error(None, str(PollGuestAddressError.sentence))
        return not self.errors

    def options(self) -> list[tuple[Any, Any, str]]:
        """Starts, ends and zone of every row that was filled in."""
        filled = [row.cleaned_data for row in self.times if row.cleaned_data.get("starts_at")]
        return [(each["starts_at"], each["ends_at"], each["zone"]) for each in filled]

    def invited(self) -> list[Guest]:
        return [guest for row in self.guests if (guest := row.guest())]

    def deadline_at(self) -> tuple[datetime, str]:
        """The end of the last day where the first time takes place, and that zone."""
        zone = self.options()[0][2]
        naive = datetime.combine(self.cleaned_data["deadline"], END_OF_DAY)
        try:
            return localise(naive, zone), zone
        except DoubtfulTimeError as error:
            return error.choices[1], zone


class AddGuestForm(GuestForm):
    """One more to ask."""

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, legend="", by=by, **kwargs)
        for name in ("name", "email"):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = str(PollGuestAddressError.sentence)


class InvitationsForm(StepForm):
    """How many links the page knew of when its button was drawn."""

    invitations = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**6)


class DecideForm(VersionForm):
    """The time that was chosen, or none."""

    option = forms.ChoiceField(
        label=_("Which time"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a time, or none of them.")},
    )

    def __init__(self, *args: Any, options: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        which: Any = self.fields["option"]
        which.choices = [*options.items(), ("none", _("none of them: end the poll"))]
