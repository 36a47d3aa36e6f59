from datetime import datetime

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet

from crm.consent.enums import Purpose
from crm.consent.queries import suppressed_among
from meetings.reminders.models import Reminder, ReminderRun
from meetings.scheduling.enums import OFFICE_ROLES, MeetingState
from meetings.scheduling.models import Attendee, Meeting


def reminders_of(meeting: Meeting) -> QuerySet[Reminder]:
    """The reminders of a meeting, the earliest first, with what became of each for the present start in `now_done`."""
    done = ReminderRun.objects.filter(starts_at=meeting.starts_at)
    found = meeting.reminders.select_related("attendee").order_by("-before", "id")
    return found.prefetch_related(Prefetch("runs", queryset=done, to_attr="now_done"))


def due_reminders(at: datetime) -> QuerySet[Reminder]:
    """Reminders of meetings that stand whose moment has come and that nothing has become of yet."""
    done = ReminderRun.objects.filter(reminder=OuterRef("pk"), starts_at=OuterRef("meeting__starts_at"))
    waiting = Reminder.objects.filter(meeting__state=MeetingState.CONFIRMED).exclude(Exists(done))
    return waiting.filter(meeting__starts_at__lte=F("before") + at).order_by("id")


def reminded(reminder: Reminder) -> list[Attendee]:
    """Who gets it now: those of our side still invited who have an address and did not decline or opt out.

    Opting out is of all our mail, or of the reminders of this meeting.
    """
    people = (
        reminder.meeting.attendees.filter(removed_at=None, reminders_off_at=None)
        .exclude(role__in=OFFICE_ROLES)
        .exclude(email="")
    )
    if reminder.attendee_id is not None:
        people = people.filter(pk=reminder.attendee_id)
    elif reminder.role:
        people = people.filter(role=reminder.role)
    wanted = list(people.exclude(partstat="DECLINED").select_related("person", "user").order_by("id"))
    refused = suppressed_among([each.email for each in wanted], Purpose.ALL_MAIL)
    return [each for each in wanted if each.email not in refused]
