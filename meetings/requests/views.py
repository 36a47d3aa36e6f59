"""Asking an office for a meeting, and the page on which the request is followed up."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import visible_or_404
from crm.activity.views import timeline_context
from crm.issues.queries import open_asks
from crm.messaging.queries import common_values, template_for
from crm.messaging.rules import Rendered, render_mail
from crm.people.models import Person
from crm.people.queries import mail_address_of, schedulers_of
from crm.people.views import person_url
from meetings.requests.actions import NewScheduler
from meetings.requests.forms import AskForm, ConfirmForm, OfferForm
from meetings.requests.queries import (
    contacts_with,
    last_met,
    notes_of,
    offers_passed,
    office_of,
    open_at_office,
    partner_ties,
    rules_of,
)
from meetings.requests.rules import BADGES, first_day, is_form_only, is_overdue, next_words, wanted_times
from meetings.scheduling.actions import confirm_meeting, offer_times, request_meeting
from meetings.scheduling.enums import AttendeeRole, MeetingFormat, RequestChannel, RequestState
from meetings.scheduling.models import Meeting, MeetingRequest
from meetings.scheduling.queries import language_of
from meetings.scheduling.registry import request_panels
from meetings.scheduling.rules import ASKED, request_fields
from meetings.scheduling.views import made_place, meeting_url, when_words
from meetings.steps.forms import Facts, StepForm
from meetings.steps.views import AdminPage, StepView

NOTES = 20


def office_words(row: MeetingRequest, user: User) -> dict[str, Any]:
    """What the office of a request expects, for those who may see the office."""
    rules = rules_of(row.office_id) if row.office is not None and can(user, Act.VIEW, row.office) else None
    return {"rules": rules, "form_only": is_form_only(rules)}


class AskView(StepView):
    """Ask an office for time: shows the mail first, warns when they have just been asked or met."""

    model = MeetingRequest
    row_act = Act.ADD
    template_name = "meetings/ask.html"
    page_title = _("Ask for a meeting")
    button = _("Ask for the meeting")
    done = _("The request is made. Follow it up here.")

    def subject(self) -> type[MeetingRequest]:
        user: Any = self.request.user
        self.person: Person = visible_or_404(Person, self.request, public_id=self.kwargs["public_id"])
        self.office = office_of(self.person, user, timezone.localdate())
        self.rules = rules_of(self.office)
        self.met = last_met(user, self.person, self.office, self.rules, timezone.now())
        return MeetingRequest

    def back_url(self) -> str:
        return person_url(self.person)

    def trail(self) -> list[tuple[str, Any]]:
        return [(reverse("people:index"), _("People")), (person_url(self.person), self.person.name)]

    def get_form(self, data: Any = None) -> StepForm:
        on = timezone.localdate()
        known = schedulers_of(self.person, on).filter(pk__in=Person.objects.visible_to(self.request.user).values("pk"))
        schedulers = [(each, mail_address_of(each, on)) for each in known]
        chosen = open_asks().filter(public_id=self.request.GET.get("ask", "")).first()
        limits = {"form_only": is_form_only(self.rules), "needs_reason": self.met is not None}
        return AskForm(data, asks=open_asks(), schedulers=schedulers, initial={"ask": chosen}, **limits)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "preview" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.get_form(request.POST)
        if form.is_valid():
            return self.render_to_response(self.get_context_data(form=form, mail=self.mail(form)))
        return self.show(form, status=422)

    def perform(self, form: Any, *, by: User, at: datetime) -> MeetingRequest:
        given = form.cleaned_data
        newcomer = NewScheduler(given["new_name"], given["new_email"]) if given["is_new"] else None
        return request_meeting(
            self.person,
            ask=given["ask"],
            channel=RequestChannel(given["channel"]),
            scheduler=newcomer or form.chosen(),
            owner=by,
            reference=given["reference"],
            reason=given.get("reason", ""),
            by=by,
            at=at,
        )

    def next_url(self, result: MeetingRequest) -> str:
        return reverse("request_page", args=[result.public_id])

    def mail(self, form: Any) -> Rendered | None:
        """The mail this form would send; None when nothing is mailed."""
        given = form.cleaned_data
        if given["channel"] != RequestChannel.EMAIL:
            return None
        scheduler = form.chosen() or Person(name=given["new_name"])
        owner: Any = self.request.user
        draft = MeetingRequest(person=self.person, ask=given["ask"], scheduler=scheduler, owner=owner)
        source = template_for("meeting-request", language_of(scheduler))
        return render_mail(source, {**common_values(scheduler), **request_fields(draft)})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        user: Any = self.request.user
        recent = self.met
        found = {
            "person": self.person,
            "rules": self.rules,
            "open_requests": open_at_office(user, self.person, self.office, now.date()),
            "recent": recent,
            "recent_when": when_words(recent.starts_at, recent.ends_at, recent.time_zone) if recent else "",
            "contacts": contacts_with(user, self.person, self.office, now),
            "partner_ties": partner_ties(user, self.person, self.office, now.date()),
            "is_preview": "preview" in self.request.POST,
        }
        return super().get_context_data(**found | kwargs)


class RequestMixin:
    """The request in the address, if this user may see it."""

    model = MeetingRequest
    header_icon = "calendar-alt"

    def subject(self) -> MeetingRequest:
        rows = self.kwargs["public_id"]  # type: ignore[attr-defined]
        self.row: MeetingRequest = visible_or_404(MeetingRequest, self.request, public_id=rows)  # type: ignore[attr-defined]
        return self.row

    def back_url(self) -> str:
        return reverse("request_page", args=[self.row.public_id])

    def trail(self) -> list[tuple[str, Any]]:
        return [(reverse("meeting_requests:index"), _("Requests")), (self.back_url(), request_title(self.row))]


def request_url(row: MeetingRequest) -> str:
    return reverse("request_page", args=[row.public_id])


def request_title(row: MeetingRequest) -> str:
    return f"{row.person.name}: {row.ask.title}"


def request_facts(row: MeetingRequest) -> Facts:
    """The request as it is saved, for the page that shows two versions."""
    offers = [when_words(each.starts_at, each.ends_at, each.time_zone) for each in row.offered_times.all()]
    return [(str(_("State")), row.get_state_display()), (str(_("Times offered")), "; ".join(offers))]


class RequestPageView(RequestMixin, AdminPage):
    """Where a request stands and what to do next."""

    template_name = "meetings/request.html"

    def get_page_title(self) -> str:
        return request_title(self.row)

    def trail(self) -> list[tuple[str, Any]]:
        return super().trail()[:1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user, asked = self.row, self.request.user, self.request.GET
        meeting = Meeting.objects.visible_to(user).filter(request=row).first()
        scheduler = row.scheduler if row.scheduler and can(user, Act.VIEW, row.scheduler) else None
        page = {
            "row": row,
            "badge": BADGES.get(RequestState(row.state), ""),
            "late": is_overdue(row, timezone.localdate()),
            "next": next_words(row),
            "notes": notes_of(row)[:NOTES],
            "staff": row.staff_instead if row.staff_instead and can(user, Act.VIEW, row.staff_instead) else None,
            "person_url": person_url(row.person),
            "scheduler": scheduler,
            "scheduler_email": mail_address_of(scheduler, timezone.localdate()) if scheduler else "",
            "offers": [
                (each, when_words(each.starts_at, each.ends_at, each.time_zone)) for each in row.offered_times.all()
            ],
            "meeting": meeting,
            "meeting_url": meeting_url(meeting) if meeting else "",
            "may_change": can(user, Act.CHANGE, row),
            "all_passed": offers_passed(row, timezone.now()),
            "is_draft": row.state == RequestState.DRAFTED,
            "is_asked": row.state in ASKED,
            **office_words(row, user),  # type: ignore[arg-type]
            "panels": request_panels(row, user),  # type: ignore[arg-type]
            "timeline": timeline_context(row, user, asked.get("page"), asked.get("kind", "")),  # type: ignore[arg-type]
        }
        return super().get_context_data(**page | kwargs)


class RequestStep(RequestMixin, StepView):
    """A step of one request."""

    row_act = Act.CHANGE

    def get_form(self, data: Any = None) -> StepForm:
        return self.form_class(data, initial={"version": self.row.version})

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return request_facts(self.row)


class OfferTimesView(RequestStep):
    template_name = "meetings/request_offer.html"
    page_title = _("Offer times")
    button = _("Offer these times")
    done = _("The times are offered.")
    intro = _("Give each time as the clocks at the place of the meeting show it.")

    def get_form(self, data: Any = None) -> StepForm:
        last = self.row.offered_times.order_by("-id").first()
        zone = last.time_zone if last else ""
        rules = rules_of(self.row.office_id)
        limits: dict[str, Any] = {
            "needs_reason": bool(rules and rules.lead_days),
            "wanted": wanted_times(self.request.GET),
        }
        return OfferForm(data, initial={"version": self.row.version}, last_zone=zone, **limits)

    def perform(self, form: Any, *, by: User, at: datetime) -> MeetingRequest:
        given = {name: form.cleaned_data[name] for name in ("version", "reason") if name in form.cleaned_data}
        return offer_times(self.row, times=form.times(), people=form.people(), **given, by=by, at=at)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        office = office_words(self.row, self.request.user)  # type: ignore[arg-type]
        first = first_day(office["rules"], timezone.now(), timezone.get_default_timezone_name())
        return super().get_context_data(office=office, first_day=first, **kwargs)


class ConfirmView(RequestStep):
    """From a yes to a meeting with invitations."""

    template_name = "meetings/confirm.html"
    page_title = _("Confirm the meeting")
    button = _("Confirm and send the invitations")
    done = _("The meeting is confirmed. Everybody with an e-mail address gets an invitation.")

    def get_form(self, data: Any = None) -> StepForm:
        user: Any = self.request.user
        start = {"version": self.row.version, "title": _("Meeting: %(ask)s") % {"ask": self.row.ask.title}}
        start["when"] = self.request.GET.get("when", "")
        visible = Person.objects.visible_to(user)
        schedulers = schedulers_of(self.row.person, timezone.localdate()).filter(pk__in=visible.values("pk"))
        language = get_language() or "en"
        return ConfirmForm(data, initial=start, request=self.row, language=language, schedulers=schedulers, user=user)

    def perform(self, form: Any, *, by: User, at: datetime) -> Meeting:
        given, times = form.cleaned_data, form.time_values()
        kind, venue, new_place, join_url = form.place.chosen()
        words = {name: given[name] for name in ("title", "description", "is_confidential", "version")}
        return confirm_meeting(
            self.row,
            **words,
            **({"offered_time": form.chosen_offer} if form.chosen_offer else times),
            format=MeetingFormat(kind),
            venue=made_place(new_place, times["time_zone"]) or venue,
            join_url=join_url,
            attendees=form.attendees(at.date()),
            by=by,
            at=at,
        )

    def next_url(self, result: Meeting) -> str:
        return meeting_url(result)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        on = timezone.localdate()
        head = (self.row.person, AttendeeRole.POLICYMAKER)
        if self.row.staff_instead:
            head = (self.row.staff_instead, AttendeeRole.OFFICE_STAFF)
        listed = [head, (self.row.scheduler, AttendeeRole.SCHEDULER)]
        seen = [(who, role) for who, role in listed if who and can(self.request.user, Act.VIEW, who)]
        office = [(who, role.label, mail_address_of(who, on)) for who, role in seen]
        return super().get_context_data(row=self.row, office=office, **kwargs)
