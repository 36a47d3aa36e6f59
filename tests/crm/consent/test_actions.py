from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm.activity.models import ActivityEntry
from crm.base.errors import AppendOnlyError
from crm.consent.actions import Mailbox, confirm_consents, end_consents, give_consent, suppress, withdraw_consent
from crm.consent.enums import Channel, Purpose, SuppressionReason
from crm.consent.models import ConsentRecord, Suppression
from crm.consent.queries import has_consent, is_suppressed, suppressed_among
from crm.consent.rules import Wording, mailbox_key

AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
UPDATES = Wording("test.updates", 2, Purpose.UPDATES, "Send me updates.")
ADA = Mailbox("ada@people.example")

pytestmark = pytest.mark.django_db


def give(**fields: Any) -> ConsentRecord:
    values = {"mailbox": ADA, "language": "en", "channel": Channel.MAIL_LINK, "at": AT} | fields
    return give_consent(UPDATES, **values)


def withdraw(**fields: Any) -> ConsentRecord:
    values = {"mailbox": ADA, "language": "en", "channel": Channel.MAIL_LINK, "at": AT} | fields
    return withdraw_consent(UPDATES, **values)


def test_giving_consent_keeps_the_words_and_the_evidence() -> None:
    row = give(evidence={"form": "abc"})

    assert (row.purpose, row.given, row.wording_id, row.wording_version) == ("updates", True, "test.updates", 2)
    assert (row.language, row.channel, row.evidence, row.recorded_at) == ("en", "mail_link", {"form": "abc"}, AT)
    assert row.mailbox_hash == mailbox_key("ADA+news@people.example")
    assert [entry.verb for entry in ActivityEntry.objects.all()] == ["consent.given"]


def test_giving_consent_twice_keeps_both_records() -> None:
    give()
    give(at=AT + timedelta(days=1))

    assert ConsentRecord.objects.count() == 2
    assert has_consent(Purpose.UPDATES, email="ada@people.example") is True


def test_a_form_alone_proves_no_consent() -> None:
    give(channel=Channel.FORM)

    assert has_consent(Purpose.UPDATES, email="ada@people.example") is False


def test_withdrawing_counts_at_once_and_a_second_time_changes_nothing() -> None:
    give()
    withdraw(at=AT + timedelta(minutes=1))
    withdraw(at=AT + timedelta(minutes=2))
    give(at=AT + timedelta(minutes=3), channel=Channel.FORM)

    assert has_consent(Purpose.UPDATES, email="ada@people.example") is False
    assert [row.given for row in ConsentRecord.objects.all()] == [True, False, False, True]


def test_consent_records_are_never_changed() -> None:
    row = give()
    row.given = False

    with pytest.raises(AppendOnlyError):
        row.save()


def test_suppressing_twice_keeps_the_first_reason() -> None:
    first = suppress(email="a.da@gmail.com", purpose=Purpose.SEQUENCE, reason=SuppressionReason.UNSUBSCRIBED, at=AT)
    second = suppress(email="ada+x@gmail.com", purpose=Purpose.SEQUENCE, reason=SuppressionReason.BOUNCED, at=AT)

    assert (first, second) == (True, False)
    assert [row.reason for row in Suppression.objects.all()] == ["unsubscribed"]
    assert [entry.verb for entry in ActivityEntry.objects.all()] == ["mailbox.suppressed"]


def test_suppressing_one_purpose_leaves_the_others() -> None:
    suppress(email="ada@people.example", purpose=Purpose.SEQUENCE, reason=SuppressionReason.UNSUBSCRIBED, at=AT)

    assert is_suppressed("Ada@People.Example", Purpose.SEQUENCE) is True
    assert is_suppressed("ada@people.example", Purpose.SIGNATURE) is False


@pytest.mark.parametrize("purpose", list(Purpose))
def test_suppressing_all_mail_covers_every_purpose(purpose: Purpose) -> None:
    suppress(email="ada@people.example", purpose=Purpose.ALL_MAIL, reason=SuppressionReason.COMPLAINED, at=AT)

    assert is_suppressed("ada@people.example", purpose) is True


def test_a_text_that_is_no_address_is_not_suppressed() -> None:
    assert is_suppressed("nobody", Purpose.SEQUENCE) is False


@pytest.mark.parametrize("count", [1, 3])
def test_suppressed_among_asks_once(count: int, django_assert_num_queries: Any) -> None:
    emails = [f"ada{number}@people.example" for number in range(count)]
    suppress(email=emails[0], purpose=Purpose.SEQUENCE, reason=SuppressionReason.UNSUBSCRIBED, at=AT)

    with django_assert_num_queries(1):
        blocked = suppressed_among(emails, Purpose.SEQUENCE)

    assert blocked == frozenset({emails[0]})


def test_confirming_proves_only_what_the_newest_form_ticked() -> None:
    step = ActivityEntry.objects.create(actor_kind="public", verb="x.y", object_type="x", object_id=1, occurred_at=AT)
    give(channel=Channel.FORM, subject="s1")
    give(channel=Channel.FORM, subject="s1", at=AT + timedelta(days=1), mailbox=Mailbox(own_hash="f" * 32))

    confirmed = confirm_consents("s1", at=AT + timedelta(days=2), entry=step)

    assert confirmed == 1
    assert has_consent(Purpose.UPDATES, mailbox_hash="f" * 32) is True
    assert has_consent(Purpose.UPDATES, email="ada@people.example") is False


def test_ending_consents_twice_writes_one_refusal() -> None:
    step = ActivityEntry.objects.create(actor_kind="public", verb="x.y", object_type="x", object_id=1, occurred_at=AT)
    give(subject="s1")

    ended = [end_consents("s1", purposes={Purpose.UPDATES}, at=AT, entry=step) for _time in range(2)]

    assert ended == [1, 0]
    assert has_consent(Purpose.UPDATES, email="ada@people.example") is False
