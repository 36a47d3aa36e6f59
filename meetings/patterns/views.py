"""The step that changes words, place and people of what is to come of a series, after a look at what it would do."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.access.models import User
from meetings.patterns.actions import change_meetings
from meetings.patterns.forms import PatternForm
from meetings.patterns.rules import Pattern, coming, leaving, place_of, words_of
from meetings.scheduling.enums import MeetingFormat
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.views import line
from meetings.series.enums import Stay
from meetings.series.queries import pattern_of, standing_of
from meetings.series.views import SeriesStep
from meetings.steps.forms import Facts, StepForm

LABELS = {
    "title": _("Title"),
    "description": _("Text everybody sees"),
    "format": _("How we meet"),
    "venue": _("Place"),
    "join_url": _("Link to join"),
}


class ChangeMeetingsView(SeriesStep):
    """GET says which meetings follow and which stay, "look first" what would change, the other button does it."""

    template_name = "meetings/series_meetings.html"
    page_title = _("Change place and people of the series")
    button = _("Change them and tell everybody")
    intro = _(
        "Everybody who stays invited gets one mail for each meeting; with another building or format they are asked "
        "to answer again. Nothing takes the mails back: to undo it, change the series once more."
    )

    def subject(self) -> Meeting:
        meeting = super().subject()
        at, user = timezone.now(), self.request.user
        self.standing = standing_of(self.series, at, user=user)  # type: ignore[arg-type]
        follow = self.standing.follow
        self.like = follow[0] if follow else pattern_of(self.series, at)
        self.invited = self.standing.invited.get(self.like.pk, [])
        return meeting

    def get_form(self, data: Any = None) -> StepForm:
        who: dict[str, Any] = {"meeting": self.like, "invited": self.invited, "by": self.request.user}
        return PatternForm(data, initial={"version": self.series.version}, zone=self.series.time_zone, **who)

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return self.get_form().facts()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "preview" not in request.POST:
            return super().post(request, *args, **kwargs)
        form: Any = self.get_form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        changes = change_lines(form.pattern(timezone.localdate()), self.like, self.invited)
        return self.render_to_response(self.get_context_data(form=form, is_preview=True, changes=changes))

    def perform(self, form: Any, *, by: User, at: datetime) -> list[Meeting]:
        changed = change_meetings(
            self.series, form.pattern(at.date()), version=form.cleaned_data["version"], by=by, at=at
        )
        self.done = changed_words(len(changed))
        return changed

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = {"follow": [line(each) for each in self.standing.follow], "stays": stay_groups(self.standing.stay)}
        return super().get_context_data(**found | kwargs)


def changed_words(count: int) -> str:
    """What was done, for the page that follows."""
    if not count:
        return str(_("Nothing was different, so nothing is changed and nobody is told."))
    words = ngettext("%(count)s meeting is changed.", "%(count)s meetings are changed.", count)
    return words % {"count": count}


def stay_groups(stay: Iterable[tuple[Meeting, Stay]]) -> list[tuple[Any, list[dict[str, Any]]]]:
    """The meetings that stay as they are, by the reason."""
    rows = [(reason, line(meeting)) for meeting, reason in stay]
    groups = [(reason.label, [row for why, row in rows if why == reason]) for reason in Stay]
    return [(label, found) for label, found in groups if found]


def change_lines(pattern: Pattern, like: Meeting, invited: Sequence[Attendee]) -> list[tuple[Any, str, str]]:
    """(what, as it is, as it will be) of everything the pattern changes."""
    changed = words_of(pattern, like) | place_of(pattern, like)
    found: list[tuple[Any, str, str]] = [
        (LABELS[name], _shown(name, getattr(like, name)), _shown(name, changed[name])) for name in changed
    ]
    found += [(_("No longer invited"), each.name, "") for each in leaving(pattern, invited)]
    return found + [(_("Invited"), "", each.name or each.email) for each in coming(pattern, invited)]


def _shown(name: str, value: Any) -> str:
    return str(MeetingFormat(value).label if name == "format" else value or "")
