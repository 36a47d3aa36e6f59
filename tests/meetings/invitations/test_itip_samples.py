"""Answers shaped like those of real clients, from the shared data, against an invitation of ours."""

import json
import runpy
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from meetings.invitations.errors import CalendarReplyError
from meetings.invitations.itip_reply import ReplyParsed, parse_reply
from meetings.invitations.mime import find_calendar_part
from meetings.invitations.rules import Verdict, judge_reply

# The filler of the shared data leaves its template open.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

VALUES = {
    "UID": "0c4f4d0e-7a7b-4f5c-9f57-2f2f1b6a9d11",
    "SEQ": "2",
    "ORGANIZER": "meet@parley.example",
    "ATTENDEE": "ada@gov.example",
    "ATTENDEE_NAME": "Ada Mensah",
    "DTSTART_UTC": "20261028T190000Z",
    "DTEND_UTC": "20261028T193000Z",
    "SUMMARY": "Clean air in schools",
    "MSGID": "m1",
    "OTHER": "crasher@else.example",
    "INVITE_MSGID": "i1@parley.example",
}
EXPECTED = {
    "gmail-accept": "ACCEPTED apply answered",
    "gmail-decline-with-note": "DECLINED apply answered",
    "exchange-tentative-windows-tz-base64": "TENTATIVE apply answered",
    "outlook-accept-uppercase-mailto": "ACCEPTED apply answered",
    "apple-accept-attachment-only": "ACCEPTED apply answered",
    "reply-old-sequence": "ACCEPTED review old_version",
    "reply-unknown-uid": "ACCEPTED ignore unknown_meeting",
    "party-crasher": "ACCEPTED review party_crasher",
    "counter-new-time": "TENTATIVE review counter",
    "out-of-office": "no calendar part",
    "plain-yes": "no calendar part",
    "broken-ics": "refused",
}


@pytest.fixture
def receive(shared_data):
    folder = shared_data / "itip-replies"
    fill = runpy.run_path(str(folder / "fill_itip.py"))["fill"]

    def run(name: str) -> tuple[ReplyParsed, Verdict] | None:
        mail = message_from_bytes(fill(str(folder / f"{name}.eml.tmpl"), VALUES), policy=default)
        found = find_calendar_part(mail)
        if found is None:
            return None
        parsed = parse_reply(*found)
        verdict = judge_reply(
            parsed,
            our_uid=VALUES["UID"],
            our_sequence=2,
            sender=mail["From"].addresses[0].addr_spec,
            attendee_emails=[VALUES["ATTENDEE"]],
            scheduler_emails={},
            last_answer=None,
        )
        return parsed, verdict

    return run


def test_samples_are_all_known(shared_data):
    listed = json.loads((shared_data / "itip-replies" / "EXPECTED.json").read_text())["expected"]

    assert set(EXPECTED) == set(listed)


@pytest.mark.parametrize("name", EXPECTED)
def test_sample_answer_is_judged_as_expected(receive, name):
    try:
        result = receive(name)
    except CalendarReplyError:
        outcome = "refused"
    else:
        outcome = f"{result[0].partstat} {result[1].kind} {result[1].reason}" if result else "no calendar part"

    assert outcome == EXPECTED[name]


def test_sample_decline_keeps_its_note(receive):
    parsed, _ = receive("gmail-decline-with-note")

    assert parsed.comment == "Travelling that week"


def test_sample_from_exchange_has_no_comment_in_an_empty_line(receive):
    parsed, _ = receive("exchange-tentative-windows-tz-base64")

    assert parsed.comment == ""


def test_sample_counter_proposes_its_time(receive):
    parsed, _ = receive("counter-new-time")

    assert (parsed.starts_at, parsed.ends_at) == (
        datetime(2026, 12, 1, 8, tzinfo=UTC),
        datetime(2026, 12, 1, 8, 30, tzinfo=UTC),
    )
