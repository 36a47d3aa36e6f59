import pytest
from django.urls import reverse

from crm.messaging.enums import MessageStatus
from crm.messaging.models import Message
from meetings.scheduling.actions import AttendeeInput, add_attendee
from meetings.scheduling.enums import AttendeeRole
from meetings.scheduling.models import Meeting
from tests.meetings.conftest import AT, CONSTITUENT, LEAD, MINUTE, NOTES, SCHEDULER

pytestmark = pytest.mark.django_db


def between(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0]


def test_cancel_page_lists_exactly_those_who_are_then_told(delegation, client, deliver) -> None:
    deliver()
    late = AttendeeInput("Bo Lund", "bo@lab.example", AttendeeRole.EXPERT)
    add_attendee(delegation.meeting, late, version=1, by=delegation.coordinator, at=AT + MINUTE)
    client.force_login(delegation.coordinator)
    url = reverse("meeting_cancel", args=[delegation.meeting.public_id])

    text = client.get(url).content.decode()
    client.post(url, {"version": "2"})

    told = between(text, "out of their calendar", "</ul>")
    everybody = [SCHEDULER, LEAD, NOTES, CONSTITUENT, "bo@lab.example"]
    cancelled = set(Message.objects.filter(calendar_method="CANCEL").values_list("to_email", flat=True))
    assert {email for email in everybody if email in told} == cancelled == set(everybody[:4])
    assert "bo@lab.example" in between(text, "they hear nothing", "</ul>")
    assert "Robin Holder" in between(text, "tell them yourself", "</ul>")
    assert Meeting.objects.get().state == "cancelled"


def test_meeting_page_lists_the_mails_with_their_state(delegation, client) -> None:
    Message.objects.filter(to_email=LEAD).update(status=MessageStatus.FAILED)
    client.force_login(delegation.coordinator)

    text = client.get(reverse("meeting_page", args=[delegation.meeting.public_id])).content.decode()

    mails = between(text, "Mails sent", "</section>")
    assert (mails.count("Invitation: "), mails.count("refused"), mails.count("waiting")) == (4, 1, 3)
