from datetime import timedelta

import pytest

from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.consent.enums import Purpose
from crm.consent.queries import is_suppressed
from crm.messaging.actions import receive_mail
from crm.messaging.enums import EnrolmentState, InboundKind, InboundState, MessageStatus
from crm.messaging.models import Enrolment, InboundMessage, Message
from crm.messaging.registry import inbound_handlers, register_inbound
from crm.messaging.rfc5322 import SIZE_LIMIT
from crm.sequences.tasks import plan_due_steps
from tests.factories.messaging import AT, enrolment, message
from tests.factories.people import contact_detail, person

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=1, hours=2)
HEAD = "From: Robin Holder <robin@office.example>\r\nTo: team@parley.example\r\nSubject: Re: x\r\n"


def mailed() -> tuple[Enrolment, Message]:
    """A running enrolment whose first mail was accepted."""
    contact = contact_detail(value="robin@office.example")
    row = enrolment(person=contact.person)
    plan_due_steps(AT + timedelta(days=1))
    mail = Message.objects.get()
    Message.objects.filter(pk=mail.pk).update(status=MessageStatus.ACCEPTED)
    return row, mail


def answer(headers: str, body: str = "Thursday suits us.\r\n", message_id: str = "<a@office.example>") -> bytes:
    return (HEAD + f"Message-ID: {message_id}\r\n" + headers + "\r\n" + body).encode()


def bounce(mail: Message, *, status: str = "5.1.1", action: str = "failed", recipient: str = "") -> bytes:
    recipient = recipient or mail.to_email
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: team@parley.example\r\nSubject: Undelivered\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt failed.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {mail.message_id}\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
    ).encode()


def complaint(mail: Message) -> bytes:
    return (
        "From: feedback@isp.example\r\nTo: team@parley.example\r\nSubject: Complaint\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/feedback-report\r\n\r\n"
        "Feedback-Type: abuse\r\nUser-Agent: isp\r\nVersion: 1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {mail.message_id}\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
    ).encode()


def verbs() -> list[str]:
    return list(ActivityEntry.objects.order_by("pk").values_list("verb", flat=True))


@pytest.mark.parametrize("how", ["In-Reply-To: {id}\r\n", "References: <x@y.example>\r\n {id}\r\n", "Cc: {reply}\r\n"])
def test_answer_stops_the_sequence_and_stands_on_the_timeline(how: str) -> None:
    row, mail = mailed()

    inbound = receive_mail(answer(how.format(id=mail.message_id, reply=mail.reply_to)), at=LATER)

    row.refresh_from_db()
    assert (inbound.kind, inbound.state, inbound.reason) == (InboundKind.HUMAN, InboundState.APPLIED, "reply")
    assert (inbound.person, inbound.text, inbound.from_email) == (
        row.person,
        "Thursday suits us.",
        "robin@office.example",
    )
    assert (row.state, row.stop_reason) == (EnrolmentState.STOPPED, "reply")
    assert verbs()[-1] == "mail.replied"
    assert "sequence.stopped" not in verbs()
    assert timeline_of(row.person).first().verb == "mail.replied"


def test_same_mail_twice_is_one_row_and_one_entry() -> None:
    _row, mail = mailed()
    raw = answer(f"In-Reply-To: {mail.message_id}\r\n")

    first = receive_mail(raw, at=LATER)
    second = receive_mail(raw, at=LATER)
    by_another_way = receive_mail(b"Received: from mx.example\r\n" + raw, at=LATER)

    assert second == first == by_another_way
    assert InboundMessage.objects.count() == 1
    assert verbs().count("mail.replied") == 1


def test_mail_whose_applying_was_interrupted_is_applied_by_the_second_call() -> None:
    _row, mail = mailed()
    raw = answer(f"In-Reply-To: {mail.message_id}\r\n")
    inbound = receive_mail(answer("", message_id="<b@office.example>"), at=LATER)
    InboundMessage.objects.filter(pk=inbound.pk).delete()
    first = receive_mail(raw, at=LATER)
    InboundMessage.objects.filter(pk=first.pk).update(state=InboundState.RECEIVED)

    again = receive_mail(raw, at=LATER)

    assert (again.pk, again.state) == (first.pk, InboundState.APPLIED)


def test_mail_from_nobody_we_wrote_to_goes_to_review() -> None:
    inbound = receive_mail(answer(""), at=LATER)

    assert (inbound.state, inbound.reason, inbound.person) == (InboundState.REVIEW, "unknown_mail", None)
    assert verbs() == []


def test_mail_with_several_senders_goes_to_review() -> None:
    _row, mail = mailed()
    raw = answer(f"In-Reply-To: {mail.message_id}\r\n").replace(
        b"robin@office.example>", b"r@o.example>, evil@x.example", 1
    )

    inbound = receive_mail(raw, at=LATER)

    assert (inbound.state, inbound.reason) == (InboundState.REVIEW, "no_sender")


def test_forged_sender_goes_to_review(settings: object) -> None:
    settings.MAIL_AUTH_SERVER = "mx.parley.example"  # type: ignore[attr-defined]
    row, mail = mailed()
    verdict = "Authentication-Results: mx.parley.example; dmarc=fail header.from=office.example\r\n"

    inbound = receive_mail(answer(f"{verdict}In-Reply-To: {mail.message_id}\r\n"), at=LATER)

    row.refresh_from_db()
    assert (inbound.state, inbound.reason) == (InboundState.REVIEW, "sender_not_proven")
    assert row.state == EnrolmentState.ACTIVE


def test_automatic_reply_never_stops_a_sequence() -> None:
    row, mail = mailed()

    inbound = receive_mail(answer(f"Auto-Submitted: auto-replied\r\nIn-Reply-To: {mail.message_id}\r\n"), at=LATER)

    row.refresh_from_db()
    assert (inbound.kind, inbound.state, inbound.answers) == (InboundKind.AUTO_REPLY, InboundState.IGNORED, mail)
    assert row.state == EnrolmentState.ACTIVE
    assert "mail.replied" not in verbs()


def test_nothing_is_ever_answered_by_itself() -> None:
    _row, mail = mailed()
    before = Message.objects.count()

    for raw in (answer(f"In-Reply-To: {mail.message_id}\r\n"), bounce(mail), complaint(mail), b"junk"):
        receive_mail(raw, at=LATER)

    assert Message.objects.count() == before


def test_hard_bounce_ends_the_mailbox() -> None:
    row, mail = mailed()

    inbound = receive_mail(bounce(mail), at=LATER)

    row.refresh_from_db()
    mail.refresh_from_db()
    assert (inbound.kind, inbound.state, inbound.reason) == (InboundKind.BOUNCE, InboundState.APPLIED, "not_reached")
    assert (mail.status, mail.last_code, mail.last_error) == (
        MessageStatus.FAILED,
        "5.1.1",
        "Not reached: smtp; 550 no such user",
    )
    assert is_suppressed("robin@office.example", Purpose.ALL_MAIL)
    assert (row.state, row.stop_reason) == (EnrolmentState.STOPPED, "bounced")
    assert verbs()[-1] == "mail.bounced"
    assert "mailbox.suppressed" not in verbs()


def test_bounce_told_twice_counts_once() -> None:
    _row, mail = mailed()

    receive_mail(bounce(mail), at=LATER)
    receive_mail(bounce(mail) + b"\r\n", at=LATER)

    assert InboundMessage.objects.count() == 2
    assert verbs().count("mail.bounced") == 1


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [("5.2.2", InboundState.APPLIED, "not_reached"), ("5.7.1", InboundState.REVIEW, "policy")],
)
def test_other_bounces_do_not_condemn_the_mailbox(status: str, state: str, reason: str) -> None:
    row, mail = mailed()

    inbound = receive_mail(bounce(mail, status=status), at=LATER)

    row.refresh_from_db()
    mail.refresh_from_db()
    assert (inbound.state, inbound.reason, mail.status) == (state, reason, MessageStatus.FAILED)
    assert not is_suppressed("robin@office.example", Purpose.ALL_MAIL)
    assert row.state == EnrolmentState.STOPPED


def test_delay_changes_nothing() -> None:
    row, mail = mailed()

    inbound = receive_mail(bounce(mail, status="4.4.1", action="delayed"), at=LATER)

    row.refresh_from_db()
    mail.refresh_from_db()
    assert (inbound.state, inbound.reason) == (InboundState.IGNORED, "delayed")
    assert (mail.status, row.state) == (MessageStatus.ACCEPTED, EnrolmentState.ACTIVE)


def test_bounce_about_another_mailbox_proves_nothing() -> None:
    _row, mail = mailed()

    inbound = receive_mail(bounce(mail, recipient="somebody@else.example"), at=LATER)

    mail.refresh_from_db()
    assert (inbound.state, inbound.reason) == (InboundState.REVIEW, "unknown_mail")
    assert mail.status == MessageStatus.ACCEPTED


def test_complaint_ends_sequences_and_updates() -> None:
    row, mail = mailed()

    inbound = receive_mail(complaint(mail), at=LATER)

    row.refresh_from_db()
    assert (inbound.kind, inbound.state) == (InboundKind.COMPLAINT, InboundState.APPLIED)
    assert is_suppressed(mail.to_email, Purpose.SEQUENCE)
    assert is_suppressed(mail.to_email, Purpose.UPDATES)
    assert not is_suppressed(mail.to_email, Purpose.SIGNATURE)
    assert row.state == EnrolmentState.STOPPED
    assert verbs()[-1] == "mail.complained"


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"just some words", b"x" * (SIZE_LIMIT + 1)])
def test_unreadable_mail_is_kept_for_review(raw: bytes) -> None:
    inbound = receive_mail(raw, at=LATER)
    again = receive_mail(raw, at=LATER)

    assert again == inbound
    assert (inbound.kind, inbound.state) == (InboundKind.UNREADABLE, InboundState.REVIEW)
    assert inbound.reason.startswith("This ")
    assert InboundMessage.objects.count() == 1


def test_handler_that_fails_sends_the_mail_to_review() -> None:
    def broken(_inbound: InboundMessage, _at: object) -> None:
        person(name="Half done")
        raise RuntimeError("bug")

    register_inbound("test-broken", frozenset({InboundKind.HUMAN}), broken)
    try:
        inbound = receive_mail(answer(""), at=LATER)
    finally:
        register_inbound("test-broken", frozenset(), broken)

    assert (inbound.state, inbound.reason) == (InboundState.REVIEW, "not_applied")
    assert contact_detail().person.name != "Half done"


def test_handler_may_claim_a_mail() -> None:
    def mine(_inbound: InboundMessage, _at: object) -> tuple[InboundState, str]:
        return InboundState.APPLIED, "mine"

    register_inbound("a-test", frozenset({InboundKind.HUMAN}), mine)
    try:
        assert mine in inbound_handlers(InboundKind.HUMAN)
        inbound = receive_mail(answer(""), at=LATER)
    finally:
        register_inbound("a-test", frozenset(), mine)

    assert (inbound.state, inbound.reason) == (InboundState.APPLIED, "mine")


def test_mail_is_kept_whole() -> None:
    raw = answer("")

    receive_mail(raw, at=LATER)

    assert bytes(InboundMessage.objects.get().raw) == raw


def test_answer_of_a_message_without_a_sequence_is_told_on_the_person() -> None:
    owner = person()
    mail = message(person=owner)

    inbound = receive_mail(answer(f"In-Reply-To: {mail.message_id}\r\n"), at=LATER)

    assert (inbound.state, inbound.person, inbound.answers) == (InboundState.APPLIED, owner, mail)
    assert timeline_of(owner).first().verb == "mail.replied"
