from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.access.rules import STAFF_ROLES
from meetings.availability.enums import DayWish, InstitutionKind
from meetings.availability.forms import day_field, minutes_field
from meetings.availability.models import InstitutionCalendar
from meetings.availability.queries import Search
from meetings.availability.rules import MAX_DAYS
from meetings.requests.views import request_title
from meetings.scheduling.forms import zone_choices
from meetings.scheduling.models import MeetingRequest, Venue
from meetings.scheduling.rules import ASKED
from meetings.steps.forms import StepForm


def colleagues() -> Any:
    """Whom a search may ask for."""
    return User.objects.filter(is_active=True, role__in=STAFF_ROLES).order_by("first_name", "last_name", "username")


class FindTimeForm(StepForm):
    """What is looked for; sent by GET, so that a search can be kept as a link."""

    required = forms.ModelMultipleChoiceField(
        colleagues(),
        label=_("Who has to be there"),
        widget=forms.SelectMultiple(attrs={"size": 6}),
        error_messages={"required": _("Choose at least one person.")},
    )
    optional = forms.ModelMultipleChoiceField(
        colleagues(), label=_("Who should be there"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    first_on = day_field(_("From"))
    last_on = day_field(_("To"))
    zone = forms.ChoiceField(label=_("Time zone of the place"), choices=zone_choices)
    minutes = minutes_field(_("Minutes of the meeting"), 30, least=5)
    before = minutes_field(_("Minutes free before"), 0)
    after = minutes_field(_("Minutes free after"), 0)
    venue = forms.ModelChoiceField(Venue.objects.all(), label=_("Place"), required=False)
    default_travel = minutes_field(_("Minutes between two places, where none are set"), 20)
    calendar = forms.ModelChoiceField(
        InstitutionCalendar.objects.none(), label=_("Calendar of the institution"), required=False
    )
    session = forms.ChoiceField(label=_("Session days"), choices=DayWish, required=False)
    recess = forms.ChoiceField(label=_("Recess or district weeks"), choices=DayWish, required=False)
    committee = forms.ChoiceField(label=_("Committee hours"), choices=DayWish, required=False)
    outside_hours = forms.BooleanField(label=_("Also outside working hours, said and last"), required=False)
    request = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        calendars = InstitutionCalendar.objects.visible_to(user).defer("pending").select_related("organization")
        self.fields["calendar"].queryset = calendars  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first_on"), given.get("last_on")
        if first and last and not timedelta(0) <= last - first < timedelta(days=MAX_DAYS):
            self.add_error("last_on", _("The last day is not before the first and at most 60 days on."))
        return given

    def search(self, request: MeetingRequest | None) -> Search:
        given = self.cleaned_data
        names = ("first_on", "last_on", "zone", "minutes", "before", "after", "venue", "default_travel")
        return Search(
            **{name: given[name] for name in names},
            calendars=[given["calendar"]] if given["calendar"] else [],
            wishes={kind: DayWish(given[kind] or DayWish.ANY) for kind in InstitutionKind},
            person=request.person if request else None,
            request=request,
            outside_hours=given["outside_hours"],
        )


class CarryForm(StepForm):
    """For which request the times are that a search without one found; sent by GET."""

    request = forms.ModelChoiceField(
        MeetingRequest.objects.none(),
        label=_("For which request"),
        to_field_name="public_id",
        empty_label=_("Choose the request"),
        error_messages={
            "required": _("Choose the request these times are for."),
            "invalid_choice": _("Choose one of the requests in the list."),
        },
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        open_ones = MeetingRequest.objects.visible_to(user).filter(state__in=ASKED).select_related("person", "ask")
        chosen: Any = self.fields["request"]
        chosen.queryset = open_ones.order_by("person__sort_name", "id")
        chosen.label_from_instance = request_title
