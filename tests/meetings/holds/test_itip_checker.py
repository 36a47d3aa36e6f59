"""The independent checker of the shared tools reads every hold and its end."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm.notes.models import InternalNote
from meetings.holds.actions import withdraw_hold
from meetings.holds.models import HoldAttendee, HoldSend
from meetings.scheduling.actions import close_request
from meetings.scheduling.enums import RequestState
from tests.checker import run_checker
from tests.meetings.conftest import raw_mail
from tests.meetings.holds.conftest import ADA, AT, HOUR, SAM, times

CANARY = "he-owes-us-one"
ZONES = (
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Auckland",
    "UTC",
)
WINTER, SUMMER = datetime(2027, 1, 13, 15, tzinfo=UTC), datetime(2027, 7, 14, 15, tzinfo=UTC)
NIGHTS = (
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    datetime(2027, 3, 14, 6, 30, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
    datetime(2027, 4, 3, 14, 30, tzinfo=UTC),
)
"""Change-over nights of Europe, New York and the far south."""
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def faults(tools: Path, folder: Path) -> dict[str, list[str]]:
    """What the checker says of each mail, read against the one before it in the same calendar."""
    found, before = {}, {}
    for send in HoldSend.objects.select_related("message", "attendee").order_by("id"):
        path = folder / f"{send.pk}.eml"
        path.write_bytes(raw_mail(send.message))
        to = send.message.to_email
        other = SAM if to == ADA else ADA
        options = ["--method", send.method, "--sequence", str(send.sequence), "--uid", send.attendee.uid, "--to", to]
        history = ["--prev", str(before[send.attendee_id])] if send.attendee_id in before else []
        hidden = ["--forbid", CANARY, "--forbid", other]
        command = [str(path), "--strict", "--json", "--only-recipient", *options, *history, *hidden]
        findings = json.loads(run_checker(tools / "imip_check.py", *command).stdout)["findings"]
        found[f"{send.method} {send.sequence} {to}"] = found.get(f"{send.method} {send.sequence} {to}", []) + [
            f"{each['level']} {each['code']}" for each in findings
        ]
        before[send.attendee_id] = path
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_checker_passes_a_whole_life_in_every_season(zone: str, offer, deliver, shared_tools, tmp_path) -> None:
    row = offer([(start, start + HOUR, zone) for start in (WINTER, SUMMER, *NIGHTS[:4])])
    InternalNote.objects.create(person=row.person, author=row.owner, text=CANARY, created_at=AT, updated_at=AT)
    deliver()
    longer = [(start, start + 2 * HOUR, zone) for start in (WINTER, SUMMER, *NIGHTS[:4])]
    offer(longer, people=[], at=AT + HOUR)
    deliver()
    row.refresh_from_db()
    close_request(row, state=RequestState.DECLINED, version=row.version, by=row.owner, at=AT + timedelta(hours=2))

    said = faults(shared_tools, tmp_path)

    kinds = ("REQUEST 0", "REQUEST 1", "CANCEL 2")
    assert said == {f"{kind} {to}": [] for kind in kinds for to in (ADA, SAM)}
    assert HoldSend.objects.count() == 36


def test_checker_passes_one_person_taken_out_and_back(offer, team, deliver, shared_tools, tmp_path) -> None:
    row = offer(times(1))
    deliver()
    for number in (1, 3):
        hers = HoldAttendee.objects.get(user=team[1])
        withdraw_hold(hers, round=hers.round, by=row.owner, at=AT + number * HOUR)
        deliver()
        offer(times(1), people=team[1:], at=AT + (number + 1) * HOUR)
        deliver()

    # RFC 5546 section 2.1.4: STATUS changes from CANCELLED, so the number rises; the checker looks at times only.
    again = {f"REQUEST {number} {SAM}": ["W S4"] for number in (2, 4)}
    first = {f"REQUEST 0 {email}": [] for email in (ADA, SAM)}
    assert faults(shared_tools, tmp_path) == first | again | {f"CANCEL {number} {SAM}": [] for number in (1, 3)}


def test_checker_passes_the_nights_of_the_far_south(offer, deliver, shared_tools, tmp_path) -> None:
    offer(times(2, zone="Australia/Lord_Howe", starts_at=NIGHTS[4]))

    assert faults(shared_tools, tmp_path) == {f"REQUEST 0 {to}": [] for to in (ADA, SAM)}
