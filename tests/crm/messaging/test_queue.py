from datetime import timedelta

import pytest

from crm.activity.models import ActivityEntry
from crm.messaging.actions import MailInput, cancel_queued, queue_message, queue_messages, send_again
from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.errors import NotResendableError
from crm.messaging.models import Message
from crm.messaging.queries import counts_by_state, eml_of
from tests.factories.access import user
from tests.factories.messaging import AT, message
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def test_message_id_is_fixed_at_planning_and_on_our_domain() -> None:
    mail = message()

    first, second = eml_of(mail), eml_of(Message.objects.get(pk=mail.pk))

    assert first == second
    assert mail.message_id.endswith("@parley.example>")
    assert first.count(f"Message-ID: {mail.message_id}\r\n".encode()) == 1
    assert first.count(b"\r\nTo: ") == 1
    assert b"\r\nCc: " not in first
    assert b"\r\nBcc: " not in first


def test_message_planned_twice_keeps_the_first_words() -> None:
    first = message(key="same")

    second = queue_message(
        key="same", stream=Stream.SEQUENCE, to_email="other@b.example", subject="Other", text="Other", at=AT
    )

    assert second == first
    assert Message.objects.get().subject == "The figures you asked for"


@pytest.mark.parametrize(
    ("stream", "rank", "sender"),
    [
        (Stream.CONFIRMATION, 0, "hello@parley.example"),
        (Stream.INVITATION, 1, "meetings@parley.example"),
        (Stream.SEQUENCE, 3, "team@parley.example"),
    ],
)
def test_stream_decides_rank_and_sender(stream: Stream, rank: int, sender: str) -> None:
    mail = message(stream=stream)

    assert (mail.rank, mail.from_email, mail.reply_to) == (rank, sender, sender)


def test_message_is_good_for_a_day() -> None:
    mail = message(due_at=AT + timedelta(hours=2))

    assert (mail.due_at, mail.not_after) == (AT + timedelta(hours=2), AT + timedelta(hours=26))


def test_queued_mails_of_a_thing_are_cancelled_once() -> None:
    owner = person()
    kept = message()
    claimed = message(obj=owner)
    message(obj=owner)
    Message.objects.filter(pk=claimed.pk).update(status=MessageStatus.CLAIMED, lease_owner="x")
    sent = message(obj=owner)
    Message.objects.filter(pk=sent.pk).update(status=MessageStatus.ACCEPTED)

    first = cancel_queued(obj=owner, reason="moved", at=AT)
    second = cancel_queued(obj=owner, reason="moved", at=AT)

    assert (first, second) == (2, 0)
    counts = counts_by_state()
    assert (counts["queued"], counts["cancelled"], counts["accepted"]) == (1, 2, 1)
    kept.refresh_from_db()
    assert kept.status == MessageStatus.QUEUED


def test_cancelling_nothing_in_particular_is_refused() -> None:
    with pytest.raises(ValueError, match="which mails"):
        cancel_queued(reason="oops", at=AT)


def test_failed_mail_goes_again_with_the_same_message_id() -> None:
    staff = user()
    mail = message()
    Message.objects.filter(pk=mail.pk).update(status=MessageStatus.UNKNOWN, last_error="Lost.")
    later = AT + timedelta(days=3)

    again = send_again(mail, by=staff, at=later)

    assert (again.status, again.due_at, again.not_after, again.last_error) == (
        MessageStatus.QUEUED,
        later,
        later + timedelta(days=1),
        "",
    )
    assert again.message_id == mail.message_id
    assert list(ActivityEntry.objects.values_list("verb", "actor")) == [("mail.sent_again", staff.pk)]


def test_sending_again_twice_is_refused() -> None:
    staff = user()
    mail = message()
    Message.objects.filter(pk=mail.pk).update(status=MessageStatus.FAILED)
    send_again(mail, by=staff, at=AT)

    with pytest.raises(NotResendableError) as caught:
        send_again(mail, by=staff, at=AT)

    assert str(caught.value) == "This mail cannot be sent again because its state is “waiting”."
    assert ActivityEntry.objects.count() == 1


def test_many_mails_are_planned_in_two_queries_and_once(django_assert_num_queries) -> None:
    def mail(key: str) -> MailInput:
        return {
            "key": key,
            "stream": Stream.INVITATION,
            "to_email": f"{key}@b.example",
            "subject": key,
            "text": "Come",
            "at": AT,
        }

    with django_assert_num_queries(2):
        first = queue_messages([mail("a"), mail("b")])
    second = queue_messages([mail("c"), mail("a")])

    assert [each.to_email for each in [*first, *second]] == [f"{key}@b.example" for key in "abca"]
    assert second[1] == first[0]
    assert Message.objects.count() == 3
