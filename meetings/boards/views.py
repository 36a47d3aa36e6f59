"""The board of requests. A card is moved by the step it leads to, with or without dragging."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.rules import can
from crm.access.views import RowRuleMixin
from meetings.boards.enums import Stage
from meetings.boards.forms import BoardForm
from meetings.boards.queries import BoardColumn, columns, requests_on_board
from meetings.boards.rules import MEETING_STEPS, moves_of, stage_of, step_to
from meetings.requests.rules import is_overdue, next_words
from meetings.requests.views import RequestMixin, request_url
from meetings.scheduling.enums import RequestState
from meetings.scheduling.models import Meeting, MeetingRequest
from meetings.scheduling.queries import staff_come
from meetings.scheduling.views import meeting_url, when_words
from meetings.steps.views import AdminPage

KEPT = "meetings-board"
"""Where a session keeps what the board last showed."""
STATES = {Stage.DONE: RequestState.CONFIRMED, Stage.NO_SHOW: RequestState.CONFIRMED, Stage.ENDED: RequestState.DECLINED}


class BoardView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """A column for each stage, with what is due first on top."""

    model = MeetingRequest
    template_name = "meetings/board.html"
    page_title = _("Board of requests")
    header_icon = "calendar-alt"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        requests = {"url": reverse("meeting_requests:index"), "label": _("Requests")}
        return [*self.breadcrumbs_items, requests, {"url": "", "label": self.get_page_title()}]

    def asked(self) -> QueryDict:
        """The filters of the address; without any those of the last look at the board."""
        if self.request.GET:
            self.request.session[KEPT] = self.request.GET.urlencode()
            return self.request.GET
        return QueryDict(self.request.session.get(KEPT, ""))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        today = timezone.localdate()
        form = BoardForm(self.asked(), user=user)
        filters = form.filters()
        found = columns(requests_on_board(user, today, **filters))
        board = {
            "form": form,
            "is_filtered": any(filters.values()),
            "columns": [_drawn(column, today, filters.get("owner")) for column in found],
            "changes": can(user, Act.CHANGE, MeetingRequest),
        }
        return super().get_context_data(**kwargs) | board


def _drawn(column: BoardColumn, today: Any, owner: Any) -> dict[str, Any]:
    state = STATES.get(column.stage, column.stage.value)
    asked = {"state": str(state)} | ({"owner": owner.pk} if owner else {})
    return {
        "stage": column.stage,
        "total": column.total,
        "more": column.more,
        "more_url": f"{reverse('meeting_requests:index')}?{urlencode(asked)}",
        "cards": [_card(row, column.stage, today) for row in column.rows],
    }


def _card(row: MeetingRequest, stage: Stage, today: Any) -> dict[str, Any]:
    meeting: Meeting | None = getattr(row, "meeting", None)
    when = when_words(meeting.starts_at, meeting.ends_at, meeting.time_zone) if meeting else ""
    return {
        "row": row,
        "url": meeting_url(meeting) if meeting else request_url(row),
        "when": when,
        "next": next_words(row),
        "late": is_overdue(row, today),
        "moves": [(each.value, each.label) for each in moves_of(stage, has_meeting=meeting is not None)],
    }


class RequestToView(RequestMixin, AdminPage):
    """Where a card that is moved to another column goes on: the step that takes it there. Changes nothing."""

    row_act = Act.CHANGE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.GET.get("to", "")
        meeting = Meeting.objects.visible_to(request.user).filter(request=self.row).first()
        moved = MeetingRequest.objects.filter(staff_come(), pk=self.row.pk).exists()
        now = stage_of(self.row.state, meeting.state if meeting else None, is_moved=moved)
        step = step_to(now, Stage(wanted), has_meeting=meeting is not None) if wanted in Stage.values else ""
        if not step:
            messages.error(request, _("The card cannot go there from where it stands now. Choose another column."))
            return redirect(f"{reverse('requests_board')}#r-{self.row.public_id}")
        return redirect(step, (meeting if step in MEETING_STEPS.values() else self.row).public_id)  # type: ignore[union-attr]
