from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from crm.activity.models import ActivityEntry
from crm.consent.actions import suppress
from crm.consent.enums import Purpose, SuppressionReason
from crm.consent.queries import is_suppressed
from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.models import Attempt, Enrolment, Message, Sequence
from crm.messaging.smtp import Outcome, SendResult, SmtpConfig
from crm.messaging.tasks import Dispatcher, recover, retry_after, sending_lease
from tests.factories.messaging import AT, message
from tests.factories.people import person

pytestmark = pytest.mark.django_db
ACCEPTED = SendResult(Outcome.ACCEPTED, 250, "ok", "final")
LATER = AT + timedelta(hours=1)


class Wire:
    """A transport in memory: keeps what it was given, answers what it was told to."""

    def __init__(self, *answers: SendResult | Exception, on_send: Callable[[], None] = lambda: None) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[bytes, str, str]] = []
        self.on_send = on_send

    def send(self, raw: bytes, sender: str, recipient: str) -> SendResult:
        self.sent.append((raw, sender, recipient))
        self.on_send()
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        return None


class Clock:
    def __init__(self, now: datetime = AT) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def dispatch(wire: Wire, at: datetime = AT) -> Dispatcher:
    dispatcher = Dispatcher(wire, clock=Clock(at), owner="me")
    dispatcher.drain()
    return dispatcher


def fresh(mail: Message) -> Message:
    return Message.objects.get(pk=mail.pk)


def test_due_mail_is_sent_and_recorded() -> None:
    mail = message(to_email="ada@office.example")
    wire = Wire()

    dispatcher = dispatch(wire)

    row = fresh(mail)
    assert [(sender, recipient) for _raw, sender, recipient in wire.sent] == [
        ("hello@parley.example", "ada@office.example")
    ]
    assert mail.message_id.encode() in wire.sent[0][0]
    assert (row.status, row.accepted_at, row.attempts, row.last_code, row.lease_until) == (
        MessageStatus.ACCEPTED,
        AT,
        1,
        "250",
        None,
    )
    assert list(Attempt.objects.values_list("message", "at", "outcome", "code", "text")) == [
        (mail.pk, AT, "accepted", "250", "ok")
    ]
    assert dict(dispatcher.counts) == {"accepted": 1}


def test_draining_twice_sends_nothing_twice() -> None:
    message()
    wire = Wire()

    dispatch(wire)
    dispatch(wire)

    assert len(wire.sent) == 1


def test_confirmations_leave_before_sequences() -> None:
    message(stream=Stream.SEQUENCE, to_email="third@b.example")
    message(stream=Stream.TRANSACTIONAL, to_email="second@b.example")
    message(stream=Stream.CONFIRMATION, to_email="first@b.example")
    wire = Wire()

    dispatch(wire)

    assert [recipient for _raw, _sender, recipient in wire.sent] == [
        "first@b.example",
        "second@b.example",
        "third@b.example",
    ]


def test_mail_waits_until_it_is_due() -> None:
    mail = message(due_at=LATER)
    wire = Wire()

    dispatch(wire)

    assert (wire.sent, fresh(mail).status) == ([], MessageStatus.QUEUED)


def test_mail_that_is_too_late_is_not_sent() -> None:
    mail = message()
    wire = Wire()

    dispatch(wire, at=AT + timedelta(days=2))

    assert wire.sent == []
    assert (fresh(mail).status, fresh(mail).last_error) == (
        MessageStatus.EXPIRED,
        "It was too late to send this mail.",
    )


@pytest.mark.parametrize("status", [MessageStatus.HELD, MessageStatus.DRAFT, MessageStatus.CANCELLED])
def test_mail_that_does_not_wait_is_not_sent(status: MessageStatus) -> None:
    message(status=status)
    wire = Wire()

    dispatch(wire)

    assert wire.sent == []


@pytest.mark.parametrize(
    ("stream", "purpose", "expected"),
    [
        (Stream.SEQUENCE, Purpose.SEQUENCE, MessageStatus.SUPPRESSED),
        (Stream.NEWSLETTER, Purpose.UPDATES, MessageStatus.SUPPRESSED),
        (Stream.NEWSLETTER, Purpose.SEQUENCE, MessageStatus.ACCEPTED),
        (Stream.TRANSACTIONAL, Purpose.SEQUENCE, MessageStatus.ACCEPTED),
        (Stream.TRANSACTIONAL, Purpose.ALL_MAIL, MessageStatus.SUPPRESSED),
        (Stream.SEQUENCE, Purpose.ALL_MAIL, MessageStatus.SUPPRESSED),
    ],
)
def test_refused_purpose_stops_its_stream_at_the_fence(
    stream: Stream, purpose: Purpose, expected: MessageStatus
) -> None:
    mail = message(stream=stream, to_email="Ada+news@office.example")
    suppress(email="ada@office.example", purpose=purpose, reason=SuppressionReason.UNSUBSCRIBED, at=AT)

    dispatch(Wire())

    assert fresh(mail).status == expected


def test_refusal_between_claim_and_send_wins() -> None:
    message(to_email="first@b.example", stream=Stream.SEQUENCE)
    second = message(to_email="second@b.example", stream=Stream.SEQUENCE)

    def refuse() -> None:
        suppress(email="second@b.example", purpose=Purpose.SEQUENCE, reason=SuppressionReason.UNSUBSCRIBED, at=AT)

    wire = Wire(on_send=refuse)
    dispatch(wire)

    assert len(wire.sent) == 1
    assert fresh(second).status == MessageStatus.SUPPRESSED


def test_mail_of_a_stopped_sequence_is_not_sent() -> None:
    sequence = Sequence.objects.create(key="s", name="S", created_at=AT, updated_at=AT)
    enrolment = Enrolment.objects.create(
        sequence=sequence,
        person=person(),
        anchor_type="crm.person",
        anchor_id=1,
        anchor_at=AT,
        enrolled_at=AT,
        state="stopped",
    )
    mail = message(stream=Stream.SEQUENCE, enrolment=enrolment)
    wire = Wire()

    dispatch(wire)

    assert wire.sent == []
    assert (fresh(mail).status, fresh(mail).last_error) == (MessageStatus.CANCELLED, "The sequence was stopped.")


def test_fence_is_committed_before_the_socket_is_touched() -> None:
    mail = message()
    seen: list[str] = []
    wire = Wire(on_send=lambda: seen.append(fresh(mail).status))

    dispatch(wire)

    assert seen == ["sending"]


def test_lease_that_ran_out_keeps_the_fence_shut() -> None:
    message(to_email="first@b.example")
    second = message(to_email="second@b.example")
    clock = Clock()

    def sleep() -> None:
        clock.now += timedelta(hours=1)

    wire = Wire(on_send=sleep)
    Dispatcher(wire, clock=clock, owner="me").run_batch()

    assert len(wire.sent) == 1
    assert fresh(second).status == MessageStatus.QUEUED


def test_temporary_refusal_is_tried_again_later() -> None:
    mail = message()

    dispatch(Wire(SendResult(Outcome.RETRY, 451, "4.7.1 Come back later", "rcpt")))

    row = fresh(mail)
    assert (row.status, row.last_code, row.last_error) == (MessageStatus.QUEUED, "451", "4.7.1 Come back later")
    assert timedelta(minutes=5) <= row.due_at - AT <= timedelta(minutes=6)


def test_retries_grow() -> None:
    assert timedelta(minutes=5) <= retry_after(0) <= timedelta(minutes=6)
    assert timedelta(minutes=5 * 1.3**3) <= retry_after(3) <= timedelta(minutes=6 * 1.3**3)


def test_retry_after_the_last_moment_is_too_late() -> None:
    mail = message(not_after=AT + timedelta(minutes=2))

    dispatch(Wire(SendResult(Outcome.RETRY, 0, "Connection refused", "connect")))

    assert (fresh(mail).status, fresh(mail).last_error) == (MessageStatus.EXPIRED, "Connection refused")


def test_refusal_of_a_dead_mailbox_is_remembered() -> None:
    owner = person()
    mail = message(to_email="gone@office.example", person=owner)

    dispatch(Wire(SendResult(Outcome.REFUSED, 550, "5.1.1 No such user", "rcpt")))

    row = fresh(mail)
    assert (row.status, row.last_code, row.last_error) == (
        MessageStatus.FAILED,
        "5.1.1",
        "Not reached: 5.1.1 No such user",
    )
    assert is_suppressed("gone@office.example", Purpose.ALL_MAIL)
    entries = ActivityEntry.objects.values_list("verb", "object_id")
    assert list(entries) == [("mail.bounced", mail.pk)]


@pytest.mark.parametrize("text", ["5.7.1 Policy", "5.2.2 Mailbox full", "No thanks", "5.1.8 Bad sender"])
def test_other_refusals_do_not_condemn_the_mailbox(text: str) -> None:
    mail = message()

    dispatch(Wire(SendResult(Outcome.REFUSED, 550, text, "rcpt")))

    assert (fresh(mail).status, fresh(mail).last_error) == (MessageStatus.FAILED, text)
    assert not is_suppressed(mail.to_email, Purpose.ALL_MAIL)


@pytest.mark.parametrize("stream", [Stream.SEQUENCE, Stream.INVITATION])
def test_lost_acknowledgement_of_a_sequence_or_an_invitation_is_shown_not_resent(stream: Stream) -> None:
    mail = message(stream=stream)
    wire = Wire(SendResult(Outcome.UNKNOWN, 0, "Connection lost", "final"))

    dispatch(wire)
    dispatch(wire, at=LATER)

    assert len(wire.sent) == 1
    assert fresh(mail).status == MessageStatus.UNKNOWN


def test_lost_acknowledgement_of_a_single_mail_is_resent_once_with_its_message_id() -> None:
    mail = message()
    unknown = SendResult(Outcome.UNKNOWN, 0, "Connection lost", "final")
    wire = Wire(unknown, unknown, unknown)

    dispatch(wire)

    assert len(wire.sent) == 2
    assert all(mail.message_id.encode() in raw for raw, _sender, _recipient in wire.sent)
    assert fresh(mail).status == MessageStatus.UNKNOWN


def test_transport_that_breaks_leaves_the_mail_in_doubt() -> None:
    mail = message(stream=Stream.SEQUENCE)

    dispatch(Wire(RuntimeError("bug")))

    assert (fresh(mail).status, fresh(mail).last_error) == (MessageStatus.UNKNOWN, "RuntimeError")


def test_poisoned_row_fails_and_the_others_go_on() -> None:
    bad = message(to_email="not an address", stream=Stream.CONFIRMATION)
    worse = message(calendar="BEGIN:VCALENDAR", stream=Stream.CONFIRMATION)
    good = message()
    wire = Wire()

    dispatch(wire)

    assert len(wire.sent) == 1
    assert [fresh(each).status for each in (bad, worse, good)] == ["failed", "failed", "accepted"]
    assert fresh(bad).last_error == (
        "“not an address” is not a single e-mail address we can send to; correct it and try again."
    )


def test_claimed_row_of_a_dead_dispatcher_waits_again() -> None:
    mail = message()
    Message.objects.filter(pk=mail.pk).update(status="claimed", lease_owner="dead", lease_until=AT)

    assert recover(AT - timedelta(seconds=1)) == 0
    assert recover(AT) == 1
    assert recover(AT) == 0
    assert (fresh(mail).status, fresh(mail).lease_owner) == ("queued", "")


@pytest.mark.parametrize(
    ("stream", "expected"),
    [(Stream.SEQUENCE, "unknown"), (Stream.INVITATION, "unknown"), (Stream.CONFIRMATION, "queued")],
)
def test_sending_row_of_a_dead_dispatcher_is_in_doubt(stream: Stream, expected: str) -> None:
    mail = message(stream=stream)
    Message.objects.filter(pk=mail.pk).update(status="sending", lease_owner="dead", lease_until=AT)

    assert recover(AT) == 1
    assert recover(AT) == 0
    assert fresh(mail).status == expected
    assert list(Attempt.objects.values_list("outcome", flat=True)) == ["unknown"]


@pytest.mark.parametrize("stream", [Stream.SEQUENCE, Stream.INVITATION])
def test_late_answer_of_a_slow_dispatcher_settles_the_doubt(stream: Stream) -> None:
    mail = message(stream=stream)
    wire = Wire()

    def be_slow() -> None:
        recover(LATER)

    wire.on_send = be_slow
    dispatch(wire)

    assert (fresh(mail).status, len(wire.sent)) == (MessageStatus.ACCEPTED, 1)


def test_stopping_finishes_the_mail_in_hand_and_gives_the_rest_back() -> None:
    for _number in range(3):
        message()
    wire = Wire()
    dispatcher = Dispatcher(wire, clock=Clock(), owner="me")
    wire.on_send = dispatcher.stop

    dispatcher.drain()

    assert len(wire.sent) == 1
    rows = Message.objects.order_by("pk").values_list("status", "lease_owner")
    assert list(rows)[1:] == [("queued", ""), ("queued", "")]


def test_two_dispatchers_share_the_queue() -> None:
    for _number in range(60):
        message()
    other = Dispatcher(Wire(), clock=Clock(), owner="other")
    wire = Wire()
    wire.on_send = lambda: (other.run_batch(), None)[1]

    dispatch(wire)

    assert Attempt.objects.count() == 60
    assert Message.objects.filter(status="accepted").count() == 60


def test_sending_lease_outlives_the_slowest_send() -> None:
    config = SmtpConfig(host="x", username="u", use_tls=True, timeout=30, final_timeout=120)

    assert sending_lease(config) == timedelta(seconds=14 * 30 + 120 + 10)
