"""Linking a meeting that stands already to an office of the day, and taking the link away."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from meetings.lobbydays.models import LobbyOffice
from meetings.lobbydays.views import OfficeStep
from meetings.steps.forms import StepForm, VersionForm
from meetings.visits.actions import link_meeting, unlink_meeting
from meetings.visits.forms import LinkForm
from meetings.visits.queries import meetings_to_link


class LinkMeetingView(OfficeStep):
    template_name = "meetings/lobby_link.html"
    page_title = _("Link a meeting")
    intro = _(
        "For a meeting that was agreed apart from the lobby day. The office then counts as confirmed at that time, and "
        "its team is whoever of the delegation is invited. Nobody is mailed. Plan again, so that the other teams "
        "follow; a meeting without a team gets one then, and the team gets invitations."
    )
    button = _("Link this meeting")
    done = _("Linked. Plan again, so that the teams follow.")

    def get_form(self, data: Any = None) -> StepForm:
        user: Any = self.request.user
        return LinkForm(data, initial={"version": self.office.version}, meetings=meetings_to_link(self.office, user))

    def perform(self, form: Any, *, by: User, at: datetime) -> LobbyOffice:
        given = form.cleaned_data
        return link_meeting(self.office, given["meeting"], version=given["version"], by=by, at=at)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        some = meetings_to_link(self.office, self.request.user).exists()  # type: ignore[arg-type]
        return super().get_context_data(office=self.office, has_meetings=some, **kwargs)


class UnlinkMeetingView(OfficeStep):
    page_title = _("Unlink the meeting")
    intro = _(
        "The office is no longer confirmed, and planning may give it another time. The meeting stays as it is and "
        "nobody is uninvited. To call it off, cancel it on its own page instead."
    )
    button = _("Unlink it")
    done = _("Unlinked. Plan again, so that the teams follow.")

    def get_form(self, data: Any = None) -> StepForm:
        return VersionForm(data, initial={"version": self.office.version})

    def perform(self, form: Any, *, by: User, at: datetime) -> LobbyOffice:
        return unlink_meeting(self.office, version=form.cleaned_data["version"], by=by, at=at)
