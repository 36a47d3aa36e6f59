"""An office that confirmed says later that staff come: the meeting stands, and it can be taken back."""

from datetime import timedelta

import pytest
from django.urls import reverse

from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.followups.models import Task
from crm.people.enums import MembershipRole
from crm.people.models import ContactDetail
from meetings.boards.enums import Stage
from meetings.boards.queries import columns, requests_on_board
from meetings.invitations.models import InvitationSend
from meetings.pipeline.actions import send_staff_instead, take_back_staff
from meetings.requests.actions import NewScheduler
from meetings.requests.errors import ComesAnywayError, NotOfTheOfficeError
from meetings.scheduling.actions import cancel_meeting, move_meeting, record_answer
from meetings.scheduling.enums import AnswerSource, AttendeeRole, PartStat
from meetings.scheduling.errors import MeetingOverError
from meetings.scheduling.models import Attendee, MeetingRequest
from meetings.scheduling.queries import office_answer, policymaker_at
from tests.factories.offices import office_led_by
from tests.factories.people import contact_detail, membership, person
from tests.meetings.conftest import AT, CONSTITUENT, LEAD, NOTES, SCHEDULER

LATER = AT + timedelta(hours=1)
ROBIN, LEE = "robin@office.example", "lee@office.example"
pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(delegation):
    """The delegation's meeting, to which the policymaker is invited under an address of her own."""
    Attendee.objects.filter(role=AttendeeRole.POLICYMAKER).update(email=ROBIN)
    MeetingRequest.objects.update(office=office_led_by(delegation.policymaker))
    delegation.meeting.refresh_from_db()
    return delegation.meeting


@pytest.fixture
def lee(meeting):
    found = person(name="Lee Aide", category="office_staff")
    membership(person=found, organization=office_led_by(meeting.person), role=MembershipRole.AIDE)
    contact_detail(person=found, value=LEE)
    return found


def send(meeting, staff, at=LATER, **fields):
    values = {"source": AnswerSource.PHONE, "version": meeting.version, "by": meeting.owner} | fields
    return send_staff_instead(meeting, staff=staff, at=at, **values)


def back(meeting, **fields):
    values = {"keeps_staff": False, "version": meeting.version, "by": meeting.owner, "at": LATER} | fields
    return take_back_staff(meeting, **values)


def invited(meeting):
    return list(meeting.attendees.filter(removed_at=None).order_by("id").values_list("name", "role"))


def mails(status="queued"):
    rows = InvitationSend.objects.filter(message__status=status).order_by("id")
    return [(each.message.to_email, each.method, each.sequence) for each in rows.select_related("message")]


OURS = [("Ada Mensah", "lead"), ("Sam Ito", "note_taker"), ("Kim Vale", "constituent")]


def test_the_meeting_stands_and_staff_are_invited(meeting, lee, deliver) -> None:
    move_meeting(
        meeting,
        version=meeting.version,
        by=meeting.owner,
        at=AT,
        starts_at=meeting.starts_at + timedelta(hours=1),
        ends_at=meeting.ends_at + timedelta(hours=1),
    )
    deliver()

    send(meeting, lee, words="Lee knows the file")

    head, request = Attendee.objects.get(email=ROBIN), MeetingRequest.objects.get()
    answer = head.answers.get()
    assert (meeting.state, request.state, request.staff_instead) == ("confirmed", "confirmed", lee)
    assert invited(meeting) == [("Dana Ruiz", "scheduler"), *OURS, ("Lee Aide", "office_staff")]
    assert (answer.partstat, answer.source, answer.noted_by, answer.answered_at, answer.comment) == (
        PartStat.DELEGATED,
        AnswerSource.PHONE,
        meeting.owner,
        LATER,
        "Lee knows the file",
    )
    assert mails() == [(ROBIN, "CANCEL", 2), (LEE, "REQUEST", 1)]
    last = head.sends.latest("id").message
    assert last.subject == "Your staff come instead: Clean air in schools"
    assert ("STATUS:" in last.calendar, "Thank you for sending somebody of your staff" in last.text) == (False, True)
    assert Attendee.objects.get(email=SCHEDULER).answers_for.name == "Lee Aide"
    assert [(each.kind, each.words) for each in request.notes.all()] == [("staff", "Lee knows the file")]
    said = ActivityEntry.objects.get(verb="meeting.to_staff")
    assert said in timeline_of(request) and said in timeline_of(meeting.person)


def test_the_policymaker_hears_of_nothing_any_more(meeting, lee, deliver) -> None:
    deliver()
    send(meeting, lee)
    deliver()

    move_meeting(
        meeting,
        version=meeting.version,
        by=meeting.owner,
        at=LATER,
        starts_at=meeting.starts_at + timedelta(days=1),
        ends_at=meeting.ends_at + timedelta(days=1),
    )
    moved = mails()
    deliver()
    cancel_meeting(meeting, version=meeting.version, by=meeting.owner, at=LATER)

    everybody = {SCHEDULER, LEAD, NOTES, CONSTITUENT, LEE}
    assert ({each[0] for each in moved}, {each[0] for each in mails()}) == (everybody, everybody)


def test_the_second_call_is_stale_and_one_on_a_meeting_that_is_over_is_refused(meeting, lee) -> None:
    version = meeting.version
    send(meeting, lee)

    with pytest.raises(StaleVersionError):
        send(meeting, lee, version=version)
    cancel_meeting(meeting, version=meeting.version, by=meeting.owner, at=LATER)
    with pytest.raises(MeetingOverError):
        send(meeting, lee)
    with pytest.raises(MeetingOverError):
        back(meeting)

    assert Attendee.objects.filter(person=lee).count() == 1


def test_a_stranger_is_refused_and_somebody_new_joins_the_office(meeting, lee) -> None:
    for stranger in (person(), meeting.person):
        with pytest.raises(NotOfTheOfficeError):
            send(meeting, stranger)
    send(meeting, NewScheduler("Jo New", "jo@office.example"))

    jo = MeetingRequest.objects.get().staff_instead
    assert (jo.name, invited(meeting)[-1]) == ("Jo New", ("Jo New", "office_staff"))
    assert jo.memberships.get().organization == office_led_by(meeting.person)


def test_staff_who_are_named_later_close_the_gap_and_may_change(meeting, lee) -> None:
    send(meeting, None, words="Somebody comes")
    unnamed = MeetingRequest.objects.get().staff_instead
    send(meeting, lee)
    send(meeting, NewScheduler("Jo New", "jo@office.example"))

    assert unnamed is None
    assert [(each.title, each.detail) for each in Task.objects.all()] == [
        ("Ask who comes instead of Robin Holder, and note it", "Somebody comes")
    ]
    assert invited(meeting) == [("Dana Ruiz", "scheduler"), *OURS, ("Jo New", "office_staff")]
    assert Attendee.objects.get(email=SCHEDULER).answers_for.name == "Jo New"
    assert Attendee.objects.get(email=ROBIN).answers.count() == 1


def test_the_scheduler_who_comes_herself_is_staff_and_becomes_the_scheduler_again(meeting, delegation) -> None:
    dana = delegation.scheduler

    send(meeting, dana)
    came = invited(meeting)
    back(meeting)

    assert came == [("Dana Ruiz", "office_staff"), *OURS]
    assert invited(meeting) == [("Robin Holder", "policymaker"), ("Dana Ruiz", "scheduler"), *OURS]
    assert Attendee.objects.get(email=SCHEDULER).answers_for.name == "Robin Holder"


def test_taking_it_back_invites_the_policymaker_on_the_same_row(meeting, lee, deliver) -> None:
    deliver()
    head = policymaker_at(meeting)
    record_answer(head, partstat=PartStat.ACCEPTED, source=AnswerSource.LINK, at=AT)
    send(meeting, lee)
    deliver()

    back(meeting)
    with pytest.raises(ComesAnywayError):
        back(meeting)

    assert invited(meeting) == [("Robin Holder", "policymaker"), ("Dana Ruiz", "scheduler"), *OURS]
    again = policymaker_at(meeting)
    assert (again.pk, again.partstat) == (head.pk, PartStat.NEEDS_ACTION)
    assert list(again.answers.values_list("partstat", "source")) == [("ACCEPTED", "link"), ("DELEGATED", "phone")]
    assert MeetingRequest.objects.get().staff_instead is None
    assert [(each[0], each[1]) for each in mails()] == [(ROBIN, "REQUEST"), (LEE, "CANCEL")]
    assert Attendee.objects.get(email=SCHEDULER).answers_for == again
    assert [each.verb for each in ActivityEntry.objects.order_by("id") if each.verb.startswith("meeting.")] == [
        "meeting.confirmed",
        "meeting.to_staff",
        "meeting.from_staff",
    ]


def test_who_was_to_come_may_come_as_well_and_an_old_page_is_stale(meeting, lee) -> None:
    send(meeting, lee)

    with pytest.raises(StaleVersionError):
        back(meeting, version=meeting.version - 1)
    back(meeting, keeps_staff=True)

    assert invited(meeting)[-1] == ("Lee Aide", "office_staff")
    assert [each.role for each in meeting.attendees.filter(removed_at=None, person=meeting.person)] == ["policymaker"]


def test_a_meeting_agreed_with_staff_from_the_start_can_get_the_policymaker_too(meeting, lee) -> None:
    Attendee.objects.filter(email=ROBIN).delete()
    MeetingRequest.objects.update(staff_instead=lee)

    back(meeting)

    assert ("Robin Holder", "policymaker") in invited(meeting)
    assert MeetingRequest.objects.get().staff_instead is None


def test_the_answer_of_staff_counts_for_the_office_from_then_on(meeting, lee) -> None:
    send(meeting, lee)
    record_answer(Attendee.objects.get(person=lee), partstat=PartStat.DECLINED, source=AnswerSource.LINK, at=LATER)

    assert (office_answer(meeting).partstat, office_answer(meeting).attendee.name) == (PartStat.DECLINED, "Lee Aide")
    assert [each.title for each in Task.objects.all()] == ["Lee Aide cannot come: find another time or another person"]


def test_the_board_shows_moved_to_staff_until_it_is_done_or_taken_back(meeting, lee) -> None:
    def stage():
        rows = requests_on_board(meeting.owner, AT.date())
        found = [column for column in columns(rows) if column.total]
        return [(each.stage, [row.stage for row in each.rows]) for each in found]

    before = stage()
    send(meeting, None)
    unnamed = stage()
    send(meeting, lee)
    named = stage()
    back(meeting)

    assert before == stage() == [(Stage.CONFIRMED, ["confirmed"])]
    assert unnamed == named == [(Stage.TO_STAFF, ["to_staff"])]


def test_the_screens_take_it_and_give_it_back_without_javascript(meeting, lee, client) -> None:
    client.force_login(meeting.owner)
    send_url = reverse("meeting_staff", args=[meeting.public_id])
    back_url = reverse("meeting_staff_back", args=[meeting.public_id])
    page = reverse("meeting_page", args=[meeting.public_id])
    values = {"version": meeting.version, "staff": lee.public_id, "comment": "Lee comes"}

    offered = send_url in client.get(page).content.decode()
    missing = client.post(send_url, {"version": meeting.version, "staff": "new"})
    sent, twice = (client.post(send_url, values) for _click in range(2))
    shown = client.get(page).content.decode()
    listed = client.get(reverse("meeting_requests:index"), {"state": "to_staff"}).content.decode()
    meeting.refresh_from_db()
    asked = client.get(back_url).content.decode()
    taken = client.post(back_url, {"version": meeting.version})
    nothing = client.post(back_url, {"version": meeting.version})

    assert (offered, missing.status_code, sent.status_code, twice.status_code) == (True, 422, 302, 409)
    assert "Choose who of the office comes instead" in missing.content.decode()
    assert ("come instead of Robin Holder" in shown, "By phone, noted by us" in shown, "Lee comes" in shown) == (
        True,
        True,
        True,
    )
    assert ("Robin Holder" in listed, "Lee Aide comes as well" in asked) == (True, True)
    assert (taken.status_code, nothing.status_code) == (302, 422)
    assert "expected at this meeting already" in nothing.content.decode()
    assert policymaker_at(meeting) is not None


def test_a_card_moves_by_the_steps_of_its_meeting(meeting, lee, client) -> None:
    client.force_login(meeting.owner)
    url = reverse("request_to", args=[meeting.request.public_id])

    there = client.get(url, {"to": "to_staff"}).url
    send(meeting, lee)
    again = client.get(url, {"to": "confirmed"}).url

    assert (there, again) == (
        reverse("meeting_staff", args=[meeting.public_id]),
        reverse("meeting_staff_back", args=[meeting.public_id]),
    )


def test_an_address_that_left_the_office_is_not_asked_for(meeting, lee) -> None:
    ContactDetail.objects.filter(value=LEE).delete()

    send(meeting, lee)

    assert Attendee.objects.get(person=lee).email == ""
