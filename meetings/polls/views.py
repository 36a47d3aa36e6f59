"""The page behind the link of a poll, where looking changes nothing, and the page on which staff start one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import once, visible_or_404
from meetings.polls.actions import answer_poll, create_poll
from meetings.polls.enums import Choice, PollState
from meetings.polls.errors import NoChoiceError, PollOverError
from meetings.polls.forms import MORE, ROWS, AnswerForm, PollForm, ZoneForm, sizes_of
from meetings.polls.models import Poll, PollLink, PollParticipant
from meetings.polls.queries import OptionRow, grid_of, link_behind, polls_about
from meetings.polls.rules import describe_moment, known_zone
from meetings.requests.views import request_title
from meetings.scheduling.models import MeetingRequest
from meetings.scheduling.queries import language_of
from meetings.scheduling.rules import OPEN_REQUEST, describe_times
from meetings.steps.forms import StepForm
from meetings.steps.views import StepView

TEMPLATE = "meetings/poll_answer.html"
Facts = list[tuple[Any, Any]]


def poll_page(request: HttpRequest, key: str, at: datetime) -> HttpResponse | None:
    """GET asks, POST answers and may be repeated; None for a key that was never mailed."""
    link = link_behind(key)
    if link is None:
        return None
    language = language_of(link.participant.person)
    with translation.override(language):
        over = over_page(link, at, language)
        if over is not None:
            return render(request, TEMPLATE, over, status=409 if request.method == "POST" else 200)
        form = _form(request, link.participant, language)
        if request.method != "POST":
            return _ask(request, link.participant, form, language)
        return _answer(request, link.participant, form, language, at)


def over_page(link: PollLink, at: datetime, language: str) -> dict[str, Any] | None:
    """What a link that takes no answer says instead; None while it does."""
    participant = link.participant
    poll = participant.poll
    if participant.revoked_at is not None:
        text = _("This link was withdrawn. If you think you should be asked, reply to the mail it came in.")
        return _page(_("This link no longer works"), text, "warn")
    if link.ended_at is not None:
        text = _("You were sent a newer link since. Open the one in the latest mail about this poll.")
        return _page(_("This link no longer works"), text, "warn")
    if poll.state == PollState.CLOSED:
        text = _("This poll is closed. You need not do anything.")
        return _page(poll.title, text, "warn", _decided(participant, language) + answers_of(participant, language))
    if at >= poll.deadline_at:
        text = _("The time for answers is over. If yours has to change, reply to the mail this link came in.")
        return _page(poll.title, text, "warn", answers_of(participant, language))
    return None


def answers_of(participant: PollParticipant, language: str) -> Facts:
    """What this participant said, time by time."""
    said = participant.answers.select_related("option").order_by("option__starts_at", "option_id")
    return [
        (describe_times(each.option.starts_at, each.option.ends_at, each.option.time_zone, language), choice.label)
        for each in said
        for choice in [Choice(each.choice)]
    ]


def _decided(participant: PollParticipant, language: str) -> Facts:
    option = participant.poll.decided
    if option is None:
        return [(_("Chosen time"), _("none"))]
    return [(_("Chosen time"), describe_times(option.starts_at, option.ends_at, option.time_zone, language))]


def _form(request: HttpRequest, participant: PollParticipant, language: str) -> AnswerForm:
    poll = participant.poll
    names, rows = [], [OptionRow(option) for option in poll.options.all()]
    if poll.shows_names:
        grid = grid_of(poll)
        names = [each.name for each in grid.participants]
        rows = sorted(grid.rows, key=lambda row: row.option.starts_at)
    zone = known_zone(request.GET.get("zone", ""))
    data = request.POST if request.method == "POST" else None
    return AnswerForm(data, participant=participant, rows=rows, names=names, language=language, zone=zone)


def _answer(
    request: HttpRequest, participant: PollParticipant, form: AnswerForm, language: str, at: datetime
) -> HttpResponse:
    if not form.is_valid():
        return _ask(request, participant, form, language, status=422)
    given = form.cleaned_data
    words = {"answered_by": given["answered_by"], "note": given["note"]}
    try:
        answer_poll(participant, choices=form.choices(), at=at, **words)
    except NoChoiceError as error:
        form.add_error(None, str(error.sentence))
        return _ask(request, participant, form, language, status=422)
    except PollOverError:
        page = _page(participant.poll.title, _("This poll is closed. You need not do anything."), "warn")
        return render(request, TEMPLATE, page, status=409)
    until = describe_moment(participant.poll.deadline_at, participant.poll.deadline_zone, language)
    text = _("Your answer is noted. You may come back to this page and change it until %(until)s.") % {"until": until}
    return render(request, TEMPLATE, _page(_("Thank you"), text, "good", answers_of(participant, language)))


def _ask(
    request: HttpRequest, participant: PollParticipant, form: AnswerForm, language: str, status: int = 200
) -> HttpResponse:
    poll = participant.poll
    organiser = poll.owner.get_full_name() or poll.owner.get_username()
    facts: Facts = [
        (_("Who asks"), organiser),
        (_("Who is asked"), participant.name),
        (_("Answers until"), describe_moment(poll.deadline_at, poll.deadline_zone, language)),
    ]
    zone = known_zone(request.GET.get("zone", ""))
    sees = _("Everybody asked sees your name and your answer.") if poll.shows_names else ""
    text = sees or _("Only we see your answer, not the others who are asked.")
    more = {"form": form, "zone_form": ZoneForm(initial={"zone": zone}, label_suffix=""), "zone": zone}
    heading = _("Which time suits you? %(title)s") % {"title": poll.title}
    return render(request, TEMPLATE, _page(heading, text, "", facts) | more, status=status)


def _page(heading: str, text: str, variant: str, facts: Facts | None = None) -> dict[str, Any]:
    return {"heading": heading, "page_title": heading, "text": text, "variant": variant, "facts": facts or []}


def poll_url(poll: Poll) -> str:
    return reverse("poll_page", args=[poll.public_id])


class PollNewView(StepView):
    """Start a poll of our own."""

    model = Poll
    row_act = Act.ADD
    template_name = "meetings/poll_new.html"
    page_title = gettext_lazy("Start a poll")
    button = gettext_lazy("Start the poll and mail everybody")
    intro = gettext_lazy(
        "Give each time as the clocks at the place of the meeting show it. Everybody gets a link of their own."
    )
    done = gettext_lazy("The poll is open. Everybody gets a mail with a link.")
    asked_for: MeetingRequest | None = None

    def subject(self) -> Any:
        return Poll

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        more = request.POST.get("more", "")
        if more in ROWS:
            return self.show(self.grown_form(more))
        return once(request, lambda: super(PollNewView, self).post(request, *args, **kwargs))

    def back_url(self) -> str:
        return reverse("polls:index")

    def trail(self) -> list[tuple[str, Any]]:
        return [(reverse("polls:index"), _("Polls"))]

    def get_form(self, data: Any = None, sizes: Mapping[str, int] | None = None) -> StepForm:
        user: Any = self.request.user
        return PollForm(data, by=user, last_zone=user.time_zone or "", sizes=sizes)

    def grown_form(self, more: str) -> StepForm:
        """The form with more rows of one kind and everything that was typed; nothing is checked or made."""
        form: Any = self.get_form(sizes=sizes_of(self.request.POST, more))
        form.keep(self.request.POST)
        first_new = {"time": form.times, "guest": form.guests}[more][-MORE]
        first_new.fields[ROWS[more][0]].widget.attrs["autofocus"] = True
        return form

    def perform(self, form: Any, *, by: User, at: datetime) -> Poll:
        deadline_at, zone = form.deadline_at()
        return create_poll(
            request=self.asked_for,
            title=form.cleaned_data["title"],
            shows_names=form.cleaned_data["shows_names"],
            options=form.options(),
            guests=form.invited(),
            deadline_at=deadline_at,
            deadline_zone=zone,
            by=by,
            at=at,
        )

    def next_url(self, result: Poll) -> str:
        return poll_url(result)


class RequestPollView(PollNewView):
    """Start a poll about the times of one request."""

    def subject(self) -> Any:
        self.asked_for = visible_or_404(MeetingRequest, self.request, public_id=self.kwargs["public_id"])
        if self.asked_for.state not in OPEN_REQUEST:
            raise Http404
        return Poll

    def back_url(self) -> str:
        return reverse("request_page", args=[self.kwargs["public_id"]])

    def trail(self) -> list[tuple[str, Any]]:
        title = request_title(self.asked_for) if self.asked_for else ""
        return [(reverse("meeting_requests:index"), _("Requests")), (self.back_url(), title)]


def polls_panel(request: MeetingRequest, user: User) -> dict[str, Any] | None:
    """The polls about a request, and one click for a new one."""
    if not can(user, Act.VIEW, Poll):
        return None
    polls = list(polls_about(request, user))
    rows = [{"poll": each, "url": poll_url(each)} for each in polls]
    may = can(user, Act.ADD, Poll) and request.state in OPEN_REQUEST
    is_free = may and not any(each.state == PollState.OPEN for each in polls)
    if not rows and not is_free:
        return None
    new = reverse("request_poll", args=[request.public_id]) if is_free else ""
    return {"title": _("Polls"), "rows": rows, "template": "meetings/panel_polls.html", "new_url": new}
