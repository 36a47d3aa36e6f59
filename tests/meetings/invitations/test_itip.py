from datetime import UTC, datetime, timedelta

import pytest

from meetings.invitations.errors import InvalidInviteError
from meetings.invitations.itip import (
    Organizer,
    Party,
    build_cancel,
    build_decline_counter,
    build_request,
    clean_email,
    clean_text,
)


def event_of(raw: bytes) -> list[str]:
    """The lines of the VEVENT, unfolded, in sorted order."""
    lines = raw.decode().replace("\r\n ", "").split("\r\n")
    return sorted(lines[lines.index("BEGIN:VEVENT") + 1 : lines.index("END:VEVENT")])


def test_request_holds_one_event_with_our_zone(invite):
    value = invite(
        description="Two asks.\nOne page.",
        location="Room 4; Longworth, DC",
        url="https://parley.example/l/abc/",
        last_modified=datetime(2025, 8, 1, 8, tzinfo=UTC),
    )

    raw = build_request(value)

    assert event_of(raw) == [
        'ATTENDEE;CN="Ada Mensah";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE'
        ":mailto:ada@gov.example",
        "CLASS:PRIVATE",
        "DESCRIPTION:Two asks.\\nOne page.",
        "DTEND;TZID=America/New_York:20261028T153000",
        "DTSTAMP:20250801T090000Z",
        "DTSTART;TZID=America/New_York:20261028T150000",
        "LAST-MODIFIED:20250801T080000Z",
        "LOCATION:Room 4\\; Longworth\\, DC",
        'ORGANIZER;CN="Clean Air Alliance":mailto:meet@parley.example',
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "SUMMARY:Clean air in schools: Ada Mensah",
        "UID:0c4f4d0e-7a7b-4f5c-9f57-2f2f1b6a9d11",
        "URL:https://parley.example/l/abc/",
    ]
    assert raw.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Parley//Parley//EN\r\nMETHOD:REQUEST\r\n")
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert raw.count(b"BEGIN:VTIMEZONE") == 1


def test_request_built_twice_is_the_same_bytes(invite):
    assert build_request(invite()) == build_request(invite())


def test_request_in_an_hour_that_occurs_twice_is_sent_in_utc(invite):
    start = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)

    raw = build_request(invite(starts_at=start, ends_at=start + timedelta(hours=3)))

    assert [line for line in event_of(raw) if line.startswith(("DTSTART", "DTEND"))] == [
        "DTEND:20261101T083000Z",
        "DTSTART:20261101T053000Z",
    ]
    assert b"VTIMEZONE" not in raw


def test_request_for_a_hold_is_tentative(invite):
    lines = event_of(build_request(invite(status="TENTATIVE")))

    assert [line for line in lines if "TENTATIVE" in line] == [
        "STATUS:TENTATIVE",
        "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE",
    ]


def test_request_echoes_the_answer_given(invite):
    lines = event_of(
        build_request(invite(attendees=(Party("Ada", "ada@gov.example", partstat="ACCEPTED", rsvp=False),)))
    )

    assert [line for line in lines if line.startswith("ATTENDEE")] == [
        "ATTENDEE;CN=Ada;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:ada@gov.example"
    ]


def test_request_lists_a_shared_address_once(invite):
    office = (
        Party("Sam Ito", "office@gov.example", role="NON-PARTICIPANT"),
        Party("Chief", "OFFICE@gov.example"),
    )

    lines = event_of(build_request(invite(attendees=office)))

    assert [line for line in lines if line.startswith("ATTENDEE")] == [
        'ATTENDEE;CN="Sam Ito";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=NON-PARTICIPANT;RSVP=TRUE'
        ":mailto:office@gov.example"
    ]


def test_request_quotes_names_as_rfc_6868_says(invite):
    lines = event_of(
        build_request(
            invite(
                organizer=Organizer("", "meet@parley.example"), attendees=(Party('Doe, "Jo"; x: ^', "j@gov.example"),)
            )
        )
    )

    assert [line.partition(";CUTYPE")[0] for line in lines if line.startswith("ATTENDEE")] == [
        "ATTENDEE;CN=\"Doe, ^'Jo^'; x: ^^\""
    ]
    assert "ORGANIZER;CN=meet@parley.example:mailto:meet@parley.example" in lines


def test_cancel_of_the_meeting_says_so(invite):
    raw = build_cancel(invite(sequence=3, description="not repeated"), whole=True)

    assert event_of(raw) == [
        'ATTENDEE;CN="Ada Mensah";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT:mailto:ada@gov.example',
        "CLASS:PRIVATE",
        "DTEND;TZID=America/New_York:20261028T153000",
        "DTSTAMP:20250801T090000Z",
        "DTSTART;TZID=America/New_York:20261028T150000",
        'ORGANIZER;CN="Clean Air Alliance":mailto:meet@parley.example',
        "SEQUENCE:3",
        "STATUS:CANCELLED",
        "SUMMARY:Clean air in schools: Ada Mensah",
        "UID:0c4f4d0e-7a7b-4f5c-9f57-2f2f1b6a9d11",
    ]
    assert b"METHOD:CANCEL\r\n" in raw


def test_cancel_for_one_person_has_no_status(invite):
    lines = event_of(build_cancel(invite(sequence=3), whole=False))

    assert [line for line in lines if line.startswith("STATUS")] == []


def test_cancel_needs_a_raised_sequence(invite):
    with pytest.raises(InvalidInviteError) as refusal:
        build_cancel(invite(sequence=0), whole=True)

    assert str(refusal.value) == "Raise the sequence before you cancel the meeting."


def test_decline_counter_echoes_the_sequence_and_keeps_the_time(invite):
    raw = build_decline_counter(invite(sequence=2), comment="We hold the room, sorry.")

    assert b"METHOD:DECLINECOUNTER\r\n" in raw
    assert [line for line in event_of(raw) if line.startswith(("COMMENT", "SEQ", "DTSTART", "STATUS"))] == [
        "COMMENT:We hold the room\\, sorry.",
        "DTSTART;TZID=America/New_York:20261028T150000",
        "SEQUENCE:2",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"uid": "a b"}, "The meeting needs a UID of plain letters and digits."),
        ({"uid": "a\r\nX:1"}, "The meeting needs a UID of plain letters and digits."),
        ({"sequence": -1}, "The sequence must lie between 0 and 2147483647."),
        ({"sequence": 2**31}, "The sequence must lie between 0 and 2147483647."),
        ({"summary": "\x00 \u202e"}, "Give the meeting a title."),
        ({"dtstamp": datetime(2026, 8, 1)}, "Give every time with its time zone."),  # noqa: DTZ001
        ({"ends_at": datetime(2026, 10, 28, 19, tzinfo=UTC)}, "The meeting must end after it starts."),
        ({"attendees": ()}, "Add at least one person to the invitation."),
        ({"time_zone": "Mars/Olympus"}, "Choose the time zone of the meeting from the list."),
        ({"time_zone": "../../etc/passwd"}, "Choose the time zone of the meeting from the list."),
        ({"time_zone": "America"}, "Choose the time zone of the meeting from the list."),
        ({"url": "javascript:alert(1)"}, "The link must be a whole address that starts with https://."),
        ({"url": "https://x.example/\r\nATTENDEE:x"}, "The link must be a whole address that starts with https://."),
        ({"attendees": (Party("Ada", "ada"),)}, "Correct the e-mail address of Ada."),
        ({"organizer": Organizer("Us", "")}, "Correct the e-mail address of Us."),
        (
            {"attendees": (Party("Ada", "ada@gov.example", role="BOSS"),)},
            "An attendee has a role, answer or type that calendars lack.",
        ),
    ],
)
def test_request_refuses_what_cannot_be_written(invite, changes, sentence):
    with pytest.raises(InvalidInviteError) as refusal:
        build_request(invite(**changes))

    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("text", "one_line", "many_lines"),
    [
        ("a\r\nb", "a b", "a\nb"),
        ("a\u2028b\u2029c\x85d", "a b c d", "a\nb\nc\nd"),
        ("\x00a\x1b[31m\x7f\x9b", "a[31m", "a[31m"),
        ("pay\u202etxt.exe", "paytxt.exe", "paytxt.exe"),
        ("a\tb  c", "a b c", "a b  c"),
        ("lone \ud800 half", "lone half", "lone  half"),
    ],
)
def test_clean_text_leaves_nothing_that_ends_a_line(text, one_line, many_lines):
    assert (clean_text(text), clean_text(text, multiline=True)) == (one_line, many_lines)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("MAILTO:Ada@GOV.example", "ada@gov.example"),
        (" o'neil+x@gov.example ", "o'neil+x@gov.example"),
        ("invalid:nomail", ""),
        ("a@b", ""),
        ("a@b.example\r\nX-EVIL:1", ""),
        ("a@b.example,c@d.example", ""),
    ],
)
def test_clean_email_keeps_addresses_only(value, expected):
    assert clean_email(value) == expected
