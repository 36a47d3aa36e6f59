from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.activity.models import ActivityEntry
from crm.messaging.actions import send_draft
from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.errors import GapInMailError, NotADraftError
from crm.messaging.models import Message
from crm.messaging.queries import eml_of, sample_mails
from crm.messaging.views import calendar_lines
from tests.factories.access import user
from tests.factories.messaging import AT, message
from tests.factories.people import person

pytestmark = pytest.mark.django_db
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@parley.example\r\n"
    "SUMMARY:A long\r\n  talk\\, at last\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def page(client: Client, name: str, *arguments: str, query: str = "") -> str:
    response = client.get(reverse(name, args=arguments) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_outbox_shows_the_newest_mail_first(client: Client) -> None:
    message(subject="Older")
    message(subject="Newer", at=AT + timedelta(hours=1))

    shown = page(client, "outbox")

    assert shown.index("Newer") < shown.index("Older")
    assert "2 mails as they would arrive." in shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?stream=invitation", ["Invitation"]),
        ("?state=held", ["Held"]),
        ("?recipient=ADA", ["Plain"]),
        ("?stream=nonsense&state=", ["Plain", "Held", "Invitation"]),
    ],
)
def test_outbox_is_filtered(client: Client, query: str, expected: list[str]) -> None:
    message(subject="Plain", to_email="ada@office.example")
    message(subject="Held", status=MessageStatus.HELD)
    message(subject="Invitation", stream=Stream.INVITATION)

    shown = page(client, "outbox", query=query)

    assert [name for name in ("Plain", "Held", "Invitation") if f">{name}</a>" in shown] == expected


def test_outbox_pages_keep_the_filter(client: Client) -> None:
    for _number in range(41):
        message(stream=Stream.SEQUENCE)

    shown = page(client, "outbox", query="?stream=sequence&page=2")

    assert shown.count('class="outbox__mail"') == 1
    assert "?stream=sequence&amp;page=1" in shown


@pytest.mark.parametrize("number", [1, 3])
def test_outbox_costs_two_queries(client: Client, number: int) -> None:
    for _each in range(number):
        message(person=person())

    with CaptureQueriesContext(connection) as queries:
        page(client, "outbox")

    assert len(queries) == 2


def test_mail_is_shown_as_it_would_arrive(client: Client) -> None:
    mail = message(
        text="Hello <b>you</b>.",
        html="<html><head></head><body><p>Hello.</p></body></html>",
        calendar=CALENDAR,
        calendar_method="REQUEST",
        headers={"Auto-Submitted": "auto-generated"},
    )

    with CaptureQueriesContext(connection) as queries:
        shown = page(client, "outbox_message", mail.public_id)

    assert len(queries) == 2
    assert "Hello &lt;b&gt;you&lt;/b&gt;." in shown
    assert "Auto-Submitted: auto-generated" in shown
    assert f"Message-ID: {mail.message_id}".replace("<", "&lt;").replace(">", "&gt;") in shown
    assert "A long talk, at last" in shown
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown
    assert "style=" not in shown


def test_html_part_is_sealed_in_its_frame(client: Client) -> None:
    mail = message(html='<html><head></head><body><p style="color:red">Hello.</p></body></html>')

    response = client.get(reverse("outbox_html", args=[mail.public_id]))

    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src 'none'" in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_blank">' in response.content.decode()


def test_page_of_a_mail_keeps_the_strict_policy(client: Client) -> None:
    mail = message()

    policy = client.get(reverse("outbox_message", args=[mail.public_id])).headers["Content-Security-Policy"]

    assert "unsafe-inline" not in policy


def test_mail_is_handed_out_as_a_file(client: Client) -> None:
    mail = message()

    response = client.get(reverse("outbox_eml", args=[mail.public_id]))

    assert response.content == eml_of(mail)
    assert response.headers["Content-Type"] == "message/rfc822"
    assert response.headers["Content-Disposition"] == f'attachment; filename="transactional-{mail.public_id}.eml"'


def test_mail_that_cannot_be_built_says_why(client: Client) -> None:
    mail = message(to_email="nobody")

    shown = page(client, "outbox_message", mail.public_id)

    assert "“nobody” is not a single e-mail address we can send to; correct it and try again." in shown
    assert client.get(reverse("outbox_eml", args=[mail.public_id])).status_code == 404


def test_unknown_mail_is_not_there(client: Client) -> None:
    codes = [client.get(reverse(name, args=["x"])).status_code for name in ("outbox_message", "outbox_html")]

    assert codes == [404, 404]


def test_outbox_pages_only_read(client: Client) -> None:
    assert client.post(reverse("outbox")).status_code == 405


def test_calendar_lines_are_unfolded() -> None:
    assert calendar_lines(CALENDAR)[5] == ("SUMMARY", "A long talk, at last")


def test_pattern_library_shows_every_default_mail(client: Client) -> None:
    shown = page(client, "patterns")

    assert len(sample_mails()) >= 2
    for mail in sample_mails():
        address = reverse("sample_mail", args=[mail.key, mail.language])
        assert f'src="{address}"' in shown
        response = client.get(address)
        assert response.status_code == 200
        assert "text/html" in response.headers["Content-Type"], response.content
        assert "{{" not in response.content.decode()
        assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]


def test_sample_of_no_template_is_not_there(client: Client) -> None:
    assert client.get(reverse("sample_mail", args=["nothing", "en"])).status_code == 404


@pytest.mark.parametrize("status", [MessageStatus.DRAFT, MessageStatus.HELD])
def test_draft_is_sent_with_the_words_of_staff(status: MessageStatus) -> None:
    staff, owner = user(), person(name="Ada Quist")
    mail = message(status=status, person=owner, last_error="A gap.")
    later = AT + timedelta(days=5)

    sent = send_draft(mail, subject="Thank you,  {{ name }}", body="Dear {{ name }},\n\n- <one>", by=staff, at=later)

    assert (sent.status, sent.subject, sent.last_error) == (MessageStatus.QUEUED, "Thank you, Ada Quist", "")
    assert sent.text.startswith("Dear Ada Quist,\n\n- <one>\n")
    assert ">&lt;one&gt;</li>" in sent.html
    assert (sent.due_at, sent.not_after) == (later, later + timedelta(days=1))
    assert list(ActivityEntry.objects.values_list("verb", "actor")) == [("mail.released", staff.pk)]


def test_draft_sent_twice_is_refused() -> None:
    staff = user()
    mail = message(status=MessageStatus.DRAFT)
    send_draft(mail, subject="Hello", body="Once.", by=staff, at=AT)

    with pytest.raises(NotADraftError):
        send_draft(mail, subject="Hello", body="Twice.", by=staff, at=AT)

    assert Message.objects.get().text.startswith("Once.")
    assert ActivityEntry.objects.count() == 1


def test_draft_with_a_gap_is_not_sent() -> None:
    mail = message(status=MessageStatus.HELD)

    with pytest.raises(GapInMailError) as caught:
        send_draft(mail, subject="Hello", body="Dear {{ contact_name }},", by=user(), at=AT)

    assert str(caught.value) == "“contact_name” is empty for this person; fill it in or give it a default."
    assert Message.objects.get().status == MessageStatus.HELD


def test_draft_of_a_sequence_can_still_be_stopped() -> None:
    mail = message(status=MessageStatus.HELD, stream=Stream.SEQUENCE)

    sent = send_draft(mail, subject="Hello", body="Words.", by=user(), at=AT)

    assert "/l/u" in sent.text
    assert "Unsubscribe" in sent.html
