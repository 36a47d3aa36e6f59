"""Which calendar mails a change plans, for whom, and under which numbers."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.activity.models import ActivityEntry
from crm.base.links import link_url
from crm.messaging.enums import MessageStatus
from crm.messaging.models import Message
from crm.messaging.tasks import recover
from meetings.agendas.actions import AgendaItemInput, set_agenda
from meetings.invitations.actions import refuse_time, send_again, send_for_change
from meetings.invitations.models import InvitationSend
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
from meetings.scheduling.errors import MeetingOverError
from meetings.scheduling.registry import Change, MeetingChange
from tests.factories.meetings import venue
from tests.meetings.conftest import AT, CONSTITUENT, LEAD, MINUTE, NOTES, SCHEDULER, Delegation

LATER = AT + timedelta(hours=1)
EVERYBODY = [SCHEDULER, LEAD, NOTES, CONSTITUENT]
pytestmark = pytest.mark.django_db


def planned() -> list[tuple[str, str, int]]:
    """(to, method, sequence) of every mail that still waits."""
    sends = InvitationSend.objects.filter(message__status=MessageStatus.QUEUED).select_related("message")
    return [(send.message.to_email, send.method, send.sequence) for send in sends]


def newest(email: str) -> Message:
    return Message.objects.filter(to_email=email, calendar_method__gt="").order_by("-id")[0]


def lines(message: Message) -> list[str]:
    return message.calendar.replace("\r\n ", "").split("\r\n")


def edit(delegation: Delegation, at: datetime = LATER, **fields: object) -> None:
    meeting = delegation.meeting
    edit_meeting(meeting, version=meeting.version, by=delegation.coordinator, at=at, **fields)


def move(delegation: Delegation, at: datetime = LATER, hours: int = 1) -> None:
    meeting, by = delegation.meeting, timedelta(hours=hours)
    move_meeting(
        meeting,
        version=meeting.version,
        by=delegation.coordinator,
        at=at,
        starts_at=meeting.starts_at + by,
        ends_at=meeting.ends_at + by,
    )


def cancel(delegation: Delegation, at: datetime = LATER) -> None:
    meeting = delegation.meeting
    cancel_meeting(meeting, version=meeting.version, by=delegation.coordinator, at=at)


def uninvite(delegation: Delegation, email: str, at: datetime = LATER) -> None:
    delegation.meeting.refresh_from_db()
    remove_attendee(delegation.attendee(email), version=delegation.meeting.version, by=delegation.coordinator, at=at)
    delegation.meeting.refresh_from_db()


def test_confirming_plans_one_mail_per_address(delegation) -> None:
    assert planned() == [(email, "REQUEST", 0) for email in EVERYBODY]
    assert set(Message.objects.values_list("due_at", "stream", "reply_to")) == {
        (AT, "invitation", "meetings@parley.example")
    }


def test_invitation_says_what_when_where_who_and_how_to_answer(delegation) -> None:
    mail, dana = newest(SCHEDULER), delegation.attendee(SCHEDULER)
    link = link_url("r", dana.public_id)

    assert mail.subject == "Invitation: Clean air in schools"
    for part in (mail.text, mail.html, mail.calendar.replace("\r\n ", "").replace("\\,", ",")):
        for words in (
            "Clean air in schools",
            "Wednesday 28 October 2026, 15:00–15:30 (America/New_York, UTC-04:00)",
            "Longworth Building, Room 4, 15 Independence Avenue",
            "Robin Holder, Ada Mensah, Parley",
            link,
        ):
            assert words in part
    assert mail.idempotency_key == f"invite:{dana.public_id}:REQUEST:1"


def test_scheduler_is_asked_in_her_own_right_and_sees_nobody_elses_address(delegation) -> None:
    mail = newest(SCHEDULER)

    attendees = [line for line in lines(mail) if line.startswith("ATTENDEE")]
    assert attendees == [
        'ATTENDEE;CN="Dana Ruiz";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=NON-PARTICIPANT;RSVP=TRUE:'
        f"mailto:{SCHEDULER}"
    ]
    for other in (LEAD, NOTES, CONSTITUENT):
        assert other not in mail.text + mail.html + mail.calendar


def test_telling_twice_plans_once(delegation) -> None:
    change = MeetingChange(Change.CONFIRMED, delegation.meeting, delegation.coordinator, AT)

    send_for_change(change)

    assert (Message.objects.count(), InvitationSend.objects.count()) == (4, 4)


def test_edits_within_a_minute_become_one_mail(delegation, deliver) -> None:
    deliver()

    edit(delegation, title="Clean air")
    edit(delegation, at=LATER + MINUTE / 2, description="Bring the one-pager.")

    mail = newest(LEAD)
    assert planned() == [(email, "REQUEST", 0) for email in EVERYBODY]
    assert (mail.subject, mail.due_at) == ("Changed: Clean air", LATER + 1.5 * MINUTE)
    assert "- Title: Clean air in schools → Clean air" in mail.text
    assert "- Text: see below" in mail.text
    assert "Bring the one-pager." in mail.text


def test_an_edit_taken_back_within_the_minute_sends_nothing(delegation, deliver) -> None:
    deliver()

    edit(delegation, title="Clean air")
    edit(delegation, at=LATER + MINUTE / 2, title="Clean air in schools")

    assert planned() == []


def stand(delegation: Delegation) -> tuple[int, list[tuple[str, int]]]:
    """The meeting's SEQUENCE, and what left last to each address."""
    delegation.meeting.refresh_from_db()
    sends = InvitationSend.objects.filter(message__status=MessageStatus.ACCEPTED).select_related("message")
    return delegation.meeting.sequence, sorted({s.message.to_email: s.sequence for s in sends}.items())


def test_a_move_taken_back_within_the_minute_sends_nothing_and_uses_no_number(delegation, deliver) -> None:
    deliver()
    accepted = {"partstat": PartStat.ACCEPTED, "source": AnswerSource.PHONE, "at": LATER}
    record_answer(delegation.attendee(LEAD), **accepted)

    move(delegation)
    between = delegation.attendee(LEAD).partstat
    move(delegation, at=LATER + MINUTE / 2, hours=-1)

    lead = delegation.attendee(LEAD)
    assert (between, lead.partstat, lead.answered_at) == ("NEEDS-ACTION", "ACCEPTED", LATER)
    assert (planned(), stand(delegation)[0]) == ([], 0)

    move(delegation, at=LATER + timedelta(hours=1))
    deliver()
    assert stand(delegation) == (1, [(email, 1) for email in sorted(EVERYBODY)])


def test_two_moves_within_the_minute_use_one_number(delegation, deliver) -> None:
    deliver()

    move(delegation)
    move(delegation, at=LATER + MINUTE / 2)

    assert planned() == [(email, "REQUEST", 1) for email in EVERYBODY]
    assert "15:00–15:30 (America/New_York, UTC-04:00) → Wednesday 28 October 2026, 17:00" in newest(LEAD).text


def test_a_cancellation_before_the_move_left_follows_the_last_number_that_did(delegation, deliver) -> None:
    deliver()

    move(delegation)
    cancel(delegation, at=LATER + MINUTE / 2)

    assert planned() == [(email, "CANCEL", 1) for email in EVERYBODY]


@pytest.mark.parametrize("status", [MessageStatus.ACCEPTED, MessageStatus.SENDING, MessageStatus.UNKNOWN])
def test_a_move_one_of_them_may_have_got_is_not_taken_back_silently(delegation, deliver, status) -> None:
    deliver()

    move(delegation)
    as_sent(newest(LEAD), status)
    move(delegation, at=LATER + MINUTE / 2, hours=-1)

    assert planned() == [(email, "REQUEST", 2) for email in EVERYBODY]


def test_an_answer_to_the_new_time_by_the_link_counts_as_seen(delegation, deliver) -> None:
    deliver()

    move(delegation)
    record_answer(delegation.attendee(NOTES), partstat=PartStat.ACCEPTED, source=AnswerSource.LINK, at=LATER)
    move(delegation, at=LATER + MINUTE / 2, hours=-1)

    assert planned() == [(email, "REQUEST", 2) for email in EVERYBODY]
    assert delegation.attendee(NOTES).partstat == "NEEDS-ACTION"


def test_words_changed_meanwhile_go_out_under_the_old_number(delegation, deliver) -> None:
    deliver()

    move(delegation)
    edit(delegation, at=LATER + MINUTE / 4, title="Clean air")
    move(delegation, at=LATER + MINUTE / 2, hours=-1)

    mail = newest(LEAD)
    assert planned() == [(email, "REQUEST", 0) for email in EVERYBODY]
    assert (mail.subject, "- Time: " in mail.text, "- Title: " in mail.text) == ("Changed: Clean air", False, True)


def test_who_came_back_keeps_her_own_number_and_answer_over_a_move_taken_back(delegation, deliver) -> None:
    kim = AttendeeInput("Kim Vale", CONSTITUENT, AttendeeRole.CONSTITUENT)
    deliver()
    uninvite(delegation, CONSTITUENT)
    deliver()
    add_attendee(delegation.meeting, kim, version=delegation.meeting.version, by=delegation.coordinator, at=LATER)
    deliver()
    hers = {"partstat": PartStat.ACCEPTED, "source": AnswerSource.LINK, "sequence": 1, "at": LATER}
    record_answer(delegation.attendee(CONSTITUENT), **hers)
    delegation.meeting.refresh_from_db()

    move(delegation)
    move(delegation, at=LATER + MINUTE / 2, hours=-1)

    assert (planned(), stand(delegation)[0], delegation.attendee(CONSTITUENT).partstat) == ([], 0, "ACCEPTED")


def test_another_house_taken_back_is_another_house_no_more(delegation, deliver) -> None:
    deliver()
    meeting, here, there = delegation.meeting, delegation.meeting.venue, venue(name="Capitol", address="1 First Street")

    for number, place in enumerate((there, here)):
        at = LATER + number * MINUTE / 2
        move_meeting(meeting, version=meeting.version, by=delegation.coordinator, at=at, venue=place)

    assert (planned(), stand(delegation)[0]) == ([], 0)


def test_an_edit_before_the_invitation_left_sends_the_whole_invitation(delegation) -> None:
    edit(delegation, title="Clean air")

    mail = newest(LEAD)
    assert planned() == [(email, "REQUEST", 0) for email in EVERYBODY]
    assert (mail.subject, "What changed" in mail.text) == ("Invitation: Clean air", False)


def test_a_small_change_echoes_each_answer(delegation, deliver) -> None:
    deliver()
    record_answer(delegation.attendee(LEAD), partstat=PartStat.ACCEPTED, source=AnswerSource.LINK, at=LATER)

    edit(delegation, title="Clean air")

    answered = [line for line in lines(newest(LEAD)) if line.startswith("ATTENDEE")][0]
    waiting = [line for line in lines(newest(NOTES)) if line.startswith("ATTENDEE")][0]
    assert ("PARTSTAT=ACCEPTED" in answered, "RSVP=FALSE" in answered) == (True, True)
    assert ("PARTSTAT=NEEDS-ACTION" in waiting, "RSVP=TRUE" in waiting) == (True, True)


def test_a_move_asks_again_and_says_from_when_to_when(delegation, deliver) -> None:
    deliver()
    record_answer(delegation.attendee(LEAD), partstat=PartStat.ACCEPTED, source=AnswerSource.LINK, at=LATER)

    move(delegation)

    mail = newest(LEAD)
    assert planned() == [(email, "REQUEST", 1) for email in EVERYBODY]
    assert (mail.subject, mail.due_at) == ("Moved: Clean air in schools", LATER + MINUTE)
    assert (
        "- Time: Wednesday 28 October 2026, 15:00–15:30 (America/New_York, UTC-04:00) → "
        "Wednesday 28 October 2026, 16:00–16:30 (America/New_York, UTC-04:00)"
    ) in mail.text
    assert "PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE" in "".join(lines(mail))


def test_a_move_and_an_edit_within_the_minute_are_told_as_a_move(delegation, deliver) -> None:
    deliver()

    move(delegation)
    edit(delegation, at=LATER + MINUTE / 2, title="Clean air")

    mail = newest(LEAD)
    assert (mail.subject, planned()[0]) == ("Moved: Clean air", (SCHEDULER, "REQUEST", 1))
    assert ("- Time: " in mail.text, "- Title: " in mail.text) == (True, True)


def test_cancelling_tells_everybody_whatever_they_answered(delegation, deliver) -> None:
    deliver()
    for email, said in ((LEAD, PartStat.DECLINED), (NOTES, PartStat.TENTATIVE)):
        record_answer(delegation.attendee(email), partstat=said, source=AnswerSource.LINK, at=LATER)
    deliver()

    cancel(delegation)

    mail = newest(LEAD)
    assert planned() == [(email, "CANCEL", 1) for email in EVERYBODY]
    assert (mail.subject, mail.due_at, "STATUS:CANCELLED" in lines(mail)) == (
        "Cancelled: Clean air in schools",
        LATER,
        True,
    )
    assert link_url("r", delegation.attendee(LEAD).public_id) not in mail.text


def test_who_never_got_an_invitation_gets_no_cancellation(delegation) -> None:
    cancel(delegation)

    assert planned() == []
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.CANCELLED}


def test_removing_one_tells_only_her_without_status(delegation, deliver) -> None:
    deliver()

    uninvite(delegation, CONSTITUENT)

    mail = newest(CONSTITUENT)
    assert planned() == [(CONSTITUENT, "CANCEL", 1)]
    assert mail.subject == "Invitation withdrawn: Clean air in schools"
    assert [line for line in lines(mail) if line.startswith("STATUS")] == []


def test_removing_before_the_invitation_left_sends_nothing(delegation) -> None:
    uninvite(delegation, CONSTITUENT)

    assert planned() == [(email, "REQUEST", 0) for email in (SCHEDULER, LEAD, NOTES)]


def test_adding_one_invites_only_her(delegation, deliver) -> None:
    deliver()
    lee = AttendeeInput("Lee Wu", "lee@science.example", AttendeeRole.EXPERT)

    add_attendee(delegation.meeting, lee, version=1, by=delegation.coordinator, at=LATER)

    mail = newest("lee@science.example")
    assert planned() == [("lee@science.example", "REQUEST", 0)]
    assert mail.due_at == LATER


def test_coming_back_after_a_removal_never_lowers_her_sequence(delegation, deliver) -> None:
    kim = AttendeeInput("Kim Vale", CONSTITUENT, AttendeeRole.CONSTITUENT)
    deliver()
    uninvite(delegation, CONSTITUENT)
    deliver()

    add_attendee(delegation.meeting, kim, version=delegation.meeting.version, by=delegation.coordinator, at=LATER)
    deliver()
    move(delegation)

    sent = InvitationSend.objects.filter(attendee=delegation.attendee(CONSTITUENT))
    assert list(sent.values_list("method", "sequence")) == [
        ("REQUEST", 0),
        ("CANCEL", 1),
        ("REQUEST", 1),
        ("REQUEST", 2),
    ]
    assert sent[2].message.subject == "Invitation: Clean air in schools"
    assert set(planned()) == {(email, "REQUEST", 1) for email in (SCHEDULER, LEAD, NOTES)} | {
        (CONSTITUENT, "REQUEST", 2)
    }


def test_coming_back_before_the_withdrawal_left_needs_no_cancellation(delegation, deliver) -> None:
    kim = AttendeeInput("Kim Vale", CONSTITUENT, AttendeeRole.CONSTITUENT)
    deliver()

    uninvite(delegation, CONSTITUENT)
    add_attendee(delegation.meeting, kim, version=delegation.meeting.version, by=delegation.coordinator, at=LATER)

    assert planned() == [(CONSTITUENT, "REQUEST", 0)]


def test_stamps_only_grow_even_within_one_second(delegation, deliver) -> None:
    deliver()

    edit(delegation, at=AT, title="One")
    edit(delegation, at=AT, title="Two")

    stamps = list(InvitationSend.objects.filter(attendee=delegation.attendee(LEAD)).values_list("dtstamp", flat=True))
    assert stamps == [AT, AT + timedelta(seconds=1), AT + timedelta(seconds=2)]


def test_attendee_without_an_address_gets_no_mail(delegation) -> None:
    robin = delegation.meeting.attendees.get(role=AttendeeRole.POLICYMAKER)

    assert (robin.email, robin.sends.count()) == ("", 0)


def test_agenda_is_a_small_change_and_stays_in_later_mails(delegation, deliver) -> None:
    deliver()
    items = [AgendaItemInput("Welcome", 5, "Ada"), AgendaItemInput("Our ask", 10)]

    set_agenda(delegation.meeting, items=items, version=1, by=delegation.coordinator, at=LATER)
    changed = newest(LEAD)
    deliver()
    move(delegation)

    assert ("- Agenda: see below" in changed.text, "1. Welcome (5 min) – Ada\n2. Our ask (10 min)" in changed.text) == (
        True,
        True,
    )
    assert "1. Welcome (5 min) – Ada" in newest(LEAD).text


def test_sending_again_asks_for_an_answer_under_the_same_number(delegation, deliver) -> None:
    deliver()
    record_answer(delegation.attendee(LEAD), partstat=PartStat.ACCEPTED, source=AnswerSource.LINK, at=LATER)
    deliver()
    lead = delegation.attendee(LEAD)

    first = send_again(lead, by=delegation.coordinator, at=LATER)
    second = send_again(lead, by=delegation.coordinator, at=LATER + MINUTE / 3)

    assert (first is None, second, planned()) == (False, None, [(LEAD, "REQUEST", 0)])
    assert "PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=TRUE" in "".join(lines(newest(LEAD)))
    assert ActivityEntry.objects.filter(verb="invitation.sent_again").count() == 1


def test_sending_again_to_somebody_removed_is_refused(delegation, deliver) -> None:
    deliver()
    uninvite(delegation, LEAD)

    with pytest.raises(MeetingOverError):
        send_again(delegation.attendee(LEAD), by=delegation.coordinator, at=LATER)


def test_refusing_a_proposed_time_echoes_its_sequence(delegation, deliver) -> None:
    deliver()
    lead = delegation.attendee(LEAD)

    first = refuse_time(lead, sequence=0, repeat=7, by=delegation.coordinator, at=LATER)
    second = refuse_time(lead, sequence=0, repeat=7, by=delegation.coordinator, at=LATER)

    assert (first is None, second, planned()) == (False, None, [(LEAD, "DECLINECOUNTER", 0)])
    assert ActivityEntry.objects.filter(verb="invitation.time_refused").count() == 1


@pytest.mark.parametrize(
    ("zone", "start", "wall"),
    [
        ("America/New_York", datetime(2026, 10, 30, 19, tzinfo=UTC), "15:00–15:30 (America/New_York, UTC-04:00)"),
        ("America/New_York", datetime(2026, 11, 2, 20, tzinfo=UTC), "15:00–15:30 (America/New_York, UTC-05:00)"),
        ("Europe/Dublin", datetime(2026, 10, 23, 14, tzinfo=UTC), "15:00–15:30 (Europe/Dublin, UTC+01:00)"),
        ("Europe/Dublin", datetime(2026, 10, 26, 15, tzinfo=UTC), "15:00–15:30 (Europe/Dublin, UTC+00:00)"),
        ("Asia/Kolkata", datetime(2026, 10, 30, 9, 30, tzinfo=UTC), "15:00–15:30 (Asia/Kolkata, UTC+05:30)"),
        ("America/Sao_Paulo", datetime(2026, 11, 2, 18, tzinfo=UTC), "15:00–15:30 (America/Sao_Paulo, UTC-03:00)"),
    ],
)
def test_wall_clock_is_that_of_the_place(confirm, zone, start, wall) -> None:
    confirm(time_zone=zone, starts_at=start)

    mail = newest(LEAD)
    assert wall in mail.text
    assert [line for line in lines(mail) if line.startswith("DTSTART;TZID")] == [
        f"DTSTART;TZID={zone}:{start.astimezone(ZoneInfo(zone)):%Y%m%d}T150000"
    ]


def as_sent(message: Message, status: MessageStatus, at: datetime = AT) -> None:
    """What a dispatcher leaves behind after one try."""
    Message.objects.filter(pk=message.pk).update(status=status, attempts=1, lease_owner="me", lease_until=at)


def test_invitation_in_doubt_is_cancelled_like_one_that_left(delegation) -> None:
    as_sent(newest(LEAD), MessageStatus.SENDING)
    recover(AT + MINUTE)

    cancel(delegation)

    assert planned() == [(LEAD, "CANCEL", 1)]


def test_invitation_at_the_server_is_not_tried_again_after_a_newer_one(delegation) -> None:
    first = newest(LEAD)
    as_sent(first, MessageStatus.SENDING)

    move(delegation)
    as_sent(first, MessageStatus.QUEUED)
    recover(LATER)

    first.refresh_from_db()
    assert (first.status, newest(LEAD).status) == (MessageStatus.EXPIRED, MessageStatus.QUEUED)


def test_cancellation_broken_off_for_a_new_invitation_keeps_its_number(delegation, deliver) -> None:
    deliver()
    uninvite(delegation, LEAD)
    withdrawn = newest(LEAD)
    as_sent(withdrawn, MessageStatus.SENDING)
    back = AttendeeInput("Ada Mensah", LEAD, AttendeeRole.LEAD)
    add_attendee(
        delegation.meeting, back, version=delegation.meeting.version, by=delegation.coordinator, at=LATER + MINUTE
    )
    as_sent(withdrawn, MessageStatus.QUEUED)
    recover(LATER + MINUTE)
    deliver()

    edit(delegation, LATER + 2 * MINUTE, title="Clean air now")

    withdrawn.refresh_from_db()
    assert withdrawn.status == MessageStatus.EXPIRED
    assert [row for row in planned() if row[0] == LEAD] == [(LEAD, "REQUEST", 1)]


def test_answer_given_while_a_change_waits_is_echoed(delegation, deliver) -> None:
    deliver()
    edit(delegation, title="Clean air now")
    update = newest(LEAD)
    Message.objects.filter(pk=update.pk).update(status=MessageStatus.CLAIMED, lease_owner="me", lease_until=LATER)
    before = lines(update)

    record_answer(delegation.attendee(LEAD), partstat=PartStat.ACCEPTED, source=AnswerSource.PHONE, at=LATER)

    after = lines(newest(LEAD))
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [("PARTSTAT=NEEDS-ACTION" in old, "PARTSTAT=ACCEPTED" in new) for old, new in changed] == [(True, True)]
    assert (newest(LEAD).pk, newest(LEAD).status, newest(LEAD).lease_owner) == (update.pk, MessageStatus.QUEUED, "")


@pytest.mark.parametrize("people", [1, 6])
def test_a_move_asks_as_often_for_six_as_for_one(confirm, deliver, django_assert_num_queries, people) -> None:
    others = [AttendeeInput(f"Kim {n}", f"kim{n}@home.example", AttendeeRole.CONSTITUENT) for n in range(people)]
    delegation = confirm(attendees=others)
    deliver()

    with django_assert_num_queries(34):
        move(delegation)

    assert len(planned()) == people + 1
