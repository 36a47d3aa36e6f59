import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from meetings.invitations.errors import (
    CalendarReplyError,
    ReplyIncompleteError,
    ReplyInWinmailError,
    ReplyMethodError,
    ReplyNotAllowedError,
    ReplyTooLargeError,
    ReplyUnreadableError,
)
from meetings.invitations.itip_reply import Flag, ReplyParsed, parse_reply
from meetings.invitations.mime import find_calendar_part

ADA = "ATTENDEE;PARTSTAT=ACCEPTED;CN=Ada:mailto:ada@gov.example"


def calendar(*event: str, method: str = "REPLY", before: tuple[str, ...] = ()) -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", *([f"METHOD:{method}"] if method else [])]
    lines = [*head, *before, "BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def reply(*changes: str, without: str = "", **kwargs: object) -> bytes:
    """A plain acceptance, with lines replaced by name and others added."""
    names = {line.split(";")[0].split(":")[0] for line in changes} | {without}
    usual = ["UID:0c4f-1", "DTSTAMP:20260801T101112Z", "SEQUENCE:2", "ORGANIZER:mailto:meet@parley.example", ADA]
    kept = [line for line in usual if line.split(";")[0].split(":")[0] not in names]
    return calendar(*kept, *changes, **kwargs)


def test_parse_reply_reads_an_acceptance():
    assert parse_reply(reply("COMMENT:See you\\, Ada\\nB."), "REPLY") == ReplyParsed(
        method="REPLY",
        uid="0c4f-1",
        sequence=2,
        dtstamp=datetime(2026, 8, 1, 10, 11, 12, tzinfo=UTC),
        attendee="ada@gov.example",
        attendee_name="Ada",
        partstat="ACCEPTED",
        sent_by="",
        delegated_to=(),
        delegated_from=(),
        comment="See you, Ada\nB.",
        starts_at=None,
        ends_at=None,
        time_as_written="",
        location="",
        flags=frozenset(),
    )


def test_parse_reply_forgives_what_exchange_leaves_out():
    raw = calendar("UID: 0C4F-1 ", 'ATTENDEE;PARTSTAT=tentative;EMAIL="Ada@gov.example":invalid:nomail')

    parsed = parse_reply(raw, None)

    assert (parsed.uid, parsed.sequence, parsed.dtstamp) == ("0c4f-1", 0, None)
    assert (parsed.attendee, parsed.partstat) == ("ada@gov.example", "TENTATIVE")
    assert parsed.flags == {Flag.NO_SEQUENCE, Flag.NO_ORGANIZER, Flag.NO_DTSTAMP}


def test_parse_reply_reads_sent_by_folded_and_quoted():
    raw = reply(
        'ATTENDEE;SENT-BY="mailto:Sam@gov.example";PARTSTAT=ACCEPTED;CN="Ada; ^\'A^\'"\r\n :MAILTO:ADA@gov.example'
    )

    parsed = parse_reply(raw, "reply")

    assert (parsed.attendee, parsed.attendee_name, parsed.sent_by) == ("ada@gov.example", 'Ada; "A"', "sam@gov.example")


def test_parse_reply_reads_both_people_of_a_delegation():
    raw = calendar(
        "UID:0c4f-1",
        'ATTENDEE;PARTSTAT=NEEDS-ACTION;DELEGATED-FROM="mailto:ada@gov.example":mailto:bo@gov.example',
        'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:bo@gov.example":mailto:ada@gov.example',
    )

    parsed = parse_reply(raw, "REPLY")

    assert (parsed.attendee, parsed.partstat, parsed.delegated_to) == (
        "ada@gov.example",
        "DELEGATED",
        ("bo@gov.example",),
    )


def test_parse_reply_flags_an_unknown_answer():
    parsed = parse_reply(reply("ATTENDEE;PARTSTAT=X-MAYBE-NEXT-YEAR:mailto:ada@gov.example"), "REPLY")

    assert (parsed.partstat, parsed.flags) == ("X-MAYBE-NEXT-YE", {Flag.UNKNOWN_PARTSTAT})


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("DTSTART:20261201T080000Z", "DTEND:20261201T083000Z", (8, 30, "")),
        ("DTSTART;TZID=Europe/Brussels:20261201T090000", "DTEND;TZID=Europe/Brussels:20261201T093000", (8, 30, "")),
        ('DTSTART;TZID="W. Europe Standard Time":20261201T090000', "DURATION:PT30M", (8, 30, "")),
        ("DTSTART;TZID=/mozilla.org/20050126_1/Europe/Brussels:20261201T090000", "DURATION:PT30M", (8, 30, "")),
        ("DTSTART:20261201T090000", "DTEND:20261201T093000", "20261201T090000 – 20261201T093000"),
        (
            "DTSTART;TZID=Customized Time Zone:20261201T090000",
            "DURATION:PT1H",
            "20261201T090000 (Customized Time Zone)",
        ),
        ("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261202", "20261201 – 20261202"),
        ("DTSTART:20261201T080000Z", "DTEND:20261201T070000Z", "20261201T080000Z – 20261201T070000Z"),
        ("DTSTART:20261201T080000Z", "DURATION:P99999999999D", "20261201T080000Z"),
        ("DTSTART:99991231T235959Z", "DURATION:PT1H", "99991231T235959Z"),
        ("DTSTART:20261341T990000Z", "DURATION:PT1H", "20261341T990000Z"),
    ],
)
def test_parse_reply_knows_a_proposed_time_or_says_it_does_not(start, end, expected):
    parsed = parse_reply(reply(start, end, method="COUNTER"), "COUNTER")

    if isinstance(expected, str):
        assert (parsed.starts_at, parsed.ends_at, parsed.time_as_written) == (None, None, expected)
        assert parsed.flags == {Flag.UNCERTAIN_TIME}
    else:
        hour, minute, _ = expected
        assert parsed.starts_at == datetime(2026, 12, 1, hour, tzinfo=UTC)
        assert parsed.ends_at == datetime(2026, 12, 1, hour, minute, tzinfo=UTC)
        assert parsed.flags == frozenset()


def test_parse_reply_does_not_believe_the_zones_a_mail_brings():
    """A VTIMEZONE that claims UTC-8 for Brussels, with a rule that fires every second."""
    evil = (
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Brussels",
        "BEGIN:STANDARD",
        "DTSTART:20000101T000000",
        "RRULE:FREQ=SECONDLY",
        "TZOFFSETFROM:-0800",
        "TZOFFSETTO:-0800",
        "END:STANDARD",
        "END:VTIMEZONE",
    )

    raw = reply("DTSTART;TZID=Europe/Brussels:20261201T090000", "DURATION:PT1H", method="COUNTER", before=evil)

    assert parse_reply(raw, "COUNTER").starts_at == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_parse_reply_cleans_and_clamps_text():
    text = "=HYPERLINK(1)\x00\u202e" + "x" * 5000

    parsed = parse_reply(reply(f"COMMENT:{text}", f"LOCATION:a\u2028{'y' * 900}"), "REPLY")

    assert parsed.comment == ("=HYPERLINK(1)" + "x" * 5000)[:1000]
    assert parsed.location == ("a " + "y" * 900)[:500]


@pytest.mark.parametrize(
    ("raw", "method", "error"),
    [
        (b"x" * 1_000_001, "REPLY", ReplyTooLargeError),
        (b"", "REPLY", ReplyUnreadableError),
        (b"\xff\xfe\x00nonsense", None, ReplyUnreadableError),
        (reply()[:-18], "REPLY", ReplyUnreadableError),
        (reply() + reply(), "REPLY", ReplyUnreadableError),
        (reply("END:VEVENT", "BEGIN:VEVENT"), "REPLY", ReplyUnreadableError),
        (b"BEGIN:VEVENT\r\n" * 50_000, "REPLY", ReplyUnreadableError),
        (reply('ATTENDEE;CN="open:mailto:ada@gov.example'), "REPLY", ReplyUnreadableError),
        (reply(method=""), "REPLY", ReplyMethodError),
        (reply(method="COUNTER"), "REPLY", ReplyMethodError),
        (reply(before=("METHOD:COUNTER",)), "REPLY", ReplyMethodError),
        (reply(method="REQUEST"), "REQUEST", ReplyNotAllowedError),
        (reply(method="CANCEL"), None, ReplyNotAllowedError),
        (reply(method="PUBLISH"), None, ReplyNotAllowedError),
        (reply(without="UID"), "REPLY", ReplyIncompleteError),
        (reply("UID:0c4f-1", "UID:other"), "REPLY", ReplyIncompleteError),
        (reply("UID:" + "u" * 300), "REPLY", ReplyIncompleteError),
        (reply(without="ATTENDEE"), "REPLY", ReplyIncompleteError),
        (reply(ADA, ADA), "REPLY", ReplyIncompleteError),
        (reply(*[ADA] * 15_000), "REPLY", ReplyIncompleteError),
        (reply("SEQUENCE:" + "9" * 400), "REPLY", ReplyIncompleteError),
        (reply("SEQUENCE:2147483648"), "REPLY", ReplyIncompleteError),
        (reply("SEQUENCE:-1"), "REPLY", ReplyIncompleteError),
        (reply("SEQUENCE:two"), "REPLY", ReplyIncompleteError),
    ],
    ids=range(24),
)
def test_parse_reply_refuses_with_a_sentence(raw, method, error):
    started = time.perf_counter()

    with pytest.raises(CalendarReplyError) as refusal:
        parse_reply(raw, method)

    assert type(refusal.value) is error
    assert str(refusal.value).endswith(".")
    assert refusal.value.reason == ("not_allowed" if error is ReplyNotAllowedError else "broken")
    assert time.perf_counter() - started < 2


def test_parse_reply_accepts_a_doubled_uid_that_agrees():
    assert parse_reply(reply("UID:0c4f-1", "UID:0C4F-1"), "REPLY").uid == "0c4f-1"


def mail_with(content: bytes, content_type: str, filename: str = "") -> EmailMessage:
    message = EmailMessage()
    message.set_content("See the answer.")
    maintype, subtype = content_type.split("/")
    message.add_attachment(content, maintype, subtype, filename=filename or None)
    return message


@pytest.mark.parametrize(
    ("content_type", "filename"),
    [("text/calendar", ""), ("application/ics", "invite.ics"), ("application/octet-stream", "INVITE.ICS")],
)
def test_calendar_part_is_found_wherever_clients_put_it(content_type, filename):
    assert find_calendar_part(mail_with(b"BEGIN", content_type, filename)) == (b"BEGIN", None)


def test_calendar_part_with_a_method_wins_over_copies():
    message = mail_with(b"copy", "application/ics", "invite.ics")
    message.add_attachment(b"real", "text", "calendar", params={"method": "reply"})

    assert find_calendar_part(message) == (b"real", "REPLY")


def test_calendar_part_comes_back_as_utf_8():
    raw = (
        b"Content-Type: text/calendar; charset=iso-8859-1; method=REPLY\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xe9"
    )

    assert find_calendar_part(message_from_bytes(raw, policy=default)) == ("é".encode(), "REPLY")


@pytest.mark.parametrize("charset", ["nonsense", "utf\x00-16", "idna"])
def test_calendar_part_in_an_impossible_charset_comes_back_as_it_is(charset):
    raw = f"Content-Type: text/calendar; charset={charset}; method=REPLY\r\n\r\nBEGIN".encode()

    assert find_calendar_part(message_from_bytes(raw, policy=default)) == (b"BEGIN", "REPLY")


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: text/plain\r\n\r\nYes, I will be there.",
        b"Content-Type: multipart/report; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nX\r\n--b--\r\n",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"\x00\xff",
    ],
)
def test_calendar_part_is_none_without_an_answer(raw):
    assert find_calendar_part(message_from_bytes(raw, policy=default)) is None


def test_winmail_is_recognised_and_explained():
    with pytest.raises(ReplyInWinmailError) as refusal:
        find_calendar_part(mail_with(b"\x78\x9f", "application/ms-tnef", "winmail.dat"))

    assert str(refusal.value) == (
        "The answer came as winmail.dat, which we cannot open. Read the mail and set the answer by hand."
    )
