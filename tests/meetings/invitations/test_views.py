import pytest
from django.urls import reverse

from crm.access.enums import Role
from crm.messaging.actions import receive_mail
from crm.messaging.enums import MessageStatus
from crm.messaging.models import Message
from meetings.invitations.actions import send_again
from meetings.scheduling.actions import AttendeeInput, add_attendee
from meetings.scheduling.enums import AttendeeRole
from meetings.scheduling.models import Meeting
from tests.crm.messaging.test_receive import bounce
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


def who(delegation, client) -> str:
    client.force_login(delegation.coordinator)
    text = client.get(reverse("meeting_page", args=[delegation.meeting.public_id])).content.decode()
    return between(text, "Who comes", "</section>")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (MessageStatus.UNKNOWN, "may not have got the mail"),
        (MessageStatus.EXPIRED, "not reached"),
        (MessageStatus.SUPPRESSED, "wants no mail from us"),
        (MessageStatus.ACCEPTED, ""),
    ],
)
def test_who_may_not_have_the_invitation_is_marked(delegation, client, deliver, status, words) -> None:
    deliver()
    Message.objects.filter(to_email=LEAD).update(status=status)

    shown = who(delegation, client)

    found = [each for each in ("may not have got the mail", "not reached", "wants no mail from us") if each in shown]
    assert found == ([words] if words else [])


def test_a_bounce_marks_the_invitee_until_a_mail_gets_through(delegation, client, deliver) -> None:
    deliver()
    receive_mail(bounce(Message.objects.get(to_email=LEAD)), at=AT + MINUTE)

    bounced = who(delegation, client)
    send_again(delegation.attendee(LEAD), by=delegation.coordinator, at=AT + 2 * MINUTE)
    deliver()

    assert (bounced.count("not reached"), who(delegation, client).count("not reached")) == (1, 0)
    assert "not reached" in between(bounced, "Ada Mensah", "Sam Ito")


def test_sending_again_on_demand_asks_only_one_under_the_same_number(delegation, client, deliver) -> None:
    deliver()
    client.force_login(delegation.coordinator)
    url = reverse("meeting_send_again", args=[delegation.meeting.public_id, delegation.attendee(LEAD).public_id])

    shown = client.get(url).content.decode()
    done = client.post(url, {"version": "1"})
    client.post(url, {"version": "1"})
    stale = client.post(url, {"version": "7"})

    sent = deliver()
    assert "Only this person gets a mail" in shown
    assert (done.status_code, stale.status_code) == (302, 409)
    assert [(each.to_email, each.subject) for each in sent] == [(LEAD, "Invitation: Clean air in schools")]
    assert ["SEQUENCE:0" in sent[0].calendar, "RSVP=TRUE" in sent[0].calendar.replace("\r\n ", "")] == [True, True]


def test_nobody_without_an_address_is_sent_anything_again(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    robin = delegation.attendee("")

    answer = client.get(reverse("meeting_send_again", args=[delegation.meeting.public_id, robin.public_id]))

    assert answer.status_code == 404


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 403), (Role.VOLUNTEER, 404)])
def test_whoever_only_reads_sends_nothing_again(delegation, sign_in, deliver, role: Role, status: int) -> None:
    deliver()
    url = reverse("meeting_send_again", args=[delegation.meeting.public_id, delegation.attendee(LEAD).public_id])

    assert (sign_in(role).post(url, {"version": "1"}).status_code, deliver()) == (status, [])
