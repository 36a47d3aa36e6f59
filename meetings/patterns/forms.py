"""The form for what is to come of a series: words, place, who leaves and who comes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from meetings.attendees.forms import OURS, THEIRS, GuestForm, guest_choices, staff_choices
from meetings.patterns.errors import OtherZoneError
from meetings.patterns.rules import Pattern
from meetings.scheduling.enums import MeetingFormat
from meetings.scheduling.errors import TitleMissingError
from meetings.scheduling.forms import PlaceForm, zone_clash
from meetings.scheduling.models import Attendee, Meeting, Venue
from meetings.series.rules import person_key
from meetings.steps.forms import VersionForm

GUESTS = 3


class PeopleField(forms.MultipleChoiceField):
    def valid_value(self, value: str) -> bool:
        """Somebody who has left since the page was drawn is no mistake: a second click changes nothing."""
        return True


class PatternForm(VersionForm):
    """What the meetings to come have in common. `meeting` is one of them, with the people in `invited`."""

    title = forms.CharField(
        label=_("Title everybody sees"), max_length=200, error_messages={"required": TitleMissingError.sentence}
    )
    description = forms.CharField(
        label=_("Text everybody sees"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    uninvite = PeopleField(label=_("Who no longer comes"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, *args: Any, meeting: Meeting, invited: list[Attendee], zone: str, by: User, **kwargs: Any
    ) -> None:
        words = {"title": meeting.title, "description": meeting.description}
        super().__init__(*args, **kwargs | {"initial": words | kwargs.get("initial", {})})
        data = args[0] if args else kwargs.get("data")
        self.zone = zone
        self.invited = {person_key(each.name, each.email): each for each in invited}
        leaving: Any = self.fields["uninvite"]
        leaving.choices = [(key, f"{each.name} ({each.get_role_display()})") for key, each in self.invited.items()]
        if not self.invited:
            del self.fields["uninvite"]
        place = {"format": meeting.format, "venue": meeting.venue_id, "join_url": meeting.join_url}
        self.place = PlaceForm(data, prefix="place", initial=place)
        choices = {"staff": staff_choices(), "people": guest_choices(by), "roles": (*OURS, *THEIRS), "by": by}
        self.guests = [GuestForm(data, prefix=f"guest{n}", number=n + 1, **choices) for n in range(GUESTS)]
        self.parts = [self.place, *self.guests]

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        if clash := zone_clash(self.place.chosen()[1], self.zone):
            self.place.add_error("venue", OtherZoneError.sentence)
        return not clash

    def pattern(self, on: Any) -> Pattern:
        """What was chosen. `on` is the day on which addresses must hold."""
        kind, known, new, join_url = self.place.chosen()
        venue = Venue(**new, time_zone=self.zone) if new and new["name"] else known
        return Pattern(
            title=self.cleaned_data["title"],
            description=self.cleaned_data["description"],
            format=MeetingFormat(kind),
            venue=venue,
            join_url=join_url,
            invite=[guest for row in self.guests if (guest := row.invited(on))],
            uninvite=set(self.cleaned_data.get("uninvite", ())),
        )
