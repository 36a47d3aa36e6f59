"""The independent checker of the shared tools reads every mail of a meeting's life."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from meetings.invitations.itip import Invite, Party, build_cancel, build_decline_counter, build_request
from tests.checker import run_checker

FIRST_SENT = datetime(2025, 8, 1, 9, tzinfo=UTC)


def mail(ics: bytes, method: str, number: int) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Clean Air Alliance", addr_spec="meet@parley.example")
    message["To"] = Address("Ada Mensah", addr_spec="ada@gov.example")
    message["Subject"] = "Invitation: Clean air in schools"
    message["Date"] = FIRST_SENT + timedelta(hours=number)
    message["Message-ID"] = f"<ada-{number}@parley.example>"
    message.set_content("28 October 2026, 15:00 to 15:30 (America/New_York, UTC-4)")
    message.add_alternative("<p>28 October 2026, 15:00 to 15:30 (America/New_York, UTC-4)</p>", subtype="html")
    message.add_alternative(ics, "text", "calendar", params={"method": method, "charset": "utf-8"}, cte="base64")
    return message.as_bytes()


@pytest.fixture
def check(shared_tools, tmp_path):
    sent = []

    def run(ics: bytes, method: str, *options: str) -> list[str]:
        """The codes found in this mail, compared with the one sent before it."""
        path = tmp_path / f"{len(sent)}.eml"
        path.write_bytes(mail(ics, method, len(sent)))
        before = ["--prev", str(sent[-1])] if sent else []
        sent.append(path)
        command = [str(path), "--strict", "--json", *before, "--method", method, *options]
        done = run_checker(shared_tools / "imip_check.py", *command)
        codes = [f"{finding['level']} {finding['code']}" for finding in json.loads(done.stdout)["findings"]]
        assert done.returncode == (1 if codes else 0)
        return codes

    return run


@pytest.fixture
def meeting(invite) -> Invite:
    return invite(
        description="Réunion: l’air, les écoles\nDeux demandes; une page.",
        location="Longworth HOB, room 4",
        url="https://parley.example/l/abc/",
        attendees=(
            Party("Ada Mensah", "ada@gov.example"),
            Party("Ito, Sam", "sam@gov.example", role="NON-PARTICIPANT"),
        ),
    )


def later(value: Invite, hours: int, **changes: object) -> Invite:
    return replace(value, dtstamp=FIRST_SENT + timedelta(hours=hours), **changes)


def answered(value: Invite, partstat: str) -> tuple[Party, ...]:
    return tuple(replace(party, partstat=partstat) for party in value.attendees)


def test_checker_passes_invite_minor_update_move_and_cancel(check, meeting):
    minor = later(meeting, 1, location="Longworth HOB, room 6", attendees=answered(meeting, "ACCEPTED"))
    hour = timedelta(hours=1)
    moved = later(meeting, 2, sequence=1, starts_at=meeting.starts_at + hour, ends_at=meeting.ends_at + hour)
    cancelled = later(moved, 3, sequence=2)

    found = [
        check(build_request(meeting), "REQUEST", "--start", "20261028T190000Z", "--end", "20261028T193000Z"),
        check(build_request(minor), "REQUEST", "--sequence", "0"),
        check(build_request(moved), "REQUEST", "--start", "20261028T200000Z", "--sequence", "1"),
        check(build_cancel(cancelled, whole=True), "CANCEL", "--sequence", "2"),
    ]

    assert found == [[], [], [], []]


def test_checker_only_points_at_the_absent_status_of_an_uninvitation(check, meeting):
    """RFC 5546 section 3.2.5 forbids STATUS here; the checker warns about it in every case."""
    check(build_request(meeting), "REQUEST")

    only_ada = later(meeting, 1, sequence=1, attendees=meeting.attendees[:1])

    assert check(build_cancel(only_ada, whole=False), "CANCEL", "--only-recipient") == ["W C7"]


def test_checker_passes_a_refused_proposal(check, meeting):
    check(build_request(meeting), "REQUEST")

    refusal = later(meeting, 1, attendees=meeting.attendees[:1])

    assert check(build_decline_counter(refusal, comment="Sorry; no."), "DECLINECOUNTER") == []
