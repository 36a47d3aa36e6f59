"""A table of delegates: hand it in, look at every row, take everybody along."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.base.errors import ParleyError
from meetings.lobbydays.views import DayStep, day_url
from meetings.rosters.actions import import_roster
from meetings.rosters.enums import Fate
from meetings.rosters.errors import RosterChangedError, WrongRowsError
from meetings.rosters.forms import RosterForm, TakeForm, seal, unseal
from meetings.rosters.queries import roster_rows
from meetings.rosters.resources import Sheet, read_upload
from meetings.rosters.rules import Row, digest_of
from meetings.steps.forms import StepForm

SHOWN = 200
BADGES = {Fate.WRONG: "bad", Fate.NEW: "good"}


class RosterView(DayStep):
    """Nothing is kept between the two presses but what the page itself carries."""

    template_name = "meetings/lobby_roster.html"
    is_fine = False
    page_title = _("Delegates from a table")
    button = _("Look at it first")
    intro = _(
        "A table (.csv or .xlsx) with a column for the name or the e-mail. It may also have: District (code, name or "
        "division id), Postcode, Can lead (yes or no), Free from and Free until (such as 14:30), Language (en or es). "
        "Nothing changes until you have seen what would happen."
    )

    def get_form(self, data: Any = None) -> StepForm:
        return RosterForm(data, self.request.FILES if data is not None else None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.take(request) if "rows" in request.POST else self.look(request)

    def look(self, request: HttpRequest) -> HttpResponse:
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            sheet = read_upload(form.cleaned_data["file"])
            return self.preview(sheet)
        except ParleyError as error:
            return self.refused(error)

    def take(self, request: HttpRequest) -> HttpResponse:
        """Do what was looked at; what has changed since then is shown again."""
        user: Any = request.user
        try:
            sheet, digest = unseal(self.day, request.POST["rows"])
            at = timezone.now()
            made = import_roster(self.day, sheet.drafts(), sheet.columns, digest=digest, by=user, at=at)
        except (RosterChangedError, WrongRowsError) as error:
            return self.preview(sheet, refusal=str(error.sentence), status=409)
        except ParleyError as error:
            return self.refused(error)
        words = ngettext("%(count)s delegate is new.", "%(count)s delegates are new.", len(made))
        messages.success(request, words % {"count": len(made)})
        return redirect(day_url(self.day, "delegates"))

    def refused(self, error: ParleyError) -> HttpResponse:
        form = TakeForm({"rows": "-"})
        form.add_error(None, str(error.sentence))
        return self.render_to_response(self.get_context_data(form=RosterForm(), problems=form), status=422)

    def get_header_title(self) -> str:
        title = str(super().get_header_title())
        return title.removeprefix(f"{_('Error')}: ") if self.is_fine else title

    def preview(self, sheet: Sheet, *, refusal: str = "", status: int = 200) -> HttpResponse:
        user: Any = self.request.user
        rows = roster_rows(self.day, sheet.drafts(), sheet.columns, user)
        counts = Counter(row.fate for row in rows)
        ready = bool(counts[Fate.NEW]) and not counts[Fate.WRONG]
        take = TakeForm(initial={"rows": seal(self.day, sheet, digest_of(rows))}) if ready else None
        told = {
            "refusal": refusal,
            "counts": [(Fate(fate).label, counts[fate], BADGES.get(fate, "")) for fate in Fate if counts[fate]],
            "wrong": counts[Fate.WRONG],
            "rows": [row_line(row) for row in sorted(rows, key=lambda row: row.fate != Fate.WRONG)[:SHOWN]],
            "more": max(0, len(rows) - SHOWN),
            "left": ", ".join(sheet.left),
            "take": take,
        }
        status = 422 if counts[Fate.WRONG] and status == 200 else status
        self.is_fine = status == 200
        return self.render_to_response(
            self.get_context_data(form=RosterForm(), preview=told, day=self.day), status=status
        )


def row_line(row: Row) -> dict[str, Any]:
    """One row as it is shown."""
    return {"number": row.draft.number, "row": row, "label": row.fate.label, "badge": BADGES.get(row.fate, "")}
