"""The independent checker of the shared tools reads every mail the actions plan, one after the other."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crm.notes.models import InternalNote
from meetings.agendas.actions import AgendaItemInput, set_agenda
from meetings.invitations.actions import refuse_time, send_again
from meetings.invitations.models import InvitationSend
from meetings.pipeline.actions import send_staff_instead
from meetings.scheduling.actions import (
    AttendeeInput,
    add_attendee,
    cancel_meeting,
    edit_meeting,
    move_meeting,
    record_answer,
    remove_attendee,
)
from meetings.scheduling.enums import AnswerSource, AttendeeRole, PartStat
from meetings.scheduling.models import Attendee
from tests.checker import run_checker
from tests.factories.meetings import venue
from tests.meetings.conftest import AT, CONSTITUENT, LEAD, NOTES, SCHEDULER, raw_mail

CANARY = "he-owes-us-one"
EVERYBODY = (SCHEDULER, LEAD, NOTES, CONSTITUENT)
pytestmark = pytest.mark.django_db


@pytest.fixture
def check(shared_tools: Path, tmp_path: Path, deliver: Callable[[], list]) -> Callable[[], dict]:
    """Deliver what waits and check each mail against the one that attendee got before."""
    sent: dict[str, Path] = {}

    def run() -> dict[tuple[str, str, int], list[str]]:
        deliver()
        found = {}
        for number, send in enumerate(InvitationSend.objects.select_related("message").order_by("id")):
            path = tmp_path / f"{number}.eml"
            if path.exists() or send.message.status != "accepted":
                continue
            path.write_bytes(raw_mail(send.message))
            to = send.message.to_email
            forbidden = [each for other in EVERYBODY if other != to for each in ("--forbid", other)]
            options = ["--method", send.method, "--sequence", str(send.sequence), "--to", to, "--only-recipient"]
            before = ["--prev", str(sent[to])] if to in sent else []
            command = [str(path), "--strict", "--json", *options, *before, "--forbid", CANARY, *forbidden]
            done = run_checker(shared_tools / "imip_check.py", *command)
            findings = json.loads(done.stdout)["findings"]
            found[to, send.method, send.sequence] = [f"{each['level']} {each['code']}" for each in findings]
            sent[to] = path
        return found

    return run


def clean(method: str, sequence: int, *who: str) -> dict[tuple[str, str, int], list[str]]:
    return {(email, method, sequence): [] for email in who}


def test_checker_passes_a_whole_life(delegation, check) -> None:
    meeting, staff = delegation.meeting, delegation.coordinator
    InternalNote.objects.create(person=delegation.policymaker, author=staff, text=CANARY, created_at=AT, updated_at=AT)
    by = {"by": staff}

    def hours(number: int) -> datetime:
        return AT + timedelta(hours=number)

    invited = check()
    record_answer(delegation.attendee(LEAD), partstat=PartStat.ACCEPTED, source=AnswerSource.LINK, at=hours(1))
    check()
    edit_meeting(meeting, version=meeting.version, at=hours(2), description="Réunion; l’air, tout\nde suite", **by)
    changed = check()
    set_agenda(meeting, items=[AgendaItemInput("Welcome", 5, "Ada")], version=meeting.version, at=hours(3), **by)
    with_agenda = check()
    here = meeting.venue
    room = venue(name=here.name, address=here.address, room="Room 9")
    move_meeting(meeting, version=meeting.version, at=hours(4), venue=room, **by)
    other_room = check()
    day = timedelta(days=7)
    times = {"starts_at": meeting.starts_at + day, "ends_at": meeting.ends_at + day}
    move_meeting(meeting, version=meeting.version, at=hours(5), **times, **by)
    moved = check()
    send_again(delegation.attendee(LEAD), at=hours(6), **by)
    again = check()
    refuse_time(delegation.attendee(LEAD), sequence=1, repeat=9, at=hours(7), **by)
    refused = check()
    remove_attendee(delegation.attendee(CONSTITUENT), version=meeting.version, at=hours(8), **by)
    withdrawn = check()
    meeting.refresh_from_db()
    kim = AttendeeInput("Kim Vale", CONSTITUENT, AttendeeRole.CONSTITUENT)
    add_attendee(meeting, kim, version=meeting.version, at=hours(9), **by)
    back = check()
    cancel_meeting(meeting, version=meeting.version, at=hours(10), **by)
    cancelled = check()

    assert invited == changed == with_agenda == other_room == clean("REQUEST", 0, *EVERYBODY)
    assert moved == clean("REQUEST", 1, *EVERYBODY)
    assert again == clean("REQUEST", 1, LEAD)
    assert refused == clean("DECLINECOUNTER", 1, LEAD)
    # RFC 5546 section 3.2.5 forbids STATUS when one person is uninvited; the checker warns in every case.
    assert withdrawn == {(CONSTITUENT, "CANCEL", 2): ["W C7"]}
    assert back == clean("REQUEST", 2, CONSTITUENT)
    assert cancelled == clean("CANCEL", 2, SCHEDULER, LEAD, NOTES) | clean("CANCEL", 3, CONSTITUENT)


def test_checker_passes_what_is_left_of_moves_within_the_minute(delegation, check) -> None:
    meeting, by = delegation.meeting, delegation.coordinator

    def move(minutes: int, hours: int) -> None:
        shift = timedelta(hours=hours)
        times = {"starts_at": meeting.starts_at + shift, "ends_at": meeting.ends_at + shift}
        move_meeting(meeting, version=meeting.version, by=by, at=AT + timedelta(minutes=minutes), **times)

    first = check()
    move(60, 1)
    move(60, -1)
    taken_back = check()
    move(70, 1)
    move(70, 1)
    moved = check()
    Attendee.objects.filter(role=AttendeeRole.POLICYMAKER).delete()
    Attendee.objects.filter(email=SCHEDULER).update(role=AttendeeRole.POLICYMAKER)
    meeting.refresh_from_db()
    answered = {"source": AnswerSource.PHONE, "by": by, "at": AT + timedelta(minutes=80)}
    send_staff_instead(meeting, staff=None, version=meeting.version, **answered)
    sent_staff = check()
    move(90, 1)
    cancel_meeting(meeting, version=meeting.version, by=by, at=AT + timedelta(minutes=90))
    cancelled = check()

    assert (first, taken_back, moved) == (clean("REQUEST", 0, *EVERYBODY), {}, clean("REQUEST", 1, *EVERYBODY))
    # As for anybody uninvited: RFC 5546 section 3.2.5 forbids STATUS, the checker warns in every case.
    assert sent_staff == {(SCHEDULER, "CANCEL", 2): ["W C7"]}
    assert cancelled == clean("CANCEL", 2, LEAD, NOTES, CONSTITUENT)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Dublin", "Asia/Kolkata", "America/Sao_Paulo"])
@pytest.mark.slow
def test_checker_passes_both_sides_of_a_clock_change(confirm, check, zone) -> None:
    delegation = confirm(time_zone=zone)
    meeting, fortnight = delegation.meeting, timedelta(days=14)

    first = check()
    move_meeting(
        meeting,
        version=meeting.version,
        by=delegation.coordinator,
        at=AT + timedelta(hours=1),
        starts_at=meeting.starts_at + fortnight,
        ends_at=meeting.ends_at + fortnight,
    )
    second = check()

    assert (first, second) == (clean("REQUEST", 0, *EVERYBODY), clean("REQUEST", 1, *EVERYBODY))


def test_checker_passes_hostile_words(confirm, check) -> None:
    wild = 'Air\r\nATTENDEE:mailto:evil@x.example\x00; "quoted", \\n & < > \u2028 \u202e ünïcode 🌍'

    confirm(title=wild, description=wild * 3)

    assert check() == clean("REQUEST", 0, *EVERYBODY)
