import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.access.enums import Role
from meetings.reminders.models import Reminder, ReminderRun
from tests.factories.access import user
from tests.factories.meetings import attendee, meeting, reminder
from tests.meetings.conftest import AT, NOTES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False):
        yield


def test_reminder_is_set_seen_and_taken_off(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    row, sam = delegation.meeting, delegation.attendee(NOTES)
    values = {"version": "1", "number": "2", "unit": "hours", "who": f"one:{sam.public_id}"}

    response = client.post(reverse("meeting_reminder_add", args=[row.public_id]), values)
    page = client.get(response.url).content.decode()

    made = Reminder.objects.get()
    assert response.status_code == 302
    assert ("2 hours before" in page, "Sam Ito ·" in page) == (True, True)
    gone = reverse("meeting_reminder_remove", args=[row.public_id, made.public_id])
    assert "2 hours before" in client.get(gone).content.decode()
    assert client.post(gone, {"version": "2"}).status_code == 302
    assert client.post(gone, {"version": "2"}).status_code == 404
    assert Reminder.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"number": "90", "unit": "days"}, "Choose between one minute and 60 days before the meeting."),
        ({"number": "x", "unit": "days"}, "Enter a whole number."),
        ({"number": "1", "unit": "days", "who": "role:scheduler"}, "Select a valid choice."),
    ],
)
def test_refused_reminders_say_what_to_do(delegation, client, values: dict[str, str], sentence: str) -> None:
    client.force_login(delegation.coordinator)

    response = client.post(
        reverse("meeting_reminder_add", args=[delegation.meeting.public_id]), {"version": "1"} | values
    )

    assert (response.status_code, sentence in response.content.decode()) == (422, True)


def test_page_says_what_became_of_a_reminder(client) -> None:
    client.force_login(user(role=Role.DIRECTOR))
    row = meeting()
    done = reminder(meeting=row)
    ReminderRun.objects.create(reminder=done, starts_at=row.starts_at, state="too_late", done_at=AT)

    page = client.get(reverse("meeting_page", args=[row.public_id])).content.decode()

    assert "not sent: the meeting had begun" in page


def test_one_reminder_costs_as_many_queries_as_three(client) -> None:
    client.force_login(user(role=Role.DIRECTOR))
    row = meeting()
    url = reverse("meeting_page", args=[row.public_id])
    counts = []
    for _number in range(3):
        guest = attendee(meeting=row)
        reminder(meeting=row, attendee=guest)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))

    assert counts[0] == counts[2]
