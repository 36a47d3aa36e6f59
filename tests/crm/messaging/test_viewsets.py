from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns_site.mail import OutboxEmailBackend
from crm.access.enums import Role
from crm.base.links import link_url, make_token
from crm.messaging.actions import receive_mail
from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.models import Message
from crm.people.enums import Visibility
from tests.factories.access import user
from tests.factories.messaging import AT, message
from tests.factories.people import person
from tests.factories.petitions import signature

pytestmark = pytest.mark.django_db
SignIn = Callable[[Role], Client]


def test_mail_log_says_who_got_what(sign_in: SignIn) -> None:
    message(
        person=person(),
        subject="The figures",
        to_email="ada@office.example",
        status=MessageStatus.HELD,
        last_error="A gap.",
    )

    shown = sign_in(Role.COORDINATOR).get(reverse("mails:index")).content.decode()

    assert ["The figures" in shown, "ada@office.example" in shown, "A gap." in shown, "held back" in shown] == [
        True
    ] * 4


def test_mail_log_is_searched(sign_in: SignIn) -> None:
    message(person=person(), subject="First", to_email="ada@office.example")
    message(person=person(), subject="Second", to_email="ben@office.example")

    shown = sign_in(Role.COORDINATOR).get(reverse("mails:index"), {"q": "BEN"}).content.decode()

    assert ["First" in shown, "Second" in shown] == [False, True]


def test_mail_log_costs_the_same_for_each_row(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    client.get(reverse("mails:index"))
    counts = []
    for number in (1, 2):
        for _each in range(number):
            message(person=person())
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("mails:index"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("role", "code"),
    [(Role.COORDINATOR, 200), (Role.DIRECTOR, 200), (Role.AUDITOR, 200), (Role.EDITOR, 404), (Role.VOLUNTEER, 404)],
)
def test_mail_log_is_for_some_roles(sign_in: SignIn, role: Role, code: int) -> None:
    mail = message(person=person())
    client = sign_in(role)

    codes = [client.get(reverse("mails:index")).status_code, client.get(mail_url(mail)).status_code]

    assert codes == [code, code]


def mail_url(mail: Message) -> str:
    return reverse("crm_mail", args=[mail.public_id])


def test_mail_to_a_hidden_person_is_hidden(sign_in: SignIn) -> None:
    hidden = person(visibility=Visibility.TEAM, owner=user())
    mail = message(person=hidden, subject="Between us")
    client = sign_in(Role.COORDINATOR)

    assert "Between us" not in client.get(reverse("mails:index")).content.decode()
    assert client.get(mail_url(mail)).status_code == 404
    assert client.post(mail_url(mail)).status_code == 404


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR])
def test_mail_that_sets_a_password_anew_is_for_nobodys_eyes(sign_in: SignIn, role: Role) -> None:
    reset = EmailMessage("Password reset", "Open this link.", to=["root@staff.example"])
    OutboxEmailBackend().send_messages([reset])
    mail = Message.objects.get()
    client = sign_in(role)

    assert "root@staff.example" not in client.get(reverse("mails:index")).content.decode()
    assert [client.get(mail_url(mail)).status_code, client.post(mail_url(mail)).status_code] == [404, 404]


@pytest.mark.parametrize(("role", "code"), [(Role.COORDINATOR, 404), (Role.AUDITOR, 404), (Role.DIRECTOR, 200)])
def test_mail_about_a_signature_is_as_hidden_as_the_signature(sign_in: SignIn, role: Role, code: int) -> None:
    mail = message(obj=signature(), to_email="lee@home.example", stream=Stream.CONFIRMATION)

    assert sign_in(role).get(mail_url(mail)).status_code == code


def test_mailed_links_cannot_be_used_from_the_log(sign_in: SignIn) -> None:
    row = signature()
    mail = message(obj=row, text=f"Press: {link_url('c', row.public_id)}")

    shown = sign_in(Role.DIRECTOR).get(mail_url(mail)).content.decode()

    assert ["/l/c…/" in shown, make_token("c", row.public_id) in shown] == [True, False]


def test_mail_in_doubt_is_sent_again_by_hand(sign_in: SignIn) -> None:
    mail = message(person=person())
    Message.objects.filter(pk=mail.pk).update(status=MessageStatus.UNKNOWN)
    client = sign_in(Role.COORDINATOR)

    assert "Send again" in client.get(mail_url(mail)).content.decode()
    codes = [client.post(mail_url(mail)).status_code, client.post(mail_url(mail)).status_code]

    assert codes == [302, 409]
    assert Message.objects.get().status == MessageStatus.QUEUED


def test_auditor_sends_nothing(sign_in: SignIn) -> None:
    mail = message(person=person())
    Message.objects.filter(pk=mail.pk).update(status=MessageStatus.UNKNOWN)
    client = sign_in(Role.AUDITOR)

    assert "Send again" not in client.get(mail_url(mail)).content.decode()
    assert client.post(mail_url(mail)).status_code == 403
    assert Message.objects.get().status == MessageStatus.UNKNOWN


def test_draft_is_checked_and_sent(sign_in: SignIn) -> None:
    mail = message(
        person=person(),
        status=MessageStatus.DRAFT,
        text="Dear Ada,\n\n--------------------------------\nunsent words\n",
    )
    client = sign_in(Role.COORDINATOR)

    page = client.get(mail_url(mail)).content.decode()
    code = client.post(mail_url(mail), {"subject": "Thank you", "body": "Dear Ada, thank you."}).status_code

    assert "Dear Ada,</textarea>" in page
    assert "unsent words" not in page
    assert code == 302
    row = Message.objects.get()
    assert (row.status, row.subject) == (MessageStatus.QUEUED, "Thank you")
    assert row.text.startswith("Dear Ada, thank you.\n")


@pytest.mark.parametrize(
    ("body", "code", "sentence"),
    [("", 422, "This field is required."), ("Dear {{ who }},", 409, "“who” is empty for this person")],
)
def test_draft_that_is_not_ready_says_why(sign_in: SignIn, body: str, code: int, sentence: str) -> None:
    mail = message(person=person(), status=MessageStatus.HELD)

    response = sign_in(Role.COORDINATOR).post(mail_url(mail), {"subject": "Thank you", "body": body})

    assert response.status_code == code
    assert sentence in response.content.decode()
    assert Message.objects.get().status == MessageStatus.HELD


def test_mail_that_came_in_waits_for_a_person(sign_in: SignIn) -> None:
    raw = b"From: ada@office.example\r\nSubject: Where are you?\r\nMessage-ID: <1@o.example>\r\n\r\nWe wait.\r\n"
    mail = receive_mail(raw, at=AT)
    client = sign_in(Role.COORDINATOR)

    listed = client.get(reverse("received_mails:index"), {"state": "review"}).content.decode()
    shown = client.get(reverse("received_mails:inspect", args=[mail.pk])).content.decode()

    assert ["Where are you?" in listed, "unknown_mail" in listed, "We wait." in shown] == [True, True, True]


def test_mail_of_a_hidden_person_that_came_in_is_hidden(sign_in: SignIn) -> None:
    hidden = person(visibility=Visibility.TEAM, owner=user())
    sent = message(person=hidden)
    raw = f"From: a@o.example\r\nSubject: Secret\r\nIn-Reply-To: {sent.message_id}\r\n\r\nYes.\r\n"
    mail = receive_mail(raw.encode(), at=AT)
    client = sign_in(Role.COORDINATOR)

    assert "Secret" not in client.get(reverse("received_mails:index")).content.decode()
    assert client.get(reverse("received_mails:inspect", args=[mail.pk])).status_code == 404
    assert sign_in(Role.EDITOR).get(reverse("received_mails:index")).status_code == 404
