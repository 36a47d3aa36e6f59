"""Who is invited and what they answered, on the meeting page and in its small steps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import require, visible_or_404
from crm.people.enums import PersonCategory
from crm.people.models import Person
from crm.people.views import person_url
from meetings.attendees.actions import add_attendee, edit_attendee, note_offer, remove_attendee
from meetings.attendees.enums import Residence
from meetings.attendees.forms import AddAttendeeForm, EditAttendeeForm, OfferForm, guest_choices, staff_choices
from meetings.attendees.models import ConstituentOffer
from meetings.attendees.queries import newest_offer, residences, suggested_constituents
from meetings.attendees.rules import may_be_named, missing_roles
from meetings.scheduling.enums import AttendeeRole, MeetingState, PartStat
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.queries import active_attendees, office_answer, replaced_at
from meetings.scheduling.registry import attendee_marks
from meetings.scheduling.rules import is_running
from meetings.scheduling.views import MeetingStep, meeting_url
from meetings.steps.forms import Facts, StepForm, VersionForm
from meetings.steps.views import StepView

BADGES = {PartStat.ACCEPTED: "good", PartStat.TENTATIVE: "warn", PartStat.DECLINED: "bad"}
HOME_BADGES = {Residence.DISTRICT: "good", Residence.ELSEWHERE: "warn"}
NAMED = (AttendeeRole.POLICYMAKER, AttendeeRole.LEAD)
"""Whose names everybody invited knows; the others' are shown only to staff who coordinate."""


def attendees_panel(meeting: Meeting, user: User) -> dict[str, Any]:
    """Everybody invited with the newest answer, its source and time; names only for those who just attend."""
    sees_all = can(user, Act.VIEW, Attendee)
    invited = active_attendees(meeting).prefetch_related("answers__noted_by")
    people = list(invited if sees_all else active_attendees(meeting).filter(role__in=NAMED))
    office = office_answer(meeting) if sees_all else None
    marks = attendee_marks(people) if sees_all else {}
    homes = residences(meeting, people, timezone.localdate()) if sees_all else {}
    rows = [_row(each, homes.get(each.pk), sees_all=sees_all) for each in people]
    return {
        "title": _("Who comes"),
        "rows": [row | {"marks": marks.get(row["attendee"].pk, [])} for row in rows],
        "template": "meetings/panel_attendees.html",
        "meeting": meeting,
        "office": office if office and office.attendee else None,
        "office_badge": BADGES.get(office.partstat, "") if office else "",
        **(_instead(meeting, people, user) if sees_all else {}),
        "sees_all": sees_all,
        "may_change": can(user, Act.CHANGE, meeting) and is_running(meeting),
        "missing": [role.label for role in missing_roles(people)] if sees_all and is_running(meeting) else [],
        "is_over": meeting.state in {MeetingState.HELD, MeetingState.NO_SHOW},
    }


def _instead(meeting: Meeting, people: Sequence[Attendee], user: User) -> dict[str, Any]:
    """Whom staff stand in for, and when and how the policymaker said so, if that was after the confirmation."""
    if any(each.role == AttendeeRole.POLICYMAKER for each in people):
        return {}
    row, gone = meeting.request, replaced_at(meeting)
    is_moved = (row is not None and row.staff_instead_id is not None) or gone is not None
    return {
        "is_moved": is_moved,
        "is_unnamed": gone is not None and row is not None and row.staff_instead_id is None,
        "instead_of": meeting.person.name if is_moved and can(user, Act.VIEW, meeting.person) else "",
        "sent": gone.answers.select_related("noted_by").order_by("-id").first() if gone else None,
    }


def _row(attendee: Attendee, home: Residence | None, *, sees_all: bool) -> dict[str, Any]:
    answers = list(attendee.answers.all()) if sees_all and attendee.answered_at else []
    return {
        "attendee": attendee,
        "home": home.label if home else "",
        "home_badge": HOME_BADGES.get(home, "") if home else "",
        "is_unnamed": sees_all and not may_be_named(attendee),
        "answer": answers[-1] if answers else None,
        "badge": BADGES.get(PartStat(attendee.partstat), ""),
    }


class AddAttendeeView(MeetingStep):
    page_title = _("Invite somebody")
    button = _("Invite")
    intro = _("Only the new person gets a mail. Nobody else has to answer again.")
    done = _("Invited.")

    def get_form(self, data: Any = None) -> StepForm:
        user: Any = self.request.user
        choices = {"staff": staff_choices(), "people": guest_choices(user)}
        wanted = Person.objects.visible_to(user).filter(public_id=self.request.GET.get("person", "")).first()
        initial: dict[str, Any] = {"version": self.meeting.version}
        if wanted is not None:
            initial |= {"person": wanted.public_id, "role": AttendeeRole.CONSTITUENT.value}
            if wanted.public_id not in dict(choices["people"]):
                choices["people"].append((wanted.public_id, wanted.name))
        return AddAttendeeForm(data, initial=initial, by=user, **choices)

    def perform(self, form: Any, *, by: User, at: datetime) -> Attendee | None:
        invited = form.invited(at.date())
        return add_attendee(self.meeting, invited, version=form.cleaned_data["version"], by=by, at=at)

    def next_url(self, result: Any) -> str:
        return meeting_url(self.meeting, "who")


class AttendeeStep(MeetingStep):
    """A step about one of those still invited."""

    def subject(self) -> Meeting:
        meeting = super().subject()
        found = active_attendees(meeting).filter(public_id=self.kwargs["attendee"]).first()
        if found is None:
            raise Http404
        self.attendee = found
        return meeting

    def get_page_subtitle(self) -> str:
        return self.attendee.name

    def next_url(self, result: Any) -> str:
        return meeting_url(self.meeting, "who")


class RemoveAttendeeView(AttendeeStep):
    form_class = VersionForm
    page_title = _("Uninvite")
    button = _("Uninvite and tell only them")
    done = _("Uninvited. Nobody else hears of it.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = _("%(name)s gets a mail that takes the meeting out of the calendar, if the invitation has left.")
        untold = _("%(name)s has no e-mail address here, so nobody is mailed: tell them yourself.")
        words = (told if self.attendee.email else untold) % {"name": self.attendee.name}
        return super().get_context_data(intro=words, **kwargs)

    def perform(self, form: Any, *, by: User, at: datetime) -> Attendee:
        return remove_attendee(self.attendee, version=form.cleaned_data["version"], by=by, at=at)


class EditAttendeeView(AttendeeStep):
    page_title = _("Role and consent")
    intro = _("Nobody gets a mail about this.")
    done = _("Saved.")

    def get_form(self, data: Any = None) -> StepForm:
        who = self.attendee
        initial = {"version": self.meeting.version, "role": who.role, "postcode": who.postcode}
        initial["may_be_named"] = who.named_to_office_at is not None
        return EditAttendeeForm(data, initial=initial, attendee=who)

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return self.get_form().facts()

    def perform(self, form: Any, *, by: User, at: datetime) -> Attendee:
        given = form.cleaned_data | {"role": AttendeeRole(form.cleaned_data["role"])}
        return edit_attendee(self.attendee, **given, by=by, at=at)


def suggestions_panel(meeting: Meeting, user: User) -> dict[str, Any] | None:
    """Who lives in the district, agreed to take part and is not invited yet."""
    may = can(user, Act.CHANGE, meeting) and can(user, Act.ADD, Attendee) and can(user, Act.VIEW, ConstituentOffer)
    if not may or not is_running(meeting):
        return None
    people = list(suggested_constituents(meeting, user, timezone.localdate()))
    if not people:
        return None
    return {
        "title": _("Constituents who would come"),
        "rows": people,
        "template": "meetings/panel_suggestions.html",
        "invite_url": reverse("meeting_invite", args=[meeting.public_id]),
    }


def offer_panel(person: Person, user: User) -> dict[str, Any] | None:
    """Whether a person would come to meetings with whoever represents them."""
    kinds = (PersonCategory.ADVOCATE, PersonCategory.PARTNER)
    if person.category not in kinds or not can(user, Act.VIEW, ConstituentOffer):
        return None
    return {
        "title": _("Takes part in meetings"),
        "aside": True,
        "offer": newest_offer(person),
        "template": "meetings/panel_offer.html",
        "url": reverse("constituent_offer", args=[person.public_id]) if can(user, Act.CHANGE, person) else "",
    }


class NoteOfferView(StepView):
    """Note that somebody would come to meetings with whoever represents them."""

    model = Person
    row_act = Act.CHANGE
    page_title = _("Takes part in meetings")
    done = _("Noted.")

    def subject(self) -> Person:
        require(self.request, Act.ADD, ConstituentOffer)
        self.person: Person = visible_or_404(Person, self.request, public_id=self.kwargs["public_id"])
        return self.person

    def get_page_subtitle(self) -> str:
        return self.person.name

    def back_url(self) -> str:
        return person_url(self.person)

    def get_form(self, data: Any = None) -> StepForm:
        last = newest_offer(self.person)
        return OfferForm(data, initial={"postcode": last.postcode, "agreed": last.agreed} if last else {})

    def perform(self, form: Any, *, by: User, at: datetime) -> ConstituentOffer:
        return note_offer(self.person, **form.cleaned_data, by=by, at=at)
