"""The meeting page, and the steps that change its words, time and place."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import visible_or_404
from crm.activity.views import timeline_context
from crm.briefings.models import BriefingSnapshot
from crm.briefings.queries import briefings_for
from crm.palette.registry import SHOWN, Hit, Provider
from crm.people.models import Person
from crm.people.views import person_url
from meetings.scheduling.actions import edit_meeting, move_meeting
from meetings.scheduling.enums import MeetingState
from meetings.scheduling.forms import MoveForm, WordsForm
from meetings.scheduling.models import Meeting, MeetingRequest, Venue
from meetings.scheduling.queries import meetings_called
from meetings.scheduling.registry import meeting_panels
from meetings.scheduling.rules import OPEN_REQUEST, describe_times, is_running, moved_to
from meetings.steps.forms import Facts, StepForm
from meetings.steps.views import AdminPage, StepView

BADGES = {
    MeetingState.CONFIRMED: "good",
    MeetingState.HELD: "good",
    MeetingState.NO_SHOW: "bad",
    MeetingState.CANCELLED: "bad",
}


def meeting_url(meeting: Meeting, anchor: str = "") -> str:
    """The address of the meeting page, at one of its sections."""
    return reverse("meeting_page", args=[meeting.public_id]) + (f"#{anchor}" if anchor else "")


def meeting_hits(meetings: Iterable[Meeting]) -> list[Hit]:
    """Meetings as lines of the palette: the title and the day, in the zone of the place."""
    return [
        Hit(row.title, date_format(row.starts_at.astimezone(ZoneInfo(row.time_zone)), "DATE_FORMAT"), meeting_url(row))
        for row in meetings
    ]


def palette_meetings() -> Provider:
    """Meetings in the palette."""

    def named(user: User, keys: Sequence[str]) -> list[Hit]:
        return meeting_hits(Meeting.objects.visible_to(user).filter(public_id__in=keys))

    def find(user: User, text: str) -> list[Hit]:
        return meeting_hits(meetings_called(user, text)[:SHOWN])

    return Provider("meetings", _("Meetings"), find, "meeting_page", named, 30)


def when_words(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Day, time and zone of the place in the language of the screen."""
    return describe_times(starts_at, ends_at, zone, get_language() or "en")


def where_words(meeting: Meeting) -> str:
    """The place, or the link of an online meeting."""
    return str(meeting.venue) if meeting.venue else meeting.join_url


def meeting_facts(meeting: Meeting) -> Facts:
    """The meeting as it is saved, for the page that shows two versions."""
    return [
        (str(_("State")), meeting.get_state_display()),
        (str(_("Title")), meeting.title),
        (str(_("When")), when_words(meeting.starts_at, meeting.ends_at, meeting.time_zone)),
        (str(_("Where")), where_words(meeting)),
        (str(_("Invited")), ", ".join(each.name for each in meeting.attendees.filter(removed_at=None))),
    ]


class MeetingMixin:
    """The meeting in the address, if this user may see it."""

    model = Meeting

    def subject(self) -> Meeting:
        self.meeting: Meeting = visible_or_404(Meeting, self.request, public_id=self.kwargs["public_id"])  # type: ignore[attr-defined]
        return self.meeting

    def back_url(self) -> str:
        return meeting_url(self.meeting)

    def trail(self) -> list[tuple[str, Any]]:
        return [(reverse("meetings:index"), _("Meetings")), (meeting_url(self.meeting), self.meeting.title)]

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return meeting_facts(self.meeting)


class MeetingStep(MeetingMixin, StepView):
    """A step of one meeting."""

    row_act = Act.CHANGE

    def get_form(self, data: Any = None) -> StepForm:
        return self.form_class(data, initial={"version": self.meeting.version})


class MeetingPageView(MeetingMixin, AdminPage):
    """When, where, who and what next."""

    template_name = "meetings/meeting.html"

    def get_page_title(self) -> str:
        return self.meeting.title

    def trail(self) -> list[tuple[str, Any]]:
        return super().trail()[:1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meeting, user, asked = self.meeting, self.request.user, self.request.GET
        panels = meeting_panels(meeting, user)  # type: ignore[arg-type]
        may_change = can(user, Act.CHANGE, meeting)
        page = {
            "meeting": meeting,
            "badge": BADGES[MeetingState(meeting.state)],
            "when": when_words(meeting.starts_at, meeting.ends_at, meeting.time_zone),
            "when_for_me": own_time(meeting, user),  # type: ignore[arg-type]
            "where": where_words(meeting),
            "person_url": person_url(meeting.person) if can(user, Act.VIEW, meeting.person) else "",
            "request_url": request_url(meeting.request, user),
            "may_change": may_change and is_running(meeting),
            "panels": [panel for panel in panels if not panel.get("aside")],
            "asides": [panel for panel in panels if panel.get("aside")],
            "timeline": timeline_context(meeting, user, asked.get("page"), asked.get("kind", "")),  # type: ignore[arg-type]
        }
        return super().get_context_data(**page | kwargs)


def own_time(meeting: Meeting, user: User) -> str:
    """The time in the user's own zone, when that is another than the place's."""
    zone = user.time_zone
    if not zone or zone == meeting.time_zone:
        return ""
    return when_words(meeting.starts_at, meeting.ends_at, zone)


def request_url(request: MeetingRequest | None, user: Any) -> str:
    """The address of the request a meeting came from, for those who may see it."""
    seen = request is not None and can(user, Act.VIEW, request)
    return reverse("request_page", args=[request.public_id]) if request is not None and seen else ""


class MeetingEditView(MeetingStep):
    """Title, text and confidentiality: nobody has to answer again."""

    form_class = WordsForm
    page_title = _("Change the words")
    intro = _("Everybody invited gets the new words in their calendar. Nobody has to answer again.")
    done = _("Saved. Everybody invited gets the new words.")

    def get_form(self, data: Any = None) -> StepForm:
        names = ("version", "title", "description", "is_confidential", "is_public")
        return WordsForm(data, initial={name: getattr(self.meeting, name) for name in names})

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return self.get_form().facts()

    def perform(self, form: Any, *, by: User, at: datetime) -> Meeting:
        return edit_meeting(self.meeting, **form.cleaned_data, by=by, at=at)


class MeetingMoveView(MeetingStep):
    """Another time or place."""

    page_title = _("Move the meeting")
    button = _("Move and tell everybody")
    intro = _(
        "With another time, building or format everybody is asked to answer again. "
        "Another room or link alone is only announced."
    )
    done = _("The meeting is moved. Everybody invited gets the new time and place.")

    def get_form(self, data: Any = None) -> StepForm:
        wanted = moved_to(self.meeting, self.request.GET.get("starts_at", ""))
        return MoveForm(data, initial={"version": self.meeting.version}, meeting=self.meeting, wanted=wanted)

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return MoveForm(initial={"version": self.meeting.version}, meeting=self.meeting).facts()

    def perform(self, form: Any, *, by: User, at: datetime) -> Meeting:
        time = form.time.cleaned_data
        kind, venue, new_place, join_url = form.place.chosen()
        changes = {"starts_at": time["starts_at"], "ends_at": time["ends_at"], "time_zone": time["zone"]}
        venue = made_place(new_place, time["zone"]) or venue
        place = {"format": kind, "venue": venue, "join_url": join_url}
        return move_meeting(self.meeting, version=form.cleaned_data["version"], by=by, at=at, **changes, **place)


def made_place(words: dict[str, str], zone: str) -> Venue | None:
    """A place not saved yet, in the zone of the meeting, when somebody described one: the step keeps it."""
    return Venue(**words, time_zone=zone) if words else None


def open_requests(user: Any, person: Person) -> Any:
    """Requests to this office that are not settled, as far as the user may see them."""
    mine = MeetingRequest.objects.visible_to(user).filter(person=person, state__in=OPEN_REQUEST)
    return mine.select_related("ask", "owner", "scheduler")


def line(meeting: Meeting) -> dict[str, Any]:
    """One meeting in a short list."""
    return {
        "meeting": meeting,
        "url": meeting_url(meeting),
        "when": when_words(meeting.starts_at, meeting.ends_at, meeting.time_zone),
        "where": where_words(meeting),
        "badge": BADGES[MeetingState(meeting.state)],
    }


def person_panel(person: Person, user: User) -> dict[str, Any] | None:
    """The next and the last meetings with a person, and what we are waiting for."""
    if not can(user, Act.VIEW, Meeting):
        return None
    now = timezone.now()
    seen = Meeting.objects.visible_to(user).filter(person=person).select_related("venue")
    coming = seen.filter(state=MeetingState.CONFIRMED, ends_at__gt=now)
    past = seen.filter(ends_at__lte=now).order_by("-starts_at", "-id")
    requests = [
        {
            "row": row,
            "url": request_url(row, user),
            "late": bool(row.next_action_on and row.next_action_on < now.date()),
        }
        for row in open_requests(user, person)
    ]
    return {
        "title": _("Meetings"),
        "rows": [line(each) for each in coming[:5]],
        "past": [line(each) for each in past[:5]],
        "requests": requests,
        "template": "meetings/panel_person.html",
    }


def my_day_section(user: User, at: datetime) -> dict[str, Any] | None:
    """Today's meetings this user owns or attends."""
    today = timezone.localdate(at)
    near = Meeting.objects.visible_to(user).filter(
        state=MeetingState.CONFIRMED, ends_at__gt=at - timedelta(days=1), starts_at__lt=at + timedelta(days=2)
    )
    mine = near.filter(Q(owner=user) | Q(attendees__user=user, attendees__removed_at=None)).distinct()
    rows = [line(each) for each in mine.select_related("venue") if today in _days_of(each)]
    return {"title": _("Meetings today"), "rows": rows, "template": "meetings/my_day.html"} if rows else None


def _days_of(meeting: Meeting) -> set[date]:
    """The day of a meeting where it takes place and where we are."""
    return {timezone.localdate(meeting.starts_at), meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone)).date()}


def briefings_panel(meeting: Meeting, user: User) -> dict[str, Any] | None:
    """Briefings made for this meeting, and one click for a new one."""
    if not can(user, Act.VIEW, BriefingSnapshot):
        return None
    may = can(user, Act.ADD, BriefingSnapshot) and can(user, Act.VIEW, meeting.person)
    return {
        "title": _("Briefings"),
        "rows": briefings_for(meeting, user)[:10],
        "template": "meetings/panel_briefings.html",
        "aside": True,
        "meeting": meeting,
        "create_url": reverse("briefing_create", args=[meeting.person.public_id]) if may else "",
    }
