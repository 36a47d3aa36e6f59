"""Forms on the way to a meeting: asking, offering times, noting a no, confirming."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.issues.models import Ask
from crm.people.models import Person
from crm.people.queries import mail_address_of
from meetings.attendees.actions import AttendeeInput
from meetings.attendees.forms import GuestForm, guest_choices, staff_choices
from meetings.requests.errors import FormOnlyError
from meetings.requests.rules import WantedTimes
from meetings.scheduling.enums import AttendeeRole, RequestChannel
from meetings.scheduling.errors import NoTimeError, NoTimesError, ReferenceMissingError, SchedulerAddressError
from meetings.scheduling.forms import PlaceForm, TimeForm, WordsForm, time_initial, time_rows, zone_clash
from meetings.scheduling.models import MeetingRequest, OfferedTime
from meetings.scheduling.rules import WAITING_OFFERS, describe_times
from meetings.steps.forms import StepForm, VersionForm

NEW = "new"
OTHER = "other"
ROWS = 3
GUESTS = 4


def reason_field() -> forms.CharField:
    """Why a rule of the office is not kept this time."""
    return forms.CharField(
        label=_("Why the rule of the office does not count this time"), max_length=1000, required=False
    )


class AskForm(StepForm):
    """What we ask, of whom in the office, and how."""

    ask = forms.ModelChoiceField(
        label=_("What we ask"),
        queryset=Ask.objects.none(),
        empty_label=_("Choose what we ask"),
        error_messages={"required": _("Choose what we ask for.")},
    )
    channel = forms.ChoiceField(
        label=_("How we ask"),
        choices=RequestChannel,
        widget=forms.RadioSelect,
        initial=RequestChannel.EMAIL,
        help_text=_("By e-mail Parley writes to the scheduler. For the others, ask first and note the reference here."),
    )
    scheduler = forms.ChoiceField(label=_("Scheduler of the office"), required=False, widget=forms.RadioSelect)
    new_name = forms.CharField(label=_("New scheduler: name"), max_length=200, required=False)
    new_email = forms.EmailField(label=_("New scheduler: e-mail"), max_length=254, required=False)
    reference = forms.CharField(
        label=_("Their reference"),
        max_length=100,
        required=False,
        help_text=_("The number of the form, or who you spoke to. Not needed by e-mail."),
    )

    def __init__(
        self,
        *args: Any,
        asks: Any,
        schedulers: list[tuple[Person, str | None]],
        form_only: bool = False,
        needs_reason: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if needs_reason:
            self.fields["reason"] = reason_field()
        self.form_only = form_only
        if form_only:
            how: Any = self.fields["channel"]
            how.choices = [each for each in RequestChannel.choices if each[0] != RequestChannel.EMAIL]
            how.initial = RequestChannel.FORM
            how.error_messages["invalid_choice"] = str(FormOnlyError.sentence)
        self.people = {person.public_id: person for person, _email in schedulers}
        self.addresses = {person.public_id: email for person, email in schedulers}
        asked: Any = self.fields["ask"]
        asked.queryset = asks
        office: Any = self.fields["scheduler"]
        without = _("no e-mail")  # xgettext does not look into f-strings
        office.choices = [
            *((person.public_id, f"{person.name} ({email or without})") for person, email in schedulers),
            (NEW, _("somebody new, below")),
        ]
        office.initial = next(iter(self.people), NEW)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        is_new = given.get("scheduler") in {"", NEW}
        wants_new = is_new and bool(given.get("new_name") or given.get("new_email"))
        if wants_new and not given.get("new_name"):
            self.add_error("new_name", _("Enter the name of the scheduler."))
        if given.get("channel") == RequestChannel.EMAIL:
            self._check_address(given, is_new)
        elif not given.get("reference"):
            self.add_error("reference", str(ReferenceMissingError.sentence))
        return given | {"is_new": wants_new}

    def _check_address(self, given: dict[str, Any], is_new: bool) -> None:
        if is_new and not given.get("new_email") and "new_email" not in self.errors:
            self.add_error("new_email", _("Choose a scheduler, or enter the name and e-mail of a new one."))
        elif not is_new and given.get("scheduler") and not self.addresses.get(given["scheduler"]):
            self.add_error("scheduler", str(SchedulerAddressError.sentence))

    def chosen(self) -> Person | None:
        """The scheduler of the office that was chosen, None for a new one or nobody."""
        return self.people.get(self.cleaned_data.get("scheduler", ""))


class OfferForm(VersionForm):
    """Up to three times, more when a search found more. A row left empty does not count.

    A row without a zone takes that of the row above.
    """

    holders = forms.MultipleChoiceField(
        label=_("Who of us keeps these times free"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Each gets a tentative entry for every time on offer. The entries go when a time is taken or the "
            "request ends."
        ),
    )

    def __init__(
        self, *args: Any, last_zone: str, needs_reason: bool = False, wanted: WantedTimes | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = wanted or WantedTimes()
        if needs_reason:
            self.fields["reason"] = reason_field()
        data = args[0] if args else kwargs.get("data")
        holders: Any = self.fields["holders"]
        holders.choices = staff_choices()[1:]
        holders.initial = self.wanted.holders
        zone, count = self.wanted.zone or last_zone, max(ROWS, len(self.wanted.times))
        found = [time_initial(*each, zone) for each in self.wanted.times] if data is None else []
        self.parts += time_rows(data, count, last_zone=zone, wanted=found)

    def is_valid(self) -> bool:
        zone = str(self.parts[0]["zone"].value() or "")
        for row in self.parts:
            row.fallback_zone = zone  # type: ignore[attr-defined]
            if row.is_valid():
                zone = row.cleaned_data.get("zone") or zone
        if not super().is_valid():
            return False
        if not self.times():
            self.add_error(None, str(NoTimesError.sentence))
        return not self.errors

    def people(self) -> list[User]:
        """Those of ours who get a hold."""
        return list(User.objects.filter(pk__in=self.cleaned_data.get("holders", [])).order_by("pk"))

    def times(self) -> list[tuple[Any, Any, str]]:
        """Starts, ends and zone of every row that was filled in."""
        filled = [row.cleaned_data for row in self.parts if row.cleaned_data.get("starts_at")]
        return [(each["starts_at"], each["ends_at"], each["zone"]) for each in filled]


class ConfirmForm(WordsForm):
    """An offered time or another, the place, the words and the delegation."""

    when = forms.ChoiceField(
        label=_("Which time"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the time they took.")},
    )
    office = forms.ModelChoiceField(
        label=_("Who answers for the office"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("nobody"),
        help_text=_("Gets the invitation, and her answer counts for the policymaker."),
    )

    def __init__(
        self, *args: Any, request: MeetingRequest, language: str, schedulers: Any, user: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        data = args[0] if args else kwargs.get("data")
        self.offers = {str(each.pk): each for each in request.offered_times.filter(state__in=WAITING_OFFERS)}
        which: Any = self.fields["when"]
        which.choices = [
            *(
                (key, describe_times(each.starts_at, each.ends_at, each.time_zone, language))
                for key, each in self.offers.items()
            ),
            (OTHER, _("another time, below")),
        ]
        if not self.offers:
            which.initial = OTHER
        if request.scheduler_id:
            del self.fields["office"]
        else:
            people: Any = self.fields["office"]
            people.queryset = schedulers
        self.time = TimeForm(data, prefix="time", legend=_("Another time"))
        self.place = PlaceForm(data, prefix="place", initial={"format": "in_person"})
        staff, known = staff_choices(), guest_choices(user)
        self.guests = [
            GuestForm(data, prefix=f"guest{n}", number=n + 1, staff=staff, people=known, by=user) for n in range(GUESTS)
        ]

    def active_parts(self) -> list[StepForm]:
        other = self.is_bound and self.data.get("when") == OTHER
        return [*([self.time] if other else []), self.place, *self.guests]

    @property
    def chosen_offer(self) -> OfferedTime | None:
        return self.offers.get(self.cleaned_data.get("when", ""))

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        zone = self.time_values()["time_zone"]
        if clash := zone_clash(self.place.chosen()[1], zone):
            self.place.add_error("venue", clash)
        return not clash

    def attendees(self, on: date) -> list[AttendeeInput]:
        """The delegation, and who answers for the office when she was chosen here."""
        invited = [row.invited(on) for row in self.guests]
        person = self.cleaned_data.get("office")
        if person is not None:
            email = mail_address_of(person, on) or ""
            invited.append(AttendeeInput(name=person.name, email=email, role=AttendeeRole.SCHEDULER, person=person))
        return [each for each in invited if each is not None]

    def time_values(self) -> dict[str, Any]:
        """Starts, ends and zone of the time that was chosen."""
        offer = self.chosen_offer
        if offer is not None:
            return {"starts_at": offer.starts_at, "ends_at": offer.ends_at, "time_zone": offer.time_zone}
        given = getattr(self.time, "cleaned_data", {})
        if not given.get("starts_at"):
            raise NoTimeError
        return {"starts_at": given["starts_at"], "ends_at": given["ends_at"], "time_zone": given["zone"]}
