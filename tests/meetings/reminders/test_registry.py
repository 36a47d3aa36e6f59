"""The way out of reminders, as somebody outside meets it. A test client has no JavaScript."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.activity.models import ActivityEntry
from crm.base.links import link_url, make_token
from crm.messaging.actions import save_template
from crm.messaging.enums import MessageStatus
from crm.messaging.models import Message
from meetings.reminders.actions import TEMPLATE, stop_reminders
from meetings.reminders.rules import LINK
from meetings.reminders.tasks import send_due_reminders
from meetings.scheduling.actions import cancel_meeting, remove_attendee
from meetings.scheduling.models import Attendee, Meeting
from tests.factories.meetings import attendee, reminder
from tests.factories.people import person
from tests.meetings.conftest import AT, CONSTITUENT, LEAD, NOTES, Delegation

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DUE = datetime(2026, 10, 28, 19, tzinfo=UTC) - DAY


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False):
        yield


def text_of(response) -> str:
    return " ".join(unescape(response.content.decode()).split())


def way_out(who: Attendee) -> str:
    return f"/l/{make_token(LINK, who.public_id)}/"


def reminded() -> list[str]:
    rows = Message.objects.filter(template_key=TEMPLATE, status=MessageStatus.QUEUED).order_by("id")
    return list(rows.values_list("to_email", flat=True))


def everything() -> list[list[dict]]:
    return [list(model.objects.order_by("pk").values()) for model in (Attendee, Meeting, Message, ActivityEntry)]


def test_outsiders_get_a_way_out_and_staff_do_not(delegation: Delegation) -> None:
    reminder(meeting=delegation.meeting)
    Attendee.objects.filter(email=LEAD).update(user=delegation.coordinator)

    send_due_reminders(DUE)

    mails = {each.to_email: each for each in Message.objects.filter(template_key=TEMPLATE)}
    for email in (NOTES, CONSTITUENT):
        url = link_url(LINK, delegation.attendee(email).public_id)
        assert url in mails[email].text and url in mails[email].html
        assert "The link below stops its reminders; the invitation stands." in mails[email].text
    assert "/l/q" not in mails[LEAD].text + mails[LEAD].html


def test_way_out_is_there_whatever_words_the_mail_has(delegation: Delegation) -> None:
    reminder(meeting=delegation.meeting)
    words = {"name": "Ours", "subject": "Soon", "body": "See you soon."}
    save_template(key=TEMPLATE, language="en", by=delegation.coordinator, at=AT, **words)

    send_due_reminders(DUE)

    mail = Message.objects.get(template_key=TEMPLATE, to_email=NOTES)
    assert "See you soon." in mail.text and link_url(LINK, delegation.attendee(NOTES).public_id) in mail.text


def test_looking_changes_nothing_and_the_button_stops_them_once(delegation: Delegation, client: Client) -> None:
    reminder(meeting=delegation.meeting)
    reminder(meeting=delegation.meeting, before=HOUR)
    send_due_reminders(DUE)
    kim = delegation.attendee(CONSTITUENT)
    url, before = way_out(kim), everything()

    seen = [client.get(url), client.head(url), client.options(url)]
    same = everything() == before
    first = client.post(url, {"answer": "stop"})
    after = everything()
    second, again = client.post(url, {"answer": "stop"}), client.get(url)
    send_due_reminders(DUE + DAY - HOUR)

    assert ([each.status_code for each in seen], same) == ([200] * 3, True)
    assert "Stop the reminders of this meeting?" in text_of(seen[0])
    assert "<script" not in text_of(seen[0]) and "Wednesday 28 October 2026" in text_of(seen[0])
    said = "You get no more reminders of this meeting. You are still invited."
    assert [said in text_of(each) for each in (first, second, again)] == [True] * 3
    assert text_of(second).partition("<main")[2] == text_of(again).partition("<main")[2]
    assert after[0] == everything()[0] and ActivityEntry.objects.filter(verb="reminder.refused").count() == 1
    assert reminded() == [LEAD, NOTES, LEAD, NOTES]
    assert Attendee.objects.get(pk=kim.pk).partstat == "NEEDS-ACTION"


def test_stopping_again_changes_nothing(delegation: Delegation) -> None:
    kim = delegation.attendee(CONSTITUENT)

    done = [stop_reminders(kim, at=AT), stop_reminders(kim, at=AT + DAY)]

    assert (done, Attendee.objects.get(pk=kim.pk).reminders_off_at) == ([True, False], AT)
    assert ActivityEntry.objects.filter(verb="reminder.refused").count() == 1


@pytest.mark.parametrize("why", ["cancelled", "uninvited", "over"])
def test_link_explains_itself_when_nothing_is_left_to_stop(delegation: Delegation, client: Client, why: str) -> None:
    kim, meeting = delegation.attendee(CONSTITUENT), delegation.meeting
    if why == "cancelled":
        cancel_meeting(meeting, version=meeting.version, by=delegation.coordinator, at=AT)
    elif why == "uninvited":
        remove_attendee(kim, version=meeting.version, by=delegation.coordinator, at=AT)

    with time_machine.travel(meeting.starts_at if why == "over" else AT, tick=False):
        answers = [client.get(way_out(kim)), client.post(way_out(kim), {"answer": "stop"})]

    assert {each.status_code for each in answers} == {200}
    assert all("There are no more reminders of this meeting." in text_of(each) for each in answers)
    assert Attendee.objects.get(pk=kim.pk).reminders_off_at is None


def test_page_speaks_the_language_of_the_reader(delegation: Delegation, client: Client) -> None:
    Attendee.objects.filter(email=CONSTITUENT).update(person=person(language="es"))

    assert 'lang="es"' in text_of(client.get(way_out(delegation.attendee(CONSTITUENT))))


def test_unknown_and_unsigned_links_are_alike(delegation: Delegation, client: Client) -> None:
    kim = delegation.attendee(CONSTITUENT)
    good = way_out(kim)
    hostile = [good[:-2] + ("A" if good[-2] != "A" else "B") + "/", f"/l/{make_token(LINK, 'a' * 22)}/", "/l/q/"]

    answers = [method(url) for url in hostile for method in (client.get, client.post)]

    assert {each.status_code for each in answers} == {404}
    assert Attendee.objects.get(pk=kim.pk).reminders_off_at is None


def test_button_asks_for_its_own_token(delegation: Delegation) -> None:
    client = Client(enforce_csrf_checks=True)
    url = way_out(delegation.attendee(CONSTITUENT))
    client.get(url)

    refused = client.post(url, {"answer": "stop"})
    taken = client.post(url, {"answer": "stop", "csrfmiddlewaretoken": client.cookies["csrftoken"].value})

    assert (refused.status_code, taken.status_code) == (403, 200)


def test_staff_read_who_opted_out_at_no_more_cost(delegation: Delegation, client: Client) -> None:
    client.force_login(delegation.coordinator)
    page = reverse("meeting_page", args=[delegation.meeting.public_id])
    guests = [attendee(meeting=delegation.meeting) for _number in range(3)]

    def cost() -> int:
        client.get(page)
        with CaptureQueriesContext(connection) as found:
            client.get(page)
        return len(found)

    before = text_of(client.get(page))
    stop_reminders(guests[0], at=AT)
    one = cost()
    for guest in guests[1:]:
        stop_reminders(guest, at=AT)

    assert ("wants no reminders" in before, cost()) == (False, one)
    assert text_of(client.get(page)).count("wants no reminders") == 3
    assert "Somebody invited asked for no more reminders of this meeting." in text_of(client.get(page))


def test_erased_people_leave_a_link_that_still_explains_itself(delegation: Delegation, client: Client) -> None:
    kim = delegation.attendee(CONSTITUENT)
    Attendee.objects.filter(pk=kim.pk).update(name="", email="")

    assert client.post(way_out(kim), {"answer": "stop"}).status_code == 200
