"""The office sends staff by the link or by mail; a person reads the mail first."""

from datetime import timedelta

import pytest
import time_machine

from crm.base.links import link_url
from crm.consent.registry import LinkState
from crm.followups.models import Task
from crm.messaging.actions import receive_mail
from crm.messaging.models import Message
from crm.people.enums import MembershipRole
from meetings.invitations.enums import ReviewDecision
from meetings.invitations.models import ReplyReview
from meetings.replies.actions import resolve_review, send_staff
from meetings.replies.errors import DecisionError, ReviewDoneError
from meetings.replies.registry import act, describe
from meetings.replies.rules import decisions_for
from meetings.scheduling.actions import move_meeting
from meetings.scheduling.enums import AnswerSource, AttendeeRole, PartStat
from meetings.scheduling.models import Attendee, MeetingRequest
from meetings.scheduling.queries import staff_come
from tests.factories.offices import office_led_by
from tests.factories.people import contact_detail, membership, person
from tests.meetings.conftest import AT, LEAD, SCHEDULER
from tests.meetings.replies.test_actions import ARRIVED, reply
from tests.meetings.replies.test_views import LIST, decide

LATER = AT + timedelta(hours=1)
LEE = "lee@office.example"
pytestmark = pytest.mark.django_db


@pytest.fixture
def lee(delegation):
    found = person(name="Lee Aide", category="office_staff")
    office = office_led_by(delegation.policymaker)
    MeetingRequest.objects.update(office=office)
    delegation.meeting.request.refresh_from_db()
    membership(person=found, organization=office, role=MembershipRole.AIDE)
    contact_detail(person=found, value=LEE)
    return found


def robin():
    return Attendee.objects.get(role=AttendeeRole.POLICYMAKER)


def offered(attendee):
    return [button.value for button in describe(attendee.public_id, LATER).buttons]


def by_words(delegation, deliver) -> ReplyReview:
    """The scheduler writes back in words."""
    deliver()
    asked = Message.objects.get(to_email=SCHEDULER, calendar_method="REQUEST")
    raw = (
        f"From: Dana <{SCHEDULER}>\r\nTo: meetings@parley.example\r\nSubject: Re: Invitation\r\n"
        f"Message-ID: <w1@office.example>\r\nIn-Reply-To: {asked.message_id}\r\n\r\nLee comes in her place.\r\n"
    )
    receive_mail(raw.encode(), at=ARRIVED)
    return ReplyReview.objects.get()


def test_only_who_speaks_for_the_policymaker_may_send_staff(delegation) -> None:
    dana, lead = delegation.attendee(SCHEDULER), delegation.attendee(LEAD)

    send_staff(lead, source=AnswerSource.LINK, at=LATER)

    assert (offered(dana), offered(robin()), offered(lead)) == (
        ["accept", "tentative", "decline", "staff"],
        ["accept", "tentative", "decline", "staff"],
        ["accept", "tentative", "decline"],
    )
    assert act(lead.public_id, "staff", {}, LATER).state == LinkState.DONE
    assert robin().partstat == PartStat.NEEDS_ACTION


def test_the_link_notes_it_with_source_and_time_and_asks_who_comes(delegation) -> None:
    dana = delegation.attendee(SCHEDULER)

    page = act(dana.public_id, "staff", {"comment": "Our new adviser"}, LATER)
    again = act(dana.public_id, "staff", {"comment": "Our new adviser"}, LATER)

    answer = robin().answers.get()
    assert (page.state, again.state, page.buttons) == (LinkState.DONE, LinkState.DONE, ())
    assert (answer.partstat, answer.source, answer.comment, answer.answered_at, answer.noted_by) == (
        "DELEGATED",
        "link",
        "Our new adviser",
        LATER,
        None,
    )
    assert (robin().removed_at, delegation.meeting.state) == (LATER, "confirmed")
    assert [each.detail for each in Task.objects.all()] == ["Our new adviser"]
    assert [each.subject for each in Message.objects.filter(template_key="answer-received")] == [
        "Robin Holder: staff come instead – Clean air in schools"
    ]
    assert offered(dana) == ["accept", "tentative", "decline"]


def test_a_colleague_named_by_her_address_is_invited_at_once(delegation, lee) -> None:
    act(delegation.attendee(SCHEDULER).public_id, "staff", {"comment": f"Lee comes ({LEE.upper()})."}, LATER)

    assert MeetingRequest.objects.get().staff_instead == lee
    assert Attendee.objects.get(person=lee).email == LEE
    assert Task.objects.count() == 0


def test_an_address_we_do_not_know_is_never_invited_by_itself(delegation, lee) -> None:
    act(delegation.attendee(SCHEDULER).public_id, "staff", {"comment": "x@elsewhere.example"}, LATER)

    assert (Message.objects.filter(to_email="x@elsewhere.example").count(), Task.objects.count()) == (0, 1)


def test_her_own_page_says_why_it_cannot_be_taken_back_there(delegation) -> None:
    act(robin().public_id, "staff", {}, LATER)

    page = describe(robin().public_id, LATER)
    pressed = act(robin().public_id, "accept", {}, LATER)

    assert (page.state, page.buttons, pressed.state) == (LinkState.OVER, (), LinkState.OVER)
    assert "If you come after all, reply to the invitation or call us" in page.paragraphs[0]
    assert robin().answers.count() == 1


@time_machine.travel(LATER, tick=False)
def test_a_page_from_before_a_move_sends_nobody(delegation, client) -> None:
    address = link_url("r", delegation.attendee(SCHEDULER).public_id).removeprefix("http://localhost:8000")
    meeting = delegation.meeting
    later = {"starts_at": meeting.starts_at + timedelta(days=1), "ends_at": meeting.ends_at + timedelta(days=1)}
    move_meeting(meeting, version=meeting.version, by=delegation.coordinator, at=AT, **later)

    old = client.post(address, {"answer": "staff", "sequence": "0"}).content.decode()
    now = client.post(address, {"answer": "staff", "sequence": "1"}).content.decode()

    assert ("changed since you opened" in old, "somebody of the staff comes instead" in now) == (True, True)
    assert robin().answers.count() == 1


def test_a_delegation_by_mail_waits_for_a_person_who_sends_the_colleague(delegation, lee, client) -> None:
    Attendee.objects.filter(pk=robin().pk).update(email="robin@office.example")
    params = f';DELEGATED-TO="mailto:{LEE}"'
    raw = reply(delegation, "robin@office.example", partstat="DELEGATED", params=params)
    receive_mail(raw, at=ARRIVED)
    review = ReplyReview.objects.get()
    client.force_login(delegation.coordinator)
    url, values = decide(review, decision="staff_instead", staff_email=LEE)

    before, first = robin().partstat, decisions_for(review)[0]
    card = client.get(LIST).content.decode()
    client.post(url, values)

    answer = robin().answers.get()
    assert (before, first) == (PartStat.NEEDS_ACTION, ReviewDecision.STAFF_INSTEAD)
    assert ("Staff come instead of the policymaker" in card, f'value="{LEE}"' in card) == (True, True)
    assert (answer.partstat, answer.source, answer.noted_by) == ("DELEGATED", "mail", delegation.coordinator)
    assert MeetingRequest.objects.get().staff_instead == lee


def test_words_by_mail_may_name_somebody_new(delegation, lee, deliver) -> None:
    review = by_words(delegation, deliver)
    asked = {"decision": ReviewDecision.STAFF_INSTEAD, "by": delegation.coordinator, "at": ARRIVED}

    resolve_review(review, staff=("Jo New", "jo@office.example"), **asked)
    with pytest.raises((ReviewDoneError, DecisionError)):
        resolve_review(review, staff=("Jo New", "jo@office.example"), **asked)

    assert MeetingRequest.objects.get().staff_instead.name == "Jo New"
    assert Attendee.objects.filter(email="jo@office.example", removed_at=None).count() == 1


def test_words_by_mail_that_name_nobody_ask_who_comes(delegation, deliver) -> None:
    review = by_words(delegation, deliver)

    resolve_review(review, decision=ReviewDecision.STAFF_INSTEAD, by=delegation.coordinator, at=ARRIVED)

    assert (robin().partstat, Task.objects.count()) == (PartStat.DELEGATED, 1)


def test_a_yes_by_mail_after_staff_were_sent_waits_and_brings_her_back_as_herself(delegation, lee) -> None:
    Attendee.objects.filter(pk=robin().pk).update(email="robin@office.example")
    act(delegation.attendee(SCHEDULER).public_id, "staff", {"comment": LEE}, LATER)
    receive_mail(reply(delegation, "robin@office.example"), at=ARRIVED)
    review = ReplyReview.objects.get()

    waiting = robin().removed_at
    resolve_review(review, decision=ReviewDecision.INVITE, by=delegation.coordinator, at=ARRIVED)

    assert (waiting, robin().removed_at, robin().person) == (LATER, None, delegation.policymaker)
    assert not MeetingRequest.objects.filter(staff_come()).exists()


def test_a_card_of_somebody_of_our_side_offers_no_staff(delegation) -> None:
    receive_mail(reply(delegation, partstat="X-MAYBE"), at=ARRIVED)

    assert ReviewDecision.STAFF_INSTEAD not in decisions_for(ReplyReview.objects.get())
