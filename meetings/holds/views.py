"""Who keeps which offered time free, on the page of the request, and taking one person out of it."""

from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from meetings.holds.actions import withdraw_hold
from meetings.holds.models import HoldAttendee
from meetings.holds.queries import holds_of
from meetings.requests.views import RequestStep
from meetings.scheduling.models import MeetingRequest
from meetings.scheduling.views import when_words
from meetings.steps.forms import Facts, StepForm, VersionForm


def holds_panel(request: MeetingRequest, user: User) -> dict[str, Any] | None:
    """Every time that is held, with the names of those who keep it free."""
    if not can(user, Act.VIEW, HoldAttendee):
        return None
    rows = [
        (when_words(time.starts_at, time.ends_at, time.time_zone), list(held))
        for time, held in groupby(holds_of(request), key=lambda each: each.offered_time)
    ]
    return (
        {
            "title": _("Kept free by"),
            "rows": rows,
            "request_id": request.public_id,
            "may_change": can(user, Act.CHANGE, request),
            "template": "meetings/panel_holds.html",
        }
        if rows
        else None
    )


class WithdrawHoldView(RequestStep):
    """One of ours need not keep one of the times free; nobody else hears of it."""

    form_class = VersionForm
    page_title = _("Take the hold back")
    button = _("Take it back and tell only them")
    done = _("Taken back. Nobody else hears of it.")

    def subject(self) -> MeetingRequest:
        row = super().subject()
        held = HoldAttendee.objects.filter(offered_time__request=row).select_related("offered_time")
        found = held.filter(public_id=self.kwargs["hold"]).first()
        if found is None:
            raise Http404
        self.hold = found
        return row

    def get_page_subtitle(self) -> str:
        return self.hold.name

    def get_form(self, data: Any = None) -> StepForm:
        return VersionForm(data, initial={"version": self.hold.round})

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return [(str(_("Keeps it free")), str(_("yes") if self.hold.is_held else _("no")))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        time = self.hold.offered_time
        words = _("%(name)s gets a mail that takes %(when)s out of the calendar, if the hold has left.") % {
            "name": self.hold.name,
            "when": when_words(time.starts_at, self.hold.ends_at, self.hold.time_zone),
        }
        return super().get_context_data(intro=words, **kwargs)

    def perform(self, form: Any, *, by: User, at: datetime) -> HoldAttendee:
        return withdraw_hold(self.hold, round=form.cleaned_data["version"], by=by, at=at)
