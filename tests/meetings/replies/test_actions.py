"""What a mail that comes in may do to a meeting. Every mail goes through the one door, `receive_mail`."""

import base64
import json
import runpy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.messaging.actions import receive_mail
from crm.messaging.models import InboundMessage, Message
from meetings.invitations.enums import ReviewDecision
from meetings.invitations.models import InvitationSend, ReplyReview
from meetings.replies.actions import dismiss_review, resolve_review
from meetings.replies.errors import DecisionError, ReviewDoneError
from meetings.replies.rules import decisions_for
from meetings.scheduling.actions import cancel_meeting, move_meeting, record_answer
from meetings.scheduling.enums import AnswerSource, AttendeeRole, PartStat
from meetings.scheduling.models import Attendee, AttendeeAnswer
from meetings.scheduling.queries import office_answer
from tests.meetings.conftest import AT, CONSTITUENT, LEAD, SCHEDULER, Delegation

ARRIVED = datetime(2026, 8, 2, 9, tzinfo=UTC)
STRANGER = "stranger@else.example"
pytestmark = pytest.mark.django_db


def reply(delegation: Delegation, email: str = LEAD, **changes: str) -> bytes:
    """A calendar answer as a client would write it; `changes` replace parts of it."""
    values = {
        "sender": email,
        "attendee": email,
        "method": "REPLY",
        "header": "",
        "partstat": "ACCEPTED",
        "uid": delegation.meeting.uid,
        "sequence": str(delegation.meeting.sequence),
        "dtstamp": "20260801T101112Z",
        "number": "1",
        "extra": "",
        "headers": "",
        "params": "",
    } | changes
    values["header"] = values["header"] or values["method"]
    text = (
        "From: Somebody <{sender}>\nTo: meetings@parley.example\nSubject: Accepted\n"
        "Date: Sat, 01 Aug 2026 10:11:12 +0000\nMessage-ID: <m{number}@client.example>\n{headers}MIME-Version: 1.0\n"
        "Content-Type: text/calendar; charset=UTF-8; method={header}\n\n"
        "BEGIN:VCALENDAR\nPRODID:-//X//Y//EN\nVERSION:2.0\nMETHOD:{method}\nBEGIN:VEVENT\nUID:{uid}\n"
        "DTSTAMP:{dtstamp}\nSEQUENCE:{sequence}\nORGANIZER:mailto:meetings@parley.example\n"
        "ATTENDEE;PARTSTAT={partstat}{params}:mailto:{attendee}\n{extra}END:VEVENT\nEND:VCALENDAR\n"
    )
    return text.format(**values).replace("\n", "\r\n").encode()


def answers(delegation: Delegation) -> dict[str, str]:
    """Who has answered what; those who have not are left out."""
    rows = Attendee.objects.filter(meeting=delegation.meeting).exclude(partstat=PartStat.NEEDS_ACTION)
    return dict(rows.values_list("email", "partstat"))


def test_reply_by_mail_is_recorded_and_the_owner_told(delegation) -> None:
    extra = "COMMENT:Bringing my dog\\, if I may\n"

    inbound = receive_mail(reply(delegation, extra=extra), at=ARRIVED)

    answer = AttendeeAnswer.objects.get()
    notice = Message.objects.get(template_key="answer-received")
    assert (inbound.state, inbound.reason, answers(delegation)) == ("applied", "answered", {LEAD: "ACCEPTED"})
    assert (answer.source, answer.sequence, answer.comment, answer.answered_at) == (
        "mail",
        0,
        "Bringing my dog, if I may",
        ARRIVED,
    )
    assert notice.to_email == delegation.coordinator.email
    assert "Ada Mensah" in notice.subject
    assert "Bringing my dog, if I may" in notice.text
    assert [entry.verb for entry in timeline_of(delegation.attendee(LEAD))] == ["attendee.answered"]


def test_same_reply_twice_counts_once(delegation) -> None:
    receive_mail(reply(delegation), at=ARRIVED)

    again = receive_mail(reply(delegation), at=ARRIVED)
    resent = receive_mail(reply(delegation, number="2"), at=ARRIVED)

    assert (again.state, resent.state, resent.reason) == ("applied", "ignored", "same_answer")
    assert (AttendeeAnswer.objects.count(), InboundMessage.objects.count()) == (1, 2)
    assert Message.objects.filter(template_key="answer-received").count() == 1


def test_an_earlier_reply_that_comes_late_is_ignored(delegation) -> None:
    receive_mail(reply(delegation, partstat="DECLINED", dtstamp="20260801T120000Z"), at=ARRIVED)

    late = receive_mail(reply(delegation, number="2", dtstamp="20260801T110000Z"), at=ARRIVED)

    assert (late.state, late.reason, answers(delegation)) == ("ignored", "superseded", {LEAD: "DECLINED"})


def test_an_older_mail_never_beats_a_newer_answer_by_link(delegation) -> None:
    lead = delegation.attendee(LEAD)
    record_answer(lead, partstat=PartStat.DECLINED, source=AnswerSource.LINK, at=ARRIVED - timedelta(hours=1))

    late = receive_mail(reply(delegation), at=ARRIVED)

    assert (late.state, answers(delegation)) == ("ignored", {LEAD: "DECLINED"})


def test_a_clock_that_runs_ahead_does_not_hide_later_answers(delegation) -> None:
    receive_mail(reply(delegation, dtstamp="20990101T000000Z"), at=ARRIVED)

    later = ARRIVED + timedelta(days=1)
    second = receive_mail(reply(delegation, number="2", partstat="DECLINED", dtstamp="20260803T080000Z"), at=later)

    assert (second.state, answers(delegation)) == ("applied", {LEAD: "DECLINED"})


def test_scheduler_answers_for_the_office_by_mail(delegation) -> None:
    receive_mail(reply(delegation, SCHEDULER), at=ARRIVED)

    assert office_answer(delegation.meeting).partstat == PartStat.ACCEPTED


FORGED = {
    "somebody else's name": {"sender": STRANGER},
    "one guest for another": {"sender": CONSTITUENT},
    "a stranger": {"sender": STRANGER, "attendee": STRANGER},
    "sent by a stranger": {"sender": STRANGER, "params": f';SENT-BY="mailto:{STRANGER}"'},
    "a cancellation": {"method": "CANCEL"},
    "an invitation": {"method": "REQUEST"},
    "a publication": {"method": "PUBLISH"},
    "two methods": {"header": "REQUEST"},
    "an unknown meeting": {"uid": "0c4f4d0e-7a7b-4f5c-9f57-000000000000"},
    "a version to come": {"sequence": "7"},
    "an absurd version": {"sequence": "9" * 400},
    "two people": {"extra": "ATTENDEE;PARTSTAT=ACCEPTED:mailto:kim@home.example\n"},
    "an unknown answer": {"partstat": "X-MAYBE"},
    "a refused sender": {"headers": "Authentication-Results: mx.parley.example; dmarc=fail\n"},
}


@pytest.mark.parametrize("kind", FORGED)
def test_forged_mail_changes_nothing(delegation, kind) -> None:
    before = list(Attendee.objects.values())
    entries = ActivityEntry.objects.filter(verb="attendee.answered").count()

    inbound = receive_mail(reply(delegation, **FORGED[kind]), at=ARRIVED)

    delegation.meeting.refresh_from_db()
    assert inbound.state == ("ignored" if kind == "an unknown meeting" else "review")
    assert list(Attendee.objects.values()) == before
    assert (delegation.meeting.state, delegation.meeting.version) == ("confirmed", 1)
    assert ActivityEntry.objects.filter(verb="attendee.answered").count() == entries


def test_reply_to_a_cancelled_meeting_is_only_logged(delegation) -> None:
    cancel_meeting(delegation.meeting, version=1, by=delegation.coordinator, at=AT)

    inbound = receive_mail(reply(delegation), at=ARRIVED)

    assert (inbound.state, inbound.reason, ReplyReview.objects.count()) == ("ignored", "meeting_over", 0)


def test_refresh_sends_the_invitation_again_once(delegation, deliver) -> None:
    deliver()

    receive_mail(reply(delegation, method="REFRESH"), at=ARRIVED)
    receive_mail(reply(delegation, method="REFRESH"), at=ARRIVED)

    again = InvitationSend.objects.filter(attendee=delegation.attendee(LEAD))
    assert list(again.values_list("method", "sequence")) == [("REQUEST", 0), ("REQUEST", 0)]


PROPOSAL = {"method": "COUNTER", "extra": "DTSTART:20261201T080000Z\nDTEND:20261201T083000Z\n"}


def test_proposal_waits_for_a_person_and_moves_nothing(delegation) -> None:
    inbound = receive_mail(reply(delegation, SCHEDULER, **PROPOSAL), at=ARRIVED)

    review = ReplyReview.objects.get()
    delegation.meeting.refresh_from_db()
    assert (inbound.state, review.reason, review.attendee) == ("review", "counter", delegation.attendee(SCHEDULER))
    assert (review.proposed_starts_at, delegation.meeting.sequence) == (datetime(2026, 12, 1, 8, tzinfo=UTC), 0)
    assert decisions_for(review) == [ReviewDecision.ACCEPT_TIME, ReviewDecision.REFUSE_TIME, ReviewDecision.ASK_AGAIN]


def test_accepting_a_proposal_moves_the_meeting_for_everybody(delegation, deliver) -> None:
    deliver()
    receive_mail(reply(delegation, SCHEDULER, **PROPOSAL), at=ARRIVED)
    review, staff = ReplyReview.objects.get(), delegation.coordinator

    resolve_review(review, decision=ReviewDecision.ACCEPT_TIME, by=staff, at=ARRIVED)
    with pytest.raises(ReviewDoneError):
        resolve_review(review, decision=ReviewDecision.ACCEPT_TIME, by=staff, at=ARRIVED)

    delegation.meeting.refresh_from_db()
    assert (delegation.meeting.starts_at, delegation.meeting.sequence) == (datetime(2026, 12, 1, 8, tzinfo=UTC), 1)
    assert InvitationSend.objects.filter(sequence=1).count() == 4
    verbs = [entry.verb for entry in timeline_of(delegation.meeting)]
    assert verbs == ["meeting.moved", "reply_review.opened", "meeting.confirmed"]


def test_refusing_a_proposal_tells_only_her(delegation, deliver) -> None:
    deliver()
    receive_mail(reply(delegation, SCHEDULER, **PROPOSAL), at=ARRIVED)

    resolve_review(
        ReplyReview.objects.get(), decision=ReviewDecision.REFUSE_TIME, by=delegation.coordinator, at=ARRIVED
    )

    send = InvitationSend.objects.latest("id")
    assert (send.method, send.sequence, send.message.to_email) == ("DECLINECOUNTER", 0, SCHEDULER)
    assert InvitationSend.objects.count() == 5


def test_answer_to_an_older_time_may_be_asked_again(delegation, deliver) -> None:
    deliver()
    day = timedelta(days=1)
    meeting = delegation.meeting
    move_meeting(
        meeting,
        version=1,
        by=delegation.coordinator,
        at=AT,
        starts_at=meeting.starts_at + day,
        ends_at=meeting.ends_at + day,
    )
    deliver()

    inbound = receive_mail(reply(delegation, sequence="0"), at=ARRIVED)
    review = ReplyReview.objects.get()
    resolve_review(review, decision=ReviewDecision.ASK_AGAIN, by=delegation.coordinator, at=ARRIVED)

    assert (inbound.state, review.reason, answers(delegation)) == ("review", "old_version", {})
    assert InvitationSend.objects.latest("id").sequence == 1


def test_staff_may_count_a_doubtful_answer(delegation) -> None:
    receive_mail(reply(delegation, sender=STRANGER), at=ARRIVED)
    review = ReplyReview.objects.get()

    resolve_review(review, decision=ReviewDecision.RECORD_ANSWER, by=delegation.coordinator, at=ARRIVED)

    answer = AttendeeAnswer.objects.get()
    assert (answers(delegation), answer.noted_by, review.state) == (
        {LEAD: "ACCEPTED"},
        delegation.coordinator,
        "resolved",
    )
    assert Message.objects.filter(template_key="answer-received").count() == 0


def test_staff_may_invite_who_answered_uninvited(delegation) -> None:
    receive_mail(reply(delegation, STRANGER), at=ARRIVED)

    resolve_review(
        ReplyReview.objects.get(),
        decision=ReviewDecision.INVITE,
        by=delegation.coordinator,
        at=ARRIVED,
        role=AttendeeRole.OFFICE_STAFF,
    )

    added = delegation.attendee(STRANGER)
    assert (added.role, added.partstat) == (AttendeeRole.OFFICE_STAFF, PartStat.NEEDS_ACTION)
    assert InvitationSend.objects.latest("id").attendee == added


def test_a_decision_that_is_not_offered_is_refused(delegation) -> None:
    receive_mail(reply(delegation, STRANGER), at=ARRIVED)
    review = ReplyReview.objects.get()

    with pytest.raises(DecisionError):
        resolve_review(review, decision=ReviewDecision.ACCEPT_TIME, by=delegation.coordinator, at=ARRIVED)

    review.refresh_from_db()
    assert review.state == "open"


def test_dismissing_does_nothing_else_and_once(delegation) -> None:
    receive_mail(reply(delegation, STRANGER), at=ARRIVED)
    review = ReplyReview.objects.get()

    dismiss_review(review, by=delegation.coordinator, at=ARRIVED)
    with pytest.raises(ReviewDoneError):
        dismiss_review(review, by=delegation.coordinator, at=ARRIVED)

    assert (review.state, review.resolved_by, answers(delegation)) == ("dismissed", delegation.coordinator, {})
    assert ActivityEntry.objects.filter(verb="reply_review.dismissed").count() == 1


EXPECTED = {
    "gmail-accept": ("applied", {LEAD: "ACCEPTED"}, ""),
    "gmail-decline-with-note": ("applied", {LEAD: "DECLINED"}, ""),
    "exchange-tentative-windows-tz-base64": ("applied", {LEAD: "TENTATIVE"}, ""),
    "outlook-accept-uppercase-mailto": ("applied", {LEAD: "ACCEPTED"}, ""),
    "apple-accept-attachment-only": ("applied", {LEAD: "ACCEPTED"}, ""),
    "reply-old-sequence": ("review", {}, "old_version"),
    "reply-unknown-uid": ("ignored", {}, ""),
    "party-crasher": ("review", {}, "party_crasher"),
    "counter-new-time": ("review", {}, "counter"),
    "out-of-office": ("ignored", {}, ""),
    "plain-yes": ("review", {}, "human"),
    "broken-ics": ("review", {}, "broken"),
}


@pytest.fixture
def fill(shared_data: Path) -> Callable[[str, dict[str, str]], bytes]:
    script = runpy.run_path(str(shared_data / "itip-replies" / "fill_itip.py"))["fill"]
    return lambda name, values: script(str(shared_data / "itip-replies" / f"{name}.eml.tmpl"), values)


def test_every_sample_of_a_client_is_expected(shared_data: Path) -> None:
    assert {path.name.partition(".")[0] for path in (shared_data / "itip-replies").glob("*.tmpl")} == set(EXPECTED)


def by_call(raw: bytes, _folder: Path, _settings: Any) -> None:
    receive_mail(raw, at=ARRIVED)


def by_pipe(raw: bytes, folder: Path, _settings: Any) -> None:
    """As the mail server hands it over."""
    (folder / "mail.eml").write_bytes(raw)
    call_command("receive_mail", str(folder / "mail.eml"), stdout=StringIO())


def by_provider(raw: bytes, _folder: Path, settings: Any) -> None:
    """As Postmark posts it, with its secret and without a cookie; the same post again changes nothing."""
    settings.MAIL_PROVIDER, settings.ANYMAIL = "postmark", {"WEBHOOK_SECRET": "parley:a-long-secret"}
    shown: Any = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(b"parley:a-long-secret").decode()}
    body = json.dumps({"RawEmail": raw.decode(), "Headers": []})
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for _ in range(2):
        assert client.post(reverse("provider_mail"), body, content_type="application/json", **shown).status_code == 200


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the script leaves its files open
@pytest.mark.parametrize("door", [by_call, by_pipe, by_provider])
@pytest.mark.parametrize("name", EXPECTED)
def test_samples_of_real_clients(delegation, deliver, fill, name, door, tmp_path, settings) -> None:
    deliver()
    meeting = delegation.meeting
    hour = timedelta(hours=1)
    move_meeting(
        meeting,
        version=1,
        by=delegation.coordinator,
        at=AT + hour,
        starts_at=meeting.starts_at + hour,
        ends_at=meeting.ends_at + hour,
    )
    deliver()
    invitation = InvitationSend.objects.filter(attendee=delegation.attendee(LEAD)).latest("id").message
    people = Attendee.objects.count()
    values = {
        "UID": meeting.uid,
        "SEQ": str(meeting.sequence),
        "ORGANIZER": meeting.organizer_email,
        "ATTENDEE": LEAD,
        "ATTENDEE_NAME": "Ada Mensah",
        "DTSTART_UTC": f"{meeting.starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        "DTEND_UTC": f"{meeting.ends_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        "SUMMARY": meeting.title,
        "MSGID": name,
        "OTHER": STRANGER,
        "INVITE_MSGID": invitation.message_id.strip("<>"),
        "BOUNCE_TO": meeting.organizer_email,
    }

    with time_machine.travel(ARRIVED, tick=False):
        door(fill(name, values), tmp_path, settings)

    inbound = InboundMessage.objects.get()
    state, said, reason = EXPECTED[name]
    review = ReplyReview.objects.first()
    assert (inbound.state, answers(delegation)) == (state, said)
    assert (review.reason if review else "") == reason
    assert bytes(inbound.raw) == fill(name, values)
    meeting.refresh_from_db()
    assert (meeting.sequence, Attendee.objects.count()) == (1, people)
    if name == "gmail-decline-with-note":
        assert AttendeeAnswer.objects.get().comment != ""
    if name == "counter-new-time":
        assert review.proposed_starts_at == datetime(2026, 12, 1, 8, tzinfo=UTC)
    if name == "plain-yes":
        assert (review.meeting, review.attendee) == (meeting, delegation.attendee(LEAD))
