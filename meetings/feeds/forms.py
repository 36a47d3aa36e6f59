from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import Team, User
from crm.access.rules import can
from meetings.feeds.enums import FeedPurpose, FeedScope
from meetings.feeds.errors import NotYourTeamError
from meetings.scheduling.models import Meeting
from meetings.steps.forms import StepForm

BUSY = "busy"
KINDS = {
    FeedScope.PERSONAL.value: _("My meetings, and the times I hold free for an office"),
    BUSY: _("Only when I am busy, without a word about why"),
    FeedScope.TEAM.value: _("My team's meetings: title, time and place; of confidential ones only “Busy”"),
    FeedScope.PUBLIC.value: _("Meetings marked public: title, time and place"),
}


class LinkForm(StepForm):
    """What a new calendar link shows. Teams are the user's own; the public calendar is for those who edit meetings."""

    kind = forms.ChoiceField(
        label=_("What it shows"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the calendar shows.")},
    )
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("no team")
    )
    label = forms.CharField(
        label=_("Where you use it"),
        max_length=100,
        required=False,
        help_text=_("For example “my phone”: so that you know later which link to take back."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        teams = user.teams.all()
        fields: Any = self.fields
        fields["team"].queryset = teams
        allowed = {FeedScope.TEAM.value: teams.exists(), FeedScope.PUBLIC.value: can(user, Act.CHANGE, Meeting)}
        fields["kind"].choices = [(key, label) for key, label in KINDS.items() if allowed.get(key, True)]
        fields["kind"].initial = FeedScope.PERSONAL.value
        if not allowed[FeedScope.TEAM.value]:
            del fields["team"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") == FeedScope.TEAM and not given.get("team") and "team" not in self.errors:
            self.add_error("team", str(NotYourTeamError.sentence))
        return given

    def chosen(self) -> dict[str, Any]:
        """What `create_link` takes."""
        given = self.cleaned_data
        is_busy = given["kind"] == BUSY
        return {
            "scope": FeedScope.PERSONAL if is_busy else FeedScope(given["kind"]),
            "purpose": FeedPurpose.BUSY if is_busy else FeedPurpose.EVENTS,
            "team": given.get("team"),
            "label": given["label"],
        }
