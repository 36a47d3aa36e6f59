import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from crm.activity.models import ActivityEntry
from crm.consent.actions import suppress
from crm.consent.enums import Purpose, SuppressionReason
from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.models import Message
from meetings.reminders.actions import TEMPLATE, add_reminder, keep_reminders, remove_reminder, send_reminder
from meetings.reminders.errors import (
    ReminderAudienceError,
    ReminderOffsetError,
    ReminderPastError,
    ReminderTwiceError,
)
from meetings.reminders.models import Reminder, ReminderRun
from meetings.reminders.queries import due_reminders
from meetings.reminders.tasks import send_due_reminders
from meetings.scheduling.actions import cancel_meeting, move_meeting, record_answer, remove_attendee
from meetings.scheduling.enums import AnswerSource, PartStat
from meetings.scheduling.registry import Change, MeetingChange
from tests.factories.meetings import attendee, meeting, reminder
from tests.meetings.conftest import AT, CONSTITUENT, LEAD, NOTES, SCHEDULER

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
STARTS = datetime(2026, 10, 28, 19, tzinfo=UTC)
DUE = STARTS - DAY
OURS = [LEAD, NOTES, CONSTITUENT]


def reminded() -> list[str]:
    rows = Message.objects.filter(template_key=TEMPLATE, status=MessageStatus.QUEUED).order_by("id")
    return list(rows.values_list("to_email", flat=True))


def runs() -> list[tuple[str, int]]:
    return list(ReminderRun.objects.order_by("id").values_list("state", "sent_count"))


def said() -> list[str]:
    return list(
        ActivityEntry.objects.filter(verb__startswith="reminder.").order_by("id").values_list("verb", flat=True)
    )


def move(delegation: Any, starts_at: datetime, at: datetime = AT) -> None:
    delegation.meeting.refresh_from_db()
    times = {"starts_at": starts_at, "ends_at": starts_at + HOUR}
    move_meeting(delegation.meeting, version=delegation.meeting.version, by=delegation.coordinator, at=at, **times)


def test_our_side_is_reminded_once_and_the_office_never(delegation) -> None:
    reminder(meeting=delegation.meeting)

    done = [send_due_reminders(moment) for moment in (DUE - MINUTE, DUE, DUE, DUE + HOUR)]

    assert (done, reminded(), runs()) == ([0, 1, 0, 0], OURS, [("sent", 3)])
    assert said() == ["reminder.sent"]


def test_mail_says_where_and_when_in_the_zone_of_the_place_and_dies_with_the_start(delegation) -> None:
    reminder(meeting=delegation.meeting, role="lead")

    send_due_reminders(DUE)

    mail = Message.objects.get(template_key=TEMPLATE)
    assert (mail.to_email, mail.stream, mail.not_after) == (LEAD, Stream.TRANSACTIONAL, STARTS)
    assert "Wednesday 28 October 2026, 15:00–15:30 (America/New_York, UTC-04:00)" in mail.text
    assert "Room 4" in mail.text
    assert mail.subject == "Reminder: Clean air in schools"


def test_reminder_moves_with_the_meeting_and_a_waiting_mail_is_taken_back(delegation) -> None:
    reminder(meeting=delegation.meeting)
    send_due_reminders(DUE)

    move(delegation, STARTS + 7 * DAY, at=DUE + MINUTE)
    early, late = send_due_reminders(DUE + HOUR), send_due_reminders(DUE + 7 * DAY)

    assert (early, late, reminded(), runs()) == (0, 1, OURS, [("sent", 3), ("sent", 3)])
    assert Message.objects.filter(template_key=TEMPLATE, status=MessageStatus.CANCELLED).count() == 3


def test_moved_back_to_a_start_it_was_sent_for_it_is_not_sent_again(delegation) -> None:
    reminder(meeting=delegation.meeting)
    send_due_reminders(DUE)

    move(delegation, STARTS + 7 * DAY, at=DUE + MINUTE)
    move(delegation, STARTS, at=DUE + 2 * MINUTE)

    assert (send_due_reminders(DUE + HOUR), runs()) == (0, [("sent", 3)])


def test_moved_so_near_that_its_moment_has_passed_is_said_and_not_sent(delegation) -> None:
    reminder(meeting=delegation.meeting)

    move(delegation, AT + 3 * HOUR)

    assert (send_due_reminders(AT + HOUR), reminded(), runs()) == (0, [], [("passed", 0)])
    assert said() == ["reminder.passed"]


def test_nothing_is_sent_once_the_meeting_has_begun(delegation) -> None:
    reminder(meeting=delegation.meeting)

    assert (send_due_reminders(STARTS), send_due_reminders(STARTS + DAY)) == (1, 0)
    assert (reminded(), runs(), said()) == ([], [("too_late", 0)], ["reminder.too_late"])


def test_cancelled_meeting_reminds_nobody_and_takes_back_what_waits(delegation) -> None:
    reminder(meeting=delegation.meeting)
    reminder(meeting=delegation.meeting, before=HOUR)
    send_due_reminders(DUE)

    meeting = delegation.meeting
    cancel_meeting(meeting, version=meeting.version, by=delegation.coordinator, at=DUE + MINUTE)

    assert (send_due_reminders(STARTS - HOUR), reminded(), runs()) == (0, [], [("sent", 3)])


def test_who_is_uninvited_declined_or_opted_out_gets_none(delegation) -> None:
    reminder(meeting=delegation.meeting)
    suppress(email=NOTES, purpose=Purpose.ALL_MAIL, reason=SuppressionReason.UNSUBSCRIBED, at=AT)
    record_answer(delegation.attendee(LEAD), partstat=PartStat.DECLINED, source=AnswerSource.PHONE, at=AT)
    kim = delegation.attendee(CONSTITUENT)
    remove_attendee(kim, version=delegation.meeting.version, by=delegation.coordinator, at=AT)

    send_due_reminders(DUE)

    assert (reminded(), runs(), said()) == ([], [("nobody", 0)], ["reminder.nobody"])


def test_uninvited_after_the_mail_was_planned_takes_hers_back(delegation) -> None:
    reminder(meeting=delegation.meeting)
    send_due_reminders(DUE)

    kim = delegation.attendee(CONSTITUENT)
    remove_attendee(kim, version=delegation.meeting.version, by=delegation.coordinator, at=DUE + MINUTE)

    assert reminded() == [LEAD, NOTES]


def test_new_meetings_get_the_defaults_of_the_organisation_once(confirm, settings) -> None:
    settings.MEETING_REMINDER_MINUTES = [60, 1440]

    made = confirm()
    keep_reminders(MeetingChange(Change.CONFIRMED, made.meeting, made.coordinator, AT))

    assert [each.before for each in made.meeting.reminders.all()] == [DAY, HOUR]


def test_default_whose_moment_has_passed_at_confirmation_is_said(confirm, settings) -> None:
    settings.MEETING_REMINDER_MINUTES = [60, 1440]

    confirm(starts_at=AT + 5 * HOUR)

    assert (runs(), send_due_reminders(AT + 4 * HOUR), len(reminded())) == ([("passed", 0)], 1, 3)


def test_reminder_is_set_once_and_taken_off_once(delegation) -> None:
    by = {"by": delegation.coordinator, "at": AT}
    row = add_reminder(delegation.meeting, before=HOUR, version=1, **by)

    with pytest.raises(ReminderTwiceError):
        add_reminder(delegation.meeting, before=HOUR, version=2, **by)
    send_due_reminders(STARTS - HOUR)
    for _again in range(2):
        remove_reminder(row, **by)

    assert (Reminder.objects.count(), reminded()) == (0, [])
    assert said() == ["reminder.added", "reminder.sent", "reminder.removed"]


def test_reminder_of_one_attendee(delegation) -> None:
    sam = delegation.attendee(NOTES)
    by = {"by": delegation.coordinator, "at": AT}
    add_reminder(delegation.meeting, before=HOUR, attendee=sam, version=1, **by)

    with pytest.raises(ReminderTwiceError):
        add_reminder(delegation.meeting, before=HOUR, attendee=sam, version=2, **by)
    send_due_reminders(STARTS - HOUR)

    assert reminded() == [NOTES]


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"before": 200 * DAY}, ReminderOffsetError),
        ({"before": timedelta(0)}, ReminderOffsetError),
        ({"before": HOUR, "role": "scheduler"}, ReminderAudienceError),
    ],
)
def test_impossible_reminders_are_refused(delegation, values: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        add_reminder(delegation.meeting, version=1, by=delegation.coordinator, at=AT, **values)

    assert Reminder.objects.count() == 0


def test_reminder_for_the_office_or_of_the_past_is_refused(delegation) -> None:
    by = {"by": delegation.coordinator, "version": 1}
    with pytest.raises(ReminderAudienceError):
        add_reminder(delegation.meeting, before=HOUR, attendee=delegation.attendee(SCHEDULER), at=AT, **by)
    with pytest.raises(ReminderPastError):
        add_reminder(delegation.meeting, before=DAY, at=STARTS - HOUR, **by)


def test_database_holds_one_done_mark_per_start() -> None:
    row = reminder()
    ReminderRun.objects.create(reminder=row, starts_at=STARTS, state="sent", done_at=DUE)

    with pytest.raises(IntegrityError), transaction.atomic():
        ReminderRun.objects.create(reminder=row, starts_at=STARTS, state="sent", done_at=DUE)


def test_looking_for_what_is_due_costs_one_query(django_assert_num_queries) -> None:
    for _number in range(3):
        reminder()

    with django_assert_num_queries(1):
        assert send_due_reminders(DUE - HOUR) == 0


def test_two_workers_that_found_the_same_reminder_remind_once(delegation) -> None:
    reminder(meeting=delegation.meeting)
    found = [list(due_reminders(DUE)) for _worker in range(2)]

    done = [send_reminder(each, at=DUE) is not None for worker in found for each in worker]

    assert (done, reminded(), runs()) == ([True, False], OURS, [("sent", 3)])


@pytest.mark.django_db(transaction=True)
def test_two_workers_side_by_side_remind_once() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("The suite's SQLite lives in memory, where threads share one connection; run on PostgreSQL.")
    for _number in range(5):
        row = meeting(starts_at=STARTS, ends_at=STARTS + HOUR)
        attendee(meeting=row)
        reminder(meeting=row)

    def work() -> None:
        for each in Reminder.objects.order_by("id"):
            send_reminder(each, at=DUE)
        connection.close()

    threads = [threading.Thread(target=work) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(reminded()), runs()) == (5, [("sent", 1)] * 5)
    assert said() == ["reminder.sent"] * 5
