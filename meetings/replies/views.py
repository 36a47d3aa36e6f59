"""Answers: those staff note from the phone, and the list of doubtful ones to look at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import visible_or_404
from crm.base.errors import StaleVersionError
from meetings.attendees.views import AttendeeStep
from meetings.invitations.enums import ReviewDecision
from meetings.invitations.models import ReplyReview
from meetings.replies.actions import dismiss_review, resolve_review, take_answer
from meetings.replies.forms import AnswerForm, DecisionForm, decision_forms
from meetings.replies.queries import Clash, clashes_of, delegates_of, open_reviews
from meetings.scheduling.enums import AnswerSource, AttendeeRole, PartStat
from meetings.scheduling.models import MeetingRequest
from meetings.scheduling.views import meeting_facts, meeting_url, when_words
from meetings.steps.forms import Facts, StepForm
from meetings.steps.views import AdminPage, StepView

SHOWN = 50
DONE = {
    ReviewDecision.RECORD_ANSWER: _("The answer counts now."),
    ReviewDecision.ACCEPT_TIME: _("The meeting is moved. Everybody is asked again."),
    ReviewDecision.REFUSE_TIME: _("The time stays, and they are told."),
    ReviewDecision.ASK_AGAIN: _("The invitation goes out once more."),
    ReviewDecision.STAFF_INSTEAD: _("Noted. The meeting stands, and the policymaker gets no more mail about it."),
    ReviewDecision.INVITE: _("Invited."),
}


class NoteAnswerView(AttendeeStep):
    """What they told us on the phone counts like a mail."""

    form_class = AnswerForm
    page_title = _("Note an answer by phone")
    button = _("Note the answer")
    done = _("The answer is noted.")

    def perform(self, form: Any, *, by: User, at: datetime) -> Any:
        given = form.cleaned_data
        if given["version"] != self.meeting.version:
            raise StaleVersionError(self.meeting)
        partstat, words = PartStat(given["answer"]), given["comment"]
        self.attendee.meeting = self.meeting
        return take_answer(self.attendee, partstat=partstat, source=AnswerSource.PHONE, by=by, at=at, comment=words)


def visible_reviews(user: Any) -> Any:
    """Doubtful answers about meetings and requests this user may see, and those about nothing we know."""
    return ReplyReview.objects.visible_to(user)


class ReviewsView(AdminPage):
    """A card for each doubtful answer, with what came, why it is doubtful and what may be done."""

    model = ReplyReview
    template_name = "meetings/answers.html"
    page_title = _("Answers to look at")
    header_icon = "mail"

    def trail(self) -> list[tuple[str, Any]]:
        return [(reverse("meetings:index"), _("Meetings"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        waiting = open_reviews().filter(pk__in=visible_reviews(user).values("pk"))
        may_change = can(user, Act.CHANGE, ReplyReview)
        shown = list(waiting[:SHOWN])
        clashes = clashes_of(shown, user)
        cards = [card(review, clashes.get(review.pk, []), may_change=may_change) for review in shown]
        return super().get_context_data(cards=cards, may_change=may_change, **kwargs)


def card(review: ReplyReview, clashes: Sequence[Clash] = (), *, may_change: bool) -> dict[str, Any]:
    """Everything one card shows."""
    meeting = review.meeting
    proposed = ""
    if meeting and review.proposed_starts_at and review.proposed_ends_at:
        proposed = when_words(review.proposed_starts_at, review.proposed_ends_at, meeting.time_zone)
    return {
        "review": review,
        "answer": dict(PartStat.choices).get(review.partstat, ""),
        "meeting": meeting,
        "meeting_url": meeting_url(meeting) if meeting else "",
        "when": when_words(meeting.starts_at, meeting.ends_at, meeting.time_zone) if meeting else "",
        "proposed": proposed,
        "clashes": [_clash(each) for each in clashes],
        "delegates": ", ".join(delegates_of(review)),
        "request_url": _request_url(review),
        "forms": decision_forms(review) if may_change else [],
    }


def _clash(clash: Clash) -> dict[str, Any]:
    other = clash.meeting
    when = when_words(other.starts_at, other.ends_at, other.time_zone)
    return {"title": other.title, "url": meeting_url(other), "when": when, "names": ", ".join(clash.names)}


def _request_url(review: ReplyReview) -> str:
    mail = review.inbound.answers if review.meeting is None else None
    if mail is None or mail.object_id is None or mail.object_type != "meetings.meetingrequest":
        return ""
    found = MeetingRequest.objects.filter(pk=mail.object_id).values_list("public_id", flat=True).first()
    return reverse("request_page", args=[found]) if found else ""


class ReviewStep(StepView):
    """One press of a button on a card. Reloading leads back to the list."""

    model = ReplyReview
    row_act = Act.CHANGE
    page_title = _("Answers to look at")

    def subject(self) -> ReplyReview:
        self.review: ReplyReview = visible_or_404(ReplyReview, self.request, public_id=self.kwargs["public_id"])
        return self.review

    def back_url(self) -> str:
        return reverse("answers_to_look_at")

    def trail(self) -> list[tuple[str, Any]]:
        return [(self.back_url(), _("Answers to look at"))]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.back_url())

    def show(self, form: StepForm, *, status: int = 200) -> HttpResponse:
        """A refusal is a sentence on the list: the card shows what is possible now."""
        for _where, sentence in form.problems():
            messages.error(self.request, sentence)
        return redirect(self.back_url())


class ResolveView(ReviewStep):
    def get_form(self, data: Any = None) -> StepForm:
        return DecisionForm(data, review=self.review)

    def perform(self, form: Any, *, by: User, at: datetime) -> ReplyReview:
        given = form.cleaned_data
        meeting = self.review.meeting
        if meeting is not None and given["version"] != meeting.version:
            raise StaleVersionError(meeting)
        decision = ReviewDecision(given["decision"])
        partstat = PartStat(given["partstat"]) if given["partstat"] else None
        role = AttendeeRole(given["role"] or AttendeeRole.OFFICE_STAFF)
        staff = (given["staff_name"], given["staff_email"])
        done = resolve_review(self.review, decision=decision, partstat=partstat, role=role, staff=staff, by=by, at=at)
        messages.success(self.request, DONE[decision])
        return done

    def stale(self, form: StepForm, current: Any) -> HttpResponse:
        self.page_title = DONE[ReviewDecision(form.cleaned_data["decision"])]
        return super().stale(form, current)

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return meeting_facts(current)


class DismissView(ReviewStep):
    form_class = StepForm
    done = _("Set aside. Nothing was changed.")

    def perform(self, form: Any, *, by: User, at: datetime) -> ReplyReview:
        return dismiss_review(self.review, by=by, at=at)
