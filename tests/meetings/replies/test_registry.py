"""The page behind the answer link: looking changes nothing, pressing a button may be repeated."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from crm.activity.models import ActivityEntry
from crm.base.links import link_url
from crm.consent.registry import LinkState
from crm.messaging.models import Message
from meetings.replies.registry import act, describe
from meetings.scheduling.actions import cancel_meeting, move_meeting, remove_attendee
from meetings.scheduling.enums import PartStat
from meetings.scheduling.models import AttendeeAnswer
from tests.meetings.conftest import AT, LEAD, SCHEDULER

LATER = AT + timedelta(hours=1)
pytestmark = pytest.mark.django_db


def address(attendee) -> str:
    return link_url("r", attendee.public_id).removeprefix("http://localhost:8000")


def test_page_says_what_is_asked_and_asks(delegation) -> None:
    page = describe(delegation.attendee(LEAD).public_id, LATER)

    assert (page.state, [button.value for button in page.buttons]) == (
        LinkState.ASK,
        ["accept", "tentative", "decline"],
    )
    assert ("When", "Wednesday 28 October 2026, 15:00–15:30 (America/New_York, UTC-04:00)") in page.facts
    assert ("Your answer", "no answer yet") in [(label, str(value)) for label, value in page.facts]
    assert AttendeeAnswer.objects.count() == 0


def test_pressing_records_the_answer_and_may_be_repeated(delegation) -> None:
    lead = delegation.attendee(LEAD)

    first = act(lead.public_id, "accept", {"comment": "On my way"}, LATER)
    act(lead.public_id, "accept", {}, LATER)
    act(lead.public_id, "decline", {}, LATER + timedelta(hours=1))

    lead.refresh_from_db()
    assert (first.state, len(first.buttons)) == (LinkState.DONE, 3)
    assert ("Your answer", "you come") in [(label, str(value)) for label, value in first.facts]
    assert list(lead.answers.values_list("partstat", "source", "comment")) == [
        ("ACCEPTED", "link", "On my way"),
        ("DECLINED", "link", ""),
    ]
    assert (lead.partstat, Message.objects.filter(template_key="answer-received").count()) == (PartStat.DECLINED, 2)
    assert ActivityEntry.objects.filter(verb="attendee.answered").count() == 2


def test_an_answer_nobody_offered_only_shows_the_page(delegation) -> None:
    page = act(delegation.attendee(LEAD).public_id, "maybe", {}, LATER)

    assert (page.state, AttendeeAnswer.objects.count()) == (LinkState.ASK, 0)


def test_page_of_a_cancelled_meeting_explains_itself(delegation) -> None:
    cancel_meeting(delegation.meeting, version=1, by=delegation.coordinator, at=LATER)

    page = act(delegation.attendee(LEAD).public_id, "accept", {}, LATER)

    assert (page.state, page.paragraphs, page.buttons) == (
        LinkState.OVER,
        ("This meeting is cancelled. You need not do anything.",),
        (),
    )
    assert AttendeeAnswer.objects.count() == 0


def test_page_of_somebody_removed_and_of_a_past_meeting(delegation) -> None:
    lead, dana = delegation.attendee(LEAD), delegation.attendee(SCHEDULER)
    remove_attendee(lead, version=1, by=delegation.coordinator, at=LATER)

    removed = describe(lead.public_id, LATER)
    past = describe(dana.public_id, delegation.meeting.ends_at)

    assert removed.paragraphs == ("You are no longer expected at this meeting. You need not do anything.",)
    assert past.paragraphs == ("This meeting has taken place, so there is nothing left to answer.",)
    assert {removed.state, past.state} == {LinkState.OVER}


def test_nobody_behind_the_id_is_none(db) -> None:
    assert (describe("x" * 22, AT), act("x" * 22, "accept", {}, AT)) == (None, None)


def test_page_speaks_the_language_of_the_reader(delegation) -> None:
    dana = delegation.scheduler
    type(dana).objects.filter(pk=dana.pk).update(language="es")

    page = describe(delegation.attendee(SCHEDULER).public_id, LATER)

    assert page.language == "es"
    assert "miércoles 28 de octubre de 2026" in dict(page.facts)[page.facts[1][0]]


def test_link_works_without_javascript(delegation, client: Client) -> None:
    delegation.meeting.ends_at += timedelta(days=20_000)
    type(delegation.meeting).objects.update(ends_at=delegation.meeting.ends_at)
    url = address(delegation.attendee(SCHEDULER))

    seen = client.get(url)
    untouched = AttendeeAnswer.objects.count()
    pressed = client.post(url, {"answer": "tentative", "comment": "We hold the time"})

    answer = AttendeeAnswer.objects.get()
    assert (seen.status_code, untouched, pressed.status_code) == (200, 0, 200)
    assert (answer.partstat, answer.comment) == ("TENTATIVE", "We hold the time")
    assert b"Robin Holder" in seen.content


@time_machine.travel(LATER, tick=False)
def test_a_page_opened_before_a_move_asks_again(delegation, client: Client) -> None:
    lead = delegation.attendee(LEAD)
    shown = client.get(address(lead)).content.decode()
    meeting = delegation.meeting
    moved = {"starts_at": meeting.starts_at + timedelta(days=1), "ends_at": meeting.ends_at + timedelta(days=1)}
    move_meeting(meeting, version=meeting.version, by=delegation.coordinator, at=AT, **moved)

    late = client.post(address(lead), {"answer": "accept", "sequence": "0", "comment": "See you"}).content.decode()
    count = AttendeeAnswer.objects.count()
    again = client.post(address(lead), {"answer": "accept", "sequence": "1"}).content.decode()

    assert 'name="sequence" value="0"' in shown
    assert ["changed since you opened" in late, 'value="1"' in late, "See you" in late, count] == [True, True, True, 0]
    assert ["Your answer is noted" in again, AttendeeAnswer.objects.count()] == [True, 1]
