"""Forms of meetings: times in the zone of the place, the place itself, the words everybody sees."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from meetings.scheduling.enums import Encounter, MeetingFormat
from meetings.scheduling.errors import (
    DoubtfulTimeError,
    JoinUrlError,
    PlaceMissingError,
    TimesError,
    TitleMissingError,
    UnknownZoneError,
)
from meetings.scheduling.models import Meeting, Venue
from meetings.scheduling.rules import check_place, localise, offset_name, place_key
from meetings.steps.forms import StepForm, VersionForm

REGIONS = ("America", "Europe", "Africa", "Asia", "Australia", "Pacific", "Atlantic", "Indian", "Antarctica", "Arctic")

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
"""At the ends of the calendar no zone can be applied any more."""
OUT_OF_RANGE = _("Enter a date between 2000 and 2100.")


@cache
def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every zone of a place, by region; the label is the city, so that typing its first letters finds it."""
    keys = sorted(available_timezones())
    groups = [
        (region, [(key, key.partition("/")[2].replace("_", " ")) for key in keys if key.startswith(f"{region}/")])
        for region in REGIONS
    ]
    return [*groups, ("UTC", [("UTC", "UTC")])]


def zone_field(empty: Any) -> forms.ChoiceField:
    """A select over all zones; `empty` is the words of the first, empty choice."""
    return forms.ChoiceField(
        label=_("Time zone of the place"), required=False, choices=lambda: [("", empty), *zone_choices()]
    )


def clock_field(label: Any) -> forms.ChoiceField:
    """Which of two moments a doubtful time means; shown only when it is doubtful."""
    return forms.ChoiceField(label=label, required=False, widget=forms.RadioSelect, choices=[("0", "0"), ("1", "1")])


class TimeForm(StepForm):
    """One meeting time as the clocks at the place show it; cleaned to `starts_at`, `ends_at` and `zone`.

    A time the clocks pass twice or jump over is refused with a sentence and the two moments to choose from.
    """

    date = forms.DateField(
        label=_("Date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter the date."), "invalid": _("Enter the date like 2026-10-28.")},
        validators=[MinValueValidator(EARLIEST, OUT_OF_RANGE), MaxValueValidator(LATEST, OUT_OF_RANGE)],
    )
    start = forms.TimeField(
        label=_("Starts"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Enter when it starts."), "invalid": _("Enter the start like 14:30.")},
    )
    start_clock = clock_field(_("Which start is meant"))
    end = forms.TimeField(
        label=_("Ends"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Enter when it ends."), "invalid": _("Enter the end like 15:00.")},
    )
    end_clock = clock_field(_("Which end is meant"))
    zone = zone_field(_("Choose the zone of the place"))

    def __init__(self, *args: Any, legend: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.legend = legend
        self.fallback_zone = ""
        self.doubtful: set[str] = set()

    def shown(self) -> list[forms.BoundField]:
        hidden = {f"{name}_clock" for name in ("start", "end")} - self.doubtful
        return [bound for bound in self.visible_fields() if bound.name not in hidden]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        given["zone"] = given.get("zone") or self.fallback_zone
        if not given["zone"]:
            self.add_error("zone", str(UnknownZoneError.sentence))
        elif given.get("date") and given.get("start") and given.get("end"):
            starts_at, ends_at = self._moment("start"), self._moment("end")
            if starts_at and ends_at and ends_at <= starts_at:
                self.add_error("end", str(TimesError.sentence))
            given |= {"starts_at": starts_at, "ends_at": ends_at}
        return given

    def _moment(self, name: str) -> datetime | None:
        given = self.cleaned_data
        try:
            return localise(datetime.combine(given["date"], given[name]), given["zone"])
        except DoubtfulTimeError as error:
            field: Any = self.fields[f"{name}_clock"]
            field.choices = [(str(n), f"{each:%H:%M} ({offset_name(each)})") for n, each in enumerate(error.choices)]
            self.doubtful.add(f"{name}_clock")
            if chosen := given.get(f"{name}_clock"):
                return error.choices[int(chosen)]
            self.add_error(f"{name}_clock", str(error.sentence))
        return None


def time_initial(starts_at: datetime, ends_at: datetime, zone: str) -> dict[str, Any]:
    """What a TimeForm shows for a time that is already set."""
    start, end = (moment.astimezone(ZoneInfo(zone)) for moment in (starts_at, ends_at))
    return {"date": start.date(), "start": start.time(), "end": end.time(), "zone": zone}


def wall_initial(start: datetime, length: timedelta) -> dict[str, Any]:
    """What a TimeForm shows for a start as the clocks at the place show it; doubtful hours are its own business."""
    return {"date": start.date(), "start": start.time(), "end": (start + length).time()}


def time_rows(data: Any, count: int, *, last_zone: str = "", wanted: Sequence[dict[str, Any]] = ()) -> list[TimeForm]:
    """So many times, each of which may stay empty; a row without a zone takes that of the row above.

    `wanted` are what the first rows start with; not for a form with data, where a row as it was would count as empty.
    """
    rows = []
    for number in range(count):
        row = TimeForm(
            data,
            prefix=f"time{number}",
            empty_permitted=True,
            initial={**(wanted[number] if number < len(wanted) else {}), "zone": last_zone if number == 0 else ""},
            legend=_("Time %(number)s") % {"number": number + 1},
        )
        if number:
            zone: Any = row.fields["zone"]
            zone.choices = [("", _("the same as above")), *list(zone.choices)[1:]]
        rows.append(row)
    return rows


class PlaceForm(StepForm):
    """Where: a known place, a new one, or a link. Cleaned to `format`, `venue` (or a new name) and `join_url`."""

    legend = _("Where")
    format = forms.ChoiceField(label=_("How we meet"), choices=MeetingFormat, widget=forms.RadioSelect)
    venue = forms.ModelChoiceField(
        label=_("Place we know"),
        queryset=Venue.objects.all(),
        required=False,
        empty_label=_("none of these: a new place, below"),
    )
    venue_name = forms.CharField(label=_("New place: building"), max_length=200, required=False)
    venue_room = forms.CharField(label=_("New place: room"), max_length=100, required=False)
    venue_address = forms.CharField(label=_("New place: address"), max_length=300, required=False)
    join_url = forms.CharField(
        label=_("Link to join"),
        max_length=500,
        required=False,
        widget=forms.URLInput(attrs={"inputmode": "url"}),
        help_text=_("For an online meeting; it starts with https://. Everybody invited reads it."),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        venue = given.get("venue") or (Venue(name=given["venue_name"]) if given.get("venue_name") else None)
        try:
            check_place(given.get("format", ""), venue, given.get("join_url", ""))
        except JoinUrlError as error:
            self.add_error("join_url", str(error.sentence))
        except PlaceMissingError as error:
            self.add_error(
                "venue" if given.get("format") == MeetingFormat.IN_PERSON else "join_url", str(error.sentence)
            )
        return given

    def chosen(self) -> tuple[str, Venue | None, dict[str, str], str]:
        """Format, known place, words of a new place (empty when there is none) and link."""
        given = self.cleaned_data
        if given["format"] == MeetingFormat.ONLINE:
            return given["format"], None, {}, given["join_url"]
        new = {name: given[f"venue_{name}"] for name in ("name", "room", "address")}
        is_new = given["venue"] is None
        return given["format"], given["venue"], new if is_new else {}, given["join_url"]


def zone_clash(venue: Venue | None, zone: str) -> str:
    """A sentence when a known place is in another zone than the time was given in, else nothing."""
    if venue is None or venue.time_zone == zone:
        return ""
    words = {"place": place_key(venue)[0], "theirs": venue.time_zone, "ours": zone}
    return str(
        _(
            "%(place)s keeps the time of %(theirs)s, but the time is given for %(ours)s. "
            "Give the time as the clocks there show it."
        )
        % words
    )


class WordsForm(VersionForm):
    """The words everybody reads, and whether only those involved see the meeting."""

    title = forms.CharField(
        label=_("Title everybody sees"),
        max_length=200,
        error_messages={"required": TitleMissingError.sentence},
        help_text=_("It stands in every calendar, also in the policymaker's. No internal words."),
    )
    description = forms.CharField(
        label=_("Text everybody sees"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    is_confidential = forms.BooleanField(
        label=_("Only the owner, the delegation and the directors see this meeting"), required=False
    )
    is_public = forms.BooleanField(
        label=_("Show title, time and place in the public calendar"),
        required=False,
        help_text=_("For meetings anybody may know of. The text and the link to join stay out of it."),
    )


class MoveForm(VersionForm):
    """Another time or another place."""

    def __init__(self, *args: Any, meeting: Meeting, wanted: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        data = args[0] if args else kwargs.get("data")
        times = time_initial(meeting.starts_at, meeting.ends_at, meeting.time_zone)
        if wanted is not None:
            times |= wall_initial(wanted, meeting.ends_at - meeting.starts_at)
        place = {"format": meeting.format, "venue": meeting.venue_id, "join_url": meeting.join_url}
        self.time = TimeForm(data, prefix="time", initial=times, legend=_("When"))
        self.place = PlaceForm(data, prefix="place", initial=place)
        self.parts = [self.time, self.place]

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        if clash := zone_clash(self.place.chosen()[1], self.time.cleaned_data["zone"]):
            self.place.add_error("venue", clash)
        return not clash


class EncounterForm(forms.Form):
    what = forms.ChoiceField(label=_("What happened"), choices=Encounter)
    since = forms.DateField(
        label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class NeverMetForm(forms.Form):
    """No argument: nobody of ours ever met them, as far as the asker may know."""


class NoContactForm(forms.Form):
    days = forms.IntegerField(label=_("For at least so many days"), min_value=1, max_value=3650, initial=180)
