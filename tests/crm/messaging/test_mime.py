import dataclasses
import email
import re
import subprocess
import sys
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from crm.messaging.mime import Outgoing, build_mime, inline_css, list_headers, new_message_id
from crm.messaging.rfc2047 import MailHeaderError, mailable_address

CALENDAR = "\r\n".join(
    [
        "BEGIN:VCALENDAR",
        "PRODID:-//Parley//EN",
        "VERSION:2.0",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "UID:1f0c7a52-3f0b-4b58-8f3e-0a4d2c9b7e11",
        "DTSTAMP:20261101T120000Z",
        "DTSTART:20261201T150000Z",
        "DTEND:20261201T153000Z",
        "SEQUENCE:0",
        "SUMMARY:Meeting with Zoë",
        "ORGANIZER;CN=Parley:mailto:meetings@campaign.example",
        "ATTENDEE;CN=Office;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:",
        " office@gov.example",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
).encode()


def outgoing(**changes: Any) -> Outgoing:
    plain = Outgoing(
        message_id="<one@campaign.example>",
        date=datetime(2026, 11, 1, 12, tzinfo=UTC),
        from_name="Parley",
        from_email="meetings@campaign.example",
        to_name="Office",
        to_email="office@gov.example",
        reply_to="meetings@campaign.example",
        subject="A meeting",
        text="Dear office,\n\nplease answer.\n",
        html="<p>Dear office,</p>",
    )
    return dataclasses.replace(plain, **changes)


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def text_of(part: Any) -> str:
    """Line ends belong to the transport; the last one to the boundary."""
    return part.get_content().replace("\r\n", "\n").rstrip("\n")


def test_message_carries_each_header_once_and_both_texts() -> None:
    message = parsed(build_mime(outgoing(language="en-GB")))

    assert [(name, str(value)) for name, value in message.items()][:-1] == [
        ("Date", "Sun, 01 Nov 2026 12:00:00 +0000"),
        ("From", "Parley <meetings@campaign.example>"),
        ("To", "Office <office@gov.example>"),
        ("Reply-To", "meetings@campaign.example"),
        ("Subject", "A meeting"),
        ("Message-ID", "<one@campaign.example>"),
        ("Content-Language", "en-GB"),
        ("MIME-Version", "1.0"),
    ]
    parts = [(part.get_content_type(), text_of(part)) for part in message.iter_parts()]
    assert parts == [
        ("text/plain", "Dear office,\n\nplease answer."),
        ("text/html", "<p>Dear office,</p>"),
    ]


def test_message_without_html_is_one_plain_part() -> None:
    message = parsed(build_mime(outgoing(html="")))

    assert message.get_content_type() == "text/plain"
    assert text_of(message) == "Dear office,\n\nplease answer."


def test_same_message_twice_gives_the_same_bytes() -> None:
    assert build_mime(outgoing(calendar=CALENDAR, calendar_method="REQUEST")) == build_mime(
        outgoing(calendar=CALENDAR, calendar_method="REQUEST")
    )


def test_lines_end_in_crlf_and_stay_short_and_seven_bit() -> None:
    text = "Zoë \t\n.\nFrom here\n" + "x" * 3000 + "\n" + "ф" * 3000 + "\n"

    raw = build_mime(outgoing(text=text, html=f"<p>{'é' * 2000}</p>", calendar=CALENDAR, calendar_method="REQUEST"))

    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert all(byte < 128 for byte in raw)
    assert {part["Content-Transfer-Encoding"] for part in parsed(raw).iter_parts()} <= {"quoted-printable", "base64"}
    assert text_of(next(parsed(raw).iter_parts())) == text.rstrip("\n")


def test_cyrillic_text_is_base64_and_survives() -> None:
    part = next(parsed(build_mime(outgoing(text="Уважаемый депутат!\n" * 20))).iter_parts())

    assert part["Content-Transfer-Encoding"] == "base64"
    assert text_of(part) == ("Уважаемый депутат!\n" * 20).rstrip("\n")


def test_control_characters_leave_the_body() -> None:
    part = next(parsed(build_mime(outgoing(text="a\0b\x1bc\r\nd\re\n"))).iter_parts())

    assert text_of(part) == "abc\nd\ne"


@pytest.mark.parametrize(
    "name",
    [
        "Zoë O’Neill-Ångström 李",
        'A "quoted" name',
        "Doe, John",
        "a\\b",
        "=?utf-8?q?x?=",
        "Ж" * 120,
        "x " * 100 + "y",
        "",
    ],
)
def test_names_survive_encoding(name: str) -> None:
    message = email.message_from_bytes(build_mime(outgoing(to_name=name, from_name=name)))

    for header, address in (("From", "meetings@campaign.example"), ("To", "office@gov.example")):
        assert parseaddr(message[header])[1] == address
        # email.policy.default wrongly keeps the space between two encoded words of a phrase.
        assert str(make_header(decode_header(parseaddr(message[header])[0]))) == name


@pytest.mark.parametrize("subject", ["Zoë’s meeting", "Ж" * 200, "=?utf-8?q?x?=", "long words " * 22])
def test_subject_survives_encoding(subject: str) -> None:
    raw = build_mime(outgoing(subject=subject))

    assert str(parsed(raw)["Subject"]) == subject.strip()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 76


@pytest.mark.parametrize("field", ["from_name", "to_name", "from_email", "to_email", "reply_to", "subject", "language"])
@pytest.mark.parametrize(
    "poison", ["x\r\nBcc: a@b.example", "x\nBcc: y", "x\ry", "x\0y", "x\u2028y", "x\x85y", "x\ud800"]
)
def test_header_injection_is_refused(field: str, poison: str) -> None:
    value = f"office@gov.example{poison[1:]}" if field.endswith("email") else poison

    with pytest.raises(MailHeaderError) as caught:
        build_mime(outgoing(**{field: value}))

    assert caught.value.field == field


@pytest.mark.parametrize("field", ["message_id", "in_reply_to"])
@pytest.mark.parametrize(
    "value", ["one@x", "<one>", "<o ne@x>", "<one@x>\r\nBcc: y", "<a@b><c@d>", "<" + "a" * 300 + "@b>"]
)
def test_malformed_message_ids_are_refused(field: str, value: str) -> None:
    with pytest.raises(MailHeaderError) as caught:
        build_mime(outgoing(**{field: value}))

    assert caught.value.field == field


@pytest.mark.parametrize(
    "address",
    [
        "",
        "office",
        "a@b.example, c@d.example",
        "a@b.example;c@d.example",
        "a b@c.example",
        "<a@b.example>",
        "a@b@c.example",
        '"a b"@c.example',
        "zoë@gov.example",
        "a@-b.example",
        "a@b..example",
        ".a@b.example",
        "a" * 65 + "@b.example",
        "a@" + "b" * 300 + ".example",
    ],
)
def test_anything_but_one_address_is_refused(address: str) -> None:
    with pytest.raises(MailHeaderError) as caught:
        build_mime(outgoing(to_email=address))

    assert caught.value.field == "to_email"


def test_international_domain_goes_out_in_ascii() -> None:
    assert mailable_address("office@bücher.example") == "office@xn--bcher-kva.example"


def test_thread_headers_are_written() -> None:
    references = tuple(f"<{number}{'r' * 40}@campaign.example>" for number in range(6))

    message = parsed(build_mime(outgoing(in_reply_to=references[-1], references=references)))

    assert message["In-Reply-To"] == references[-1]
    assert tuple(message["References"].split()) == references


@pytest.mark.parametrize("name", ["Bcc", "Cc", "To", "Subject", "X-Anything", "list-id", "Sender", "X: y\r\nBcc"])
def test_headers_outside_the_list_are_refused(name: str) -> None:
    with pytest.raises(MailHeaderError):
        build_mime(outgoing(headers={name: "x"}))


@pytest.mark.parametrize("value", ["", "  ", "é", "a\r\nBcc: b", "a\nb", "a" * 999])
def test_header_values_are_one_plain_line(value: str) -> None:
    with pytest.raises(MailHeaderError) as caught:
        build_mime(outgoing(headers={"List-Unsubscribe": value}))

    assert caught.value.field == "List-Unsubscribe"


@pytest.mark.parametrize(
    "changes", [{"subject": ""}, {"subject": "x" * 256}, {"subject": "Dear {{ name }}"}, {"text": " \n"}]
)
def test_unfinished_messages_are_refused(changes: dict[str, str]) -> None:
    with pytest.raises(MailHeaderError) as caught:
        build_mime(outgoing(**changes))

    assert caught.value.field in changes


def test_date_without_zone_is_refused() -> None:
    with pytest.raises(MailHeaderError) as caught:
        build_mime(outgoing(date=datetime(2026, 11, 1, 12)))  # noqa: DTZ001

    assert caught.value.field == "date"


def test_list_headers_stay_on_one_line_with_ascii_brackets() -> None:
    url = "https://campaign.example/l/" + "t" * 120 + "/"
    headers = list_headers(
        unsubscribe_url=url,
        list_id="news.campaign.example",
        list_name="Zoë news",
        unsubscribe_email="leave@campaign.example",
        help_url="https://campaign.example/help/",
        owner_email="owner@campaign.example",
        archive_url="https://campaign.example/news/",
    )

    lines = build_mime(outgoing(headers=headers)).decode("ascii").split("\r\n")

    assert f"List-Unsubscribe: <{url}>, <mailto:leave@campaign.example>" in lines
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert "List-Id: =?utf-8?b?Wm/DqyBuZXdz?= <news.campaign.example>" in lines
    assert "List-Help: <https://campaign.example/help/>" in lines
    assert "List-Owner: <mailto:owner@campaign.example>" in lines
    assert "List-Archive: <https://campaign.example/news/>" in lines


@pytest.mark.parametrize(
    "url",
    [
        "http://campaign.example/l/x/",
        "javascript:alert(1)",
        "https://",
        "https://a b",
        "https://a/>,<mailto:x@y.example",
        "//campaign.example",
        "https://a/\r\nBcc: x",
        "https://[::1",
    ],
)
def test_unsubscribe_address_must_be_plain_https(url: str) -> None:
    with pytest.raises(MailHeaderError) as caught:
        list_headers(unsubscribe_url=url, list_id="news.campaign.example", list_name="News")

    assert caught.value.field == "List-Unsubscribe"


@pytest.mark.parametrize("url", ["http://localhost:8000/l/x/", "http://127.0.0.1:8000/l/x/", "http://testserver/l/x/"])
def test_unsubscribe_address_on_this_machine_may_be_http(url: str) -> None:
    headers = list_headers(unsubscribe_url=url, list_id="news.campaign.example", list_name="")

    assert headers == {
        "List-Id": "<news.campaign.example>",
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_new_message_ids_are_random_and_on_our_domain() -> None:
    first, second = new_message_id("campaign.example"), new_message_id("campaign.example")

    assert first != second
    assert re.fullmatch(r"<[0-9a-f]{32}@campaign\.example>", first)


def test_calendar_is_the_last_alternative_with_method_and_one_charset() -> None:
    raw = build_mime(outgoing(calendar=CALENDAR, calendar_method="REQUEST"))

    message = parsed(raw)
    parts = list(message.iter_parts())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    assert b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n" in raw
    assert parts[-1]["Content-Transfer-Encoding"] == "base64"
    assert parts[-1].get_payload(decode=True) == CALENDAR


def test_calendar_attachment_is_identical_and_only_on_request() -> None:
    message = parsed(build_mime(outgoing(calendar=CALENDAR, calendar_method="REQUEST"), attach_calendar=True))

    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["multipart/alternative", "application/ics"]
    assert parts[1].get_filename() == "invite.ics"
    assert parts[1].get_payload(decode=True) == CALENDAR


@pytest.mark.parametrize(
    ("calendar", "method"),
    [
        (CALENDAR, "CANCEL"),
        (CALENDAR, None),
        (CALENDAR, "REQUEST; x=y"),
        (CALENDAR.replace(b"METHOD:REQUEST\r\n", b""), "REQUEST"),
        (CALENDAR.replace(b"VERSION:2.0", b"METHOD:CANCEL"), "REQUEST"),
        (b"", "REQUEST"),
    ],
)
def test_calendar_method_must_match(calendar: bytes, method: str | None) -> None:
    with pytest.raises(MailHeaderError) as caught:
        build_mime(outgoing(calendar=calendar, calendar_method=method))

    assert caught.value.field == "calendar_method"


@pytest.mark.parametrize("attach_calendar", [False, True])
def test_invitation_passes_the_strict_checker(tmp_path: Path, shared_tools: Path, attach_calendar: bool) -> None:
    checker = shared_tools / "imip_check.py"
    sample = tmp_path / "invite.eml"
    sample.write_bytes(
        build_mime(outgoing(calendar=CALENDAR, calendar_method="REQUEST"), attach_calendar=attach_calendar)
    )

    done = subprocess.run(
        [sys.executable, str(checker), str(sample), "--strict", "--only-recipient", "--to", "office@gov.example"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout.splitlines()[:1]) == (0, done.stdout.splitlines()[-1:])


def test_inline_css_keeps_merge_fields_and_media_rules() -> None:
    page = (
        "<html><head><style>p{color:red}@media (max-width:1px){p{color:blue}}</style></head>"
        '<body><p>{{ first_name | default: "friend" }} <a href="{{ link }}">x</a></p></body></html>'
    )

    inlined = inline_css(page)

    assert '<p style="color: red;">{{ first_name | default: "friend" }} <a href="{{ link }}">x</a></p>' in inlined
    assert "@media" in inlined
