"""Polls for staff: the list, starting one, the grid of answers, reminding, deciding."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleIndexView, visible_or_404
from crm.access.viewsets import RowRuleModelViewSet
from crm.activity.views import timeline_context
from meetings.polls.actions import add_guest, close_poll, invite_again, remind, revoke_link
from meetings.polls.enums import Choice, PollState
from meetings.polls.forms import AddGuestForm, DecideForm, InvitationsForm
from meetings.polls.models import Poll, PollParticipant
from meetings.polls.queries import Grid, OptionRow, grid_of, overdue
from meetings.polls.rules import describe_moment, takes_answers
from meetings.polls.views import poll_url
from meetings.scheduling.models import OfferedTime
from meetings.scheduling.rules import ASKED, WAITING_OFFERS
from meetings.scheduling.views import request_url, when_words
from meetings.steps.forms import Facts, StepForm
from meetings.steps.views import AdminPage, StepView

BADGES = {Choice.YES: "good", Choice.IF_NEED_BE: "warn", Choice.NO: "bad"}


class PollIndexView(RowRuleIndexView):
    is_searchable = True
    search_fields = ["title"]

    @cached_property
    def columns(self) -> list[Any]:
        title = self._get_title_column_class(TitleColumn)("title", label=_("Poll"), accessor="title", get_url=poll_url)
        return [
            title,
            Column("state", label=_("State"), accessor="get_state_display"),
            Column("deadline_at", label=_("Answers until"), accessor="deadline_at"),
            Column("owner", label=_("Owner"), accessor="owner"),
        ]

    @property
    def header_buttons(self) -> list[Any]:
        new = HeaderButton(_("Start a poll"), url=reverse("poll_new"), icon_name="plus")
        return [*super().header_buttons, *([new] if can(self.request.user, Act.ADD, Poll) else [])]

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("owner")

    def search_queryset(self, queryset: Any) -> Any:
        """Every word stands in the title."""
        for word in self.search_query.split():
            queryset = queryset.filter(title__icontains=word)
        return queryset

    def order_queryset(self, queryset: Any) -> Any:
        return queryset.order_by("-state", "deadline_at", "-id")


class PollViewSet(RowRuleModelViewSet):
    model = Poll
    name = "polls"
    url_prefix = "meetings/polls"
    icon = "list-ul"
    menu_label = _("Polls")
    index_view_class = PollIndexView
    list_per_page = 25
    inspect_view_enabled = False
    form_fields: list[str] = []


class PollMixin:
    """The poll in the address, if this user may see it."""

    model = Poll
    header_icon = "list-ul"

    def subject(self) -> Any:
        found = visible_or_404(Poll, self.request, public_id=self.kwargs["public_id"])  # type: ignore[attr-defined]
        self.poll: Poll = found
        return found

    def back_url(self) -> str:
        return poll_url(self.poll)

    def trail(self) -> list[tuple[str, Any]]:
        return [(reverse("polls:index"), _("Polls")), (self.back_url(), self.poll.title)]


class PollPageView(PollMixin, AdminPage):
    """Who answered what, the best time first."""

    template_name = "meetings/poll.html"

    def get_page_title(self) -> str:
        return self.poll.title

    def trail(self) -> list[tuple[str, Any]]:
        return super().trail()[:1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        poll, user, now, asked = self.poll, self.request.user, timezone.now(), self.request.GET
        grid = grid_of(poll)
        may_change = can(user, Act.CHANGE, poll)
        may_confirm = poll.request is not None and can(user, Act.CHANGE, poll.request)
        page = {
            "poll": poll,
            "confirm_url": confirm_url(poll) if may_confirm else "",
            "deadline": describe_moment(poll.deadline_at, poll.deadline_zone, get_language() or "en"),
            "grid": grid,
            "rows": [_shown(row, poll, is_best=number == 0) for number, row in enumerate(grid.rows)],
            "request_url": request_url(poll.request, user),
            "is_over": overdue(poll, now),
            "may_ask": may_change and takes_answers(poll, now),
            "may_decide": may_change and poll.state == PollState.OPEN,
            "may_remind": may_change and takes_answers(poll, now) and poll.reminded_on != timezone.localdate(),
            "timeline": timeline_context(poll, user, asked.get("page"), asked.get("kind", "")),  # type: ignore[arg-type]
        }
        return super().get_context_data(**page | kwargs)


def _shown(row: OptionRow, poll: Poll, *, is_best: bool) -> dict[str, Any]:
    option = row.option
    labels = dict(Choice.choices)
    return {
        "when": when_words(option.starts_at, option.ends_at, option.time_zone),
        "option": option.public_id,
        "is_decided": poll.decided_id == option.pk,
        "is_best": is_best and any(row.choices) and poll.state == PollState.OPEN,
        "counts": [(choice.label, row.count(choice)) for choice in Choice],
        "cells": [(labels.get(said, ""), BADGES[Choice(said)] if said else "") for said in row.choices],
    }


class PollStep(PollMixin, StepView):
    """A step of one poll."""

    row_act = Act.CHANGE
    form_class: type[StepForm] = StepForm

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return [(str(_("State")), self.poll.get_state_display())]


class AddGuestView(PollStep):
    page_title = _("Ask one more")
    button = _("Ask them by mail")
    done = _("Asked. Only the new person gets a mail.")

    def get_form(self, data: Any = None) -> StepForm:
        return AddGuestForm(data, by=self.request.user)  # type: ignore[arg-type]

    def perform(self, form: Any, *, by: User, at: datetime) -> Any:
        return add_guest(self.poll, form.guest(), by=by, at=at)


class RemindView(PollStep):
    page_title = _("Remind those who have not answered")
    button = _("Remind them")
    intro = _("Everybody who has not answered gets one mail, at most once a day.")
    done = _("The reminders are on their way.")

    def perform(self, form: Any, *, by: User, at: datetime) -> int:
        return remind(self.poll, on=timezone.localdate(at), by=by, at=at)


class GuestStep(PollStep):
    """A step about one of those asked."""

    def subject(self) -> Any:
        poll = super().subject()
        found = PollParticipant.objects.filter(poll=poll, public_id=self.kwargs["participant"]).first()
        if found is None:
            raise Http404
        self.participant = found
        self.participant.poll = poll
        return poll

    def get_page_subtitle(self) -> str:
        return self.participant.name


class AskAgainView(GuestStep):
    page_title = _("Ask again")
    button = _("Mail a new link")
    intro = _("The link they have stops working. What they answered stays.")
    done = _("A new link is on its way.")

    def get_form(self, data: Any = None) -> StepForm:
        return InvitationsForm(data, initial={"invitations": self.participant.invitations})

    def perform(self, form: Any, *, by: User, at: datetime) -> Any:
        return invite_again(self.participant, invitations=form.cleaned_data["invitations"], by=by, at=at)


class TakeOutView(GuestStep):
    page_title = _("Take out of the poll")
    button = _("Take out")
    intro = _("The link stops working and says so. What they answered no longer counts. Nobody is mailed.")
    done = _("Taken out.")

    def perform(self, form: Any, *, by: User, at: datetime) -> Any:
        return revoke_link(self.participant, by=by, at=at)


class DecideView(PollStep):
    page_title = _("Choose a time and close the poll")
    button = _("Close the poll and tell everybody")
    intro = _("Everybody asked gets one mail with the result. The best times stand first.")
    done = _("The poll is closed. Everybody gets one mail with the result.")

    def get_form(self, data: Any = None) -> StepForm:
        grid: Grid = grid_of(self.poll)
        self.times = {row.option.public_id: row.option for row in grid.rows}
        words = {key: when_words(each.starts_at, each.ends_at, each.time_zone) for key, each in self.times.items()}
        start = {"version": self.poll.version, "option": self.request.GET.get("option", "")}
        return DecideForm(data, initial=start, options=words)

    def perform(self, form: Any, *, by: User, at: datetime) -> Poll:
        option = self.times.get(form.cleaned_data["option"])
        return close_poll(self.poll, option=option, version=form.cleaned_data["version"], by=by, at=at)

    def next_url(self, result: Poll) -> str:
        """On to the step that confirms, with the time chosen, when the request still waits for one."""
        return confirm_url(result) or poll_url(result)


def confirm_url(poll: Poll) -> str:
    """The step that confirms the decided time, chosen already; empty when no request waits for it."""
    option, request = poll.decided, poll.request
    if option is None or request is None or request.state not in ASKED:
        return ""
    offer = OfferedTime.objects.filter(request=request, starts_at=option.starts_at, state__in=WAITING_OFFERS).first()
    return f"{reverse('request_confirm', args=[request.public_id])}?{urlencode({'when': offer.pk})}" if offer else ""
