"""Forms of a lobby day: its terms, its offices, its delegation and the ways between the buildings."""

from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from crm.issues.models import Ask
from crm.issues.queries import open_asks
from crm.people.forms import AreaField, CommitteeField, PersonField
from crm.segments.models import Segment
from crm.targets.models import TargetList
from meetings.lobbydays.models import Building, Delegate, LobbyDay, LobbyOffice
from meetings.scheduling.forms import zone_field
from meetings.steps.forms import StepForm, VersionForm

LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
PRIORITIES = [(1, _("first")), (2, _("as others")), (3, _("if there is time"))]


def clock(label: Any, **kwargs: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Enter the time like 14:30."), "required": _("Enter the time like 14:30.")},
        **kwargs,
    )


def minutes(label: Any, initial: int, least: int = 0, most: int = 240) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=initial, min_value=least, max_value=most)


def row_initial(form: type[forms.Form], row: Model) -> dict[str, Any]:
    """What a form of a row starts with."""
    return {name: getattr(row, name) for name in form.base_fields if hasattr(row, name)}


class DayForm(StepForm):
    """A new lobby day."""

    title = forms.CharField(label=_("Title"), max_length=150)
    ask: Any = forms.ModelChoiceField(
        label=_("What we ask"), queryset=Ask.objects.none(), empty_label=_("Choose what we ask")
    )
    held_on = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter the day like 2026-10-28.")},
    )
    time_zone = zone_field(_("Choose the zone of the place"))
    opens = clock(_("First meeting not before"))
    closes = clock(_("Last meeting ends by"))
    slot_minutes = minutes(_("Minutes per meeting"), 20, 5)
    buffer_minutes = minutes(_("Minutes to spare between meetings"), 5)
    walk_minutes = minutes(_("Minutes between two buildings, unless known"), 10)
    team_size = minutes(_("People per team, at most"), 4, 1, 30)
    max_meetings = minutes(_("Meetings per person, at most"), 10, 1, 40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "ask" in self.fields:
            self.fields["ask"].queryset = open_asks()  # type: ignore[attr-defined]


class DayEditForm(VersionForm, DayForm):
    """The ask stays: meetings and requests already carry it."""

    def __init__(self, *args: Any, day: LobbyDay, **kwargs: Any) -> None:
        super().__init__(*args, initial=row_initial(DayForm, day) | {"version": day.version}, **kwargs)
        del self.fields["ask"]


class AddOfficesForm(StepForm):
    """Whose offices: one person, a whip board, a committee or a segment; several at once if you like."""

    person = PersonField(label=_("One policymaker"), required=False)
    board = forms.ModelChoiceField(
        TargetList.objects.none(), label=_("Everybody on a whip board"), required=False, to_field_name="public_id"
    )
    committee = CommitteeField(label=_("Everybody in a committee"), required=False)
    segment = forms.ModelChoiceField(
        Segment.objects.none(), label=_("Everybody in a segment"), required=False, to_field_name="public_id"
    )
    building = forms.ModelChoiceField(
        Building.objects.all(), label=_("Building"), required=False, to_field_name="public_id"
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every: dict[str, Any] = self.fields
        every["person"].user = every["committee"].user = user
        every["board"].queryset = TargetList.objects.visible_to(user)
        every["segment"].queryset = Segment.objects.visible_to(user)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(given.get(name) for name in ("person", "board", "committee", "segment")):
            self.add_error(None, _("Choose a policymaker, a whip board, a committee or a segment."))
        return given


class OfficeForm(VersionForm):
    building = forms.ModelChoiceField(Building.objects.all(), label=_("Building"), required=False)
    new_building = forms.CharField(label=_("Or a new building"), max_length=100, required=False)
    room = forms.CharField(label=_("Room"), max_length=100, required=False)
    area = AreaField(label=_("District"), required=False)
    free_from = clock(_("Has time from"), required=False)
    free_until = clock(_("Has time until"), required=False)
    priority = forms.TypedChoiceField(label=_("Priority"), choices=PRIORITIES, coerce=int)

    def __init__(self, *args: Any, user: Any, office: LobbyOffice, **kwargs: Any) -> None:
        initial = row_initial(OfficeForm, office) | {"version": office.version, "building": office.building_id}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["area"].user = user  # type: ignore[attr-defined]


class DelegateForm(VersionForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    area = AreaField(
        label=_("Home district"), required=False, help_text=_("They go to the offices of this district first.")
    )
    can_lead = forms.BooleanField(label=_("Can lead a team"), required=False)
    free_from = clock(_("Can come from"), required=False)
    free_until = clock(_("Can stay until"), required=False)
    language = forms.ChoiceField(label=_("Language of the mails"), choices=LANGUAGES)
    note = forms.CharField(
        label=_("Internal note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stays with us: it is on no mail, sheet or file of the day."),
    )

    def __init__(self, *args: Any, user: Any, delegate: Delegate | None = None, **kwargs: Any) -> None:
        initial = row_initial(DelegateForm, delegate) if delegate else {"version": 1}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["area"].user = user  # type: ignore[attr-defined]


class AddPeopleForm(StepForm):
    """People of ours: one, or a whole segment."""

    person = PersonField(label=_("One person"), required=False)
    segment = forms.ModelChoiceField(
        Segment.objects.none(), label=_("Everybody in a segment"), required=False, to_field_name="public_id"
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every: dict[str, Any] = self.fields
        every["person"].user = user
        every["segment"].queryset = Segment.objects.visible_to(user)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not (given.get("person") or given.get("segment")):
            self.add_error(None, _("Choose a person or a segment."))
        return given


class WalkForm(StepForm):
    start = forms.ModelChoiceField(Building.objects.all(), label=_("From"), to_field_name="public_id")
    end = forms.ModelChoiceField(Building.objects.all(), label=_("To"), to_field_name="public_id")
    minutes = minutes(_("Minutes on foot"), 10)
