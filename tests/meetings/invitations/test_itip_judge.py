from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from meetings.invitations.enums import ReviewReason
from meetings.invitations.itip_reply import Flag, ReplyParsed
from meetings.invitations.rules import Reason, Verdict, VerdictKind, judge_reply

STAMP = datetime(2026, 8, 1, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ANSWER = ReplyParsed(
    method="REPLY",
    uid="0c4f-1",
    sequence=2,
    dtstamp=STAMP,
    attendee="ada@gov.example",
    attendee_name="Ada",
    partstat="ACCEPTED",
    sent_by="",
    delegated_to=(),
    delegated_from=(),
    comment="",
    starts_at=None,
    ends_at=None,
    time_as_written="",
    location="",
    flags=frozenset(),
)


def judge(sender: str = "Ada@gov.example", last: tuple | None = None, dmarc: bool | None = None, **changes: object):
    return judge_reply(
        replace(ANSWER, **changes),
        our_uid="0C4F-1",
        our_sequence=2,
        sender=sender,
        attendee_emails=["ADA@gov.example", "sam@gov.example"],
        scheduler_emails={"Ada@gov.example": {"Sam@gov.example"}},
        last_answer=last,
        is_authenticated=dmarc,
    )


def applied(reason: Reason) -> Verdict:
    return Verdict(VerdictKind.APPLY, reason)


def ignored(reason: Reason) -> Verdict:
    return Verdict(VerdictKind.IGNORE, reason)


def to_review(reason: Reason) -> Verdict:
    return Verdict(VerdictKind.REVIEW, reason)


@pytest.mark.parametrize("partstat", ["ACCEPTED", "DECLINED", "TENTATIVE"])
def test_answer_of_the_invited_person_counts(partstat):
    assert judge(partstat=partstat) == applied(Reason.ANSWERED)


def test_answer_about_another_meeting_is_only_logged():
    assert judge(uid="other") == ignored(Reason.UNKNOWN_MEETING)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sender": "sam@gov.example", "sent_by": "sam@gov.example"}, applied(Reason.ANSWERED)),
        ({"sender": "sam@gov.example"}, to_review(Reason.WRONG_SENDER)),
        ({"sender": "eve@evil.example", "sent_by": "eve@evil.example"}, to_review(Reason.WRONG_SENDER)),
        ({"sender": "eve@evil.example", "sent_by": "sam@gov.example"}, to_review(Reason.WRONG_SENDER)),
        ({"sender": "ada@gov.example", "attendee": "sam@gov.example"}, to_review(Reason.WRONG_SENDER)),
        ({"sender": ""}, to_review(Reason.WRONG_SENDER)),
        ({"attendee": ""}, to_review(Reason.WRONG_SENDER)),
        ({"sender": "eve@else.example", "attendee": "eve@else.example"}, to_review(Reason.PARTY_CRASHER)),
        ({"dmarc": False}, to_review(Reason.FAILED_AUTH)),
        ({"dmarc": True}, applied(Reason.ANSWERED)),
    ],
)
def test_sender_must_be_the_attendee_or_her_recorded_scheduler(changes, expected):
    assert judge(**changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sequence": 1}, to_review(Reason.OLD_VERSION)),
        ({"sequence": 3}, to_review(Reason.NEWER_VERSION)),
        ({"last": (2, STAMP)}, ignored(Reason.SAME_ANSWER)),
        ({"last": (2, STAMP + SECOND)}, ignored(Reason.SUPERSEDED)),
        ({"last": (2, STAMP - SECOND)}, applied(Reason.ANSWERED)),
        ({"last": (1, STAMP + SECOND)}, applied(Reason.ANSWERED)),
        ({"last": (2, None)}, applied(Reason.ANSWERED)),
        ({"last": (2, STAMP), "sequence": 1}, ignored(Reason.SUPERSEDED)),
        ({"last": (2, STAMP), "dtstamp": None}, to_review(Reason.UNKNOWN_ANSWER)),
        ({"last": None, "dtstamp": None}, applied(Reason.ANSWERED)),
    ],
)
def test_order_of_answers_follows_sequence_then_dtstamp(changes, expected):
    assert judge(**changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"partstat": "X-MAYBE", "flags": frozenset({Flag.UNKNOWN_PARTSTAT})}, to_review(Reason.UNKNOWN_ANSWER)),
        ({"partstat": "NEEDS-ACTION"}, to_review(Reason.UNKNOWN_ANSWER)),
        ({"partstat": "DELEGATED", "delegated_to": ("bo@gov.example",)}, to_review(Reason.DELEGATED)),
        (
            {"sender": "bo@gov.example", "partstat": "DELEGATED", "delegated_to": ("bo@gov.example",)},
            to_review(Reason.DELEGATED),
        ),
        (
            {"sender": "bo@gov.example", "attendee": "bo@gov.example", "delegated_from": ("ada@gov.example",)},
            to_review(Reason.DELEGATED),
        ),
        ({"method": "COUNTER", "partstat": "TENTATIVE"}, to_review(Reason.COUNTER)),
        ({"method": "COUNTER", "last": (2, STAMP)}, to_review(Reason.COUNTER)),
        ({"method": "COUNTER", "sequence": 1}, to_review(Reason.OLD_VERSION)),
        ({"method": "REFRESH", "partstat": "NEEDS-ACTION"}, applied(Reason.REFRESH)),
        (
            {"method": "REFRESH", "sender": "eve@else.example", "attendee": "eve@else.example"},
            to_review(Reason.PARTY_CRASHER),
        ),
    ],
)
def test_only_a_plain_answer_is_applied_by_itself(changes, expected):
    assert judge(**changes) == expected


def test_reasons_for_a_review_are_those_of_the_review_list():
    own = {Reason.ANSWERED, Reason.REFRESH, Reason.SUPERSEDED, Reason.SAME_ANSWER}

    assert {reason.value for reason in Reason} - {reason.value for reason in own} <= set(ReviewReason.values)
