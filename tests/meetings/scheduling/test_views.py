from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from crm.access.enums import Role
from crm.activity.models import ActivityEntry
from crm.briefings.models import BriefingSnapshot
from meetings.scheduling.models import Meeting
from tests.factories.access import user as make_user
from tests.factories.meetings import STARTS_AT, attendee, meeting, meeting_request, venue
from tests.factories.people import legislator

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def url(name: str, row: Meeting) -> str:
    return reverse(name, args=[row.public_id])


def text_of(response) -> str:
    return response.content.decode()


def test_meeting_page_shows_place_time_and_mine_when_it_differs(client) -> None:
    row = meeting(person=legislator(name="Robin Holder"), venue=venue(room="Room 4"))
    client.force_login(make_user(time_zone="Europe/Madrid"))

    text = text_of(client.get(url("meeting_page", row)))

    assert "Wednesday 28 October 2026, 15:00–15:30 (America/New_York, UTC-04:00)" in text
    assert "Wednesday 28 October 2026, 20:00–20:30 (Europe/Madrid, UTC+01:00)" in text
    assert ("Room 4" in text, "Robin Holder" in text) == (True, True)


def test_meeting_page_shows_who_answered_how_and_when(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    ada = delegation.attendee("ada@alliance.example")
    client.post(
        reverse("meeting_answer", args=[delegation.meeting.public_id, ada.public_id]),
        {"version": "1", "answer": "ACCEPTED", "comment": "Brings the map"},
    )

    text = text_of(client.get(url("meeting_page", delegation.meeting)))

    assert "By phone, noted by us (Olu Marsh)" in text
    assert "“Brings the map”" in text
    assert "answers for Robin Holder" in text


def test_one_click_makes_a_briefing_for_the_meeting(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    page = text_of(client.get(url("meeting_page", delegation.meeting)))
    create = reverse("briefing_create", args=[delegation.policymaker.public_id])

    client.post(create, {"anchor": delegation.meeting.public_id})

    made = BriefingSnapshot.objects.get()
    assert f'action="{create}"' in page
    assert made.anchor_id == delegation.meeting.pk
    again = text_of(client.get(url("meeting_page", delegation.meeting)))
    assert reverse("briefing_snapshot", args=[made.public_id]) in again


def test_editing_the_words_keeps_the_answers(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    row = delegation.meeting
    values = {"version": "1", "title": "Air in schools", "description": "One page"}

    response = client.post(url("meeting_edit", row), values)

    row.refresh_from_db()
    assert (response.status_code, response.url) == (302, url("meeting_page", row))
    assert (row.title, row.description, row.is_confidential, row.sequence) == ("Air in schools", "One page", False, 0)


def moved(row: Meeting, **fields: str) -> dict[str, str]:
    return {
        "version": "1",
        "time-date": "2026-10-29",
        "time-start": "15:00",
        "time-end": "15:30",
        "time-zone": "America/New_York",
        "place-format": "in_person",
        "place-venue": str(row.venue_id),
    } | fields


def test_moving_asks_everybody_again(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    row = delegation.meeting

    client.post(url("meeting_move", row), moved(row))

    row.refresh_from_db()
    assert (row.starts_at, row.sequence, row.version) == (STARTS_AT + timedelta(days=1), 1, 2)
    assert [entry.verb for entry in ActivityEntry.objects.filter(verb="meeting.moved")] == ["meeting.moved"]


def test_moving_to_a_new_place_makes_it_in_the_zone_of_the_meeting(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    row = delegation.meeting

    client.post(url("meeting_move", row), moved(row, **{"place-venue": "", "place-venue_name": "Harbour Hall"}))

    row.refresh_from_db()
    assert (str(row.venue), row.venue.time_zone) == ("Harbour Hall", "America/New_York")


def test_moving_without_a_date_keeps_the_rest_and_says_so(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    row = delegation.meeting

    response = client.post(url("meeting_move", row), moved(row, **{"time-date": "", "time-start": "16:45"}))

    assert response.status_code == 422
    assert '<a href="#id_time-date">Enter the date.</a>' in text_of(response)
    assert 'value="16:45"' in text_of(response)


STALE = [
    ("meeting_edit", {"title": "My title"}, ["My title", "Clean air in schools"]),
    ("meeting_move", {"time-date": "2026-10-30"}, ["2026-10-30", "2026-10-28"]),
    ("meeting_cancel", {}, ["Cancel the meeting", "Clean air in schools"]),
    ("meeting_invite", {"role": "expert", "name": "Late Guest"}, ["Late Guest", "Ada Mensah"]),
    ("meeting_agenda", {"item0-title": "My point", "item0-duration_minutes": "5"}, ["My point"]),
]


@pytest.mark.parametrize(("name", "values", "both"), STALE)
def test_a_stale_form_shows_both_versions_and_changes_nothing(name, values, both, delegation, client) -> None:
    client.force_login(delegation.coordinator)
    row = delegation.meeting
    Meeting.objects.filter(pk=row.pk).update(version=7)
    entries = ActivityEntry.objects.count()
    typed = moved(row) if name == "meeting_move" else {}

    response = client.post(url(name, row), typed | values | {"version": "1"})

    text = text_of(response)
    assert response.status_code == 409
    assert [word in text for word in both] == [True] * len(both)
    assert (Meeting.objects.get().version, ActivityEntry.objects.count()) == (7, entries)


def test_a_hidden_meeting_does_not_exist(client) -> None:
    secret = meeting(is_confidential=True)
    client.force_login(make_user())

    assert client.get(url("meeting_page", secret)).status_code == 404


def test_a_volunteer_sees_when_and_where_but_no_addresses_or_steps(client) -> None:
    volunteer = make_user(role=Role.VOLUNTEER)
    row = meeting(title="Clean air")
    attendee(meeting=row, name="Vee", email="vee@x.example", role="note_taker", user=volunteer)
    attendee(meeting=row, name="Kim Vale", email="kim@home.example", role="constituent")
    client.force_login(volunteer)

    response = client.get(url("meeting_page", row))

    text = text_of(response)
    assert (response.status_code, "Clean air" in text, "15:00–15:30" in text) == (200, True, True)
    assert ("kim@home.example" in text, "Kim Vale" in text, url("meeting_move", row) in text) == (False, False, False)
    assert client.post(url("meeting_cancel", row), {"version": "1"}).status_code == 403
    assert Meeting.objects.get().state == "confirmed"


def test_whoever_was_taken_off_no_longer_sees_the_meeting(client) -> None:
    volunteer = make_user(role=Role.VOLUNTEER)
    row = meeting()
    attendee(meeting=row, user=volunteer, removed_at=NOW)
    client.force_login(volunteer)

    assert client.get(url("meeting_page", row)).status_code == 404


def test_person_page_shows_next_and_last_meetings_and_open_requests(client) -> None:
    robin = legislator()
    with time_machine.travel(NOW, tick=False):
        client.force_login(make_user())
        meeting(person=robin, title="To come")
        past = NOW - timedelta(days=9)
        meeting(person=robin, title="Long ago", state="held", starts_at=past, ends_at=past + timedelta(hours=1))
        waiting = meeting_request(person=robin)
        meeting(person=robin, title="Not for you", is_confidential=True)

        text = text_of(client.get(reverse("people:page", args=[robin.public_id])))

    assert ("To come" in text, "Long ago" in text, "Not for you" in text) == (True, True, False)
    assert reverse("request_page", args=[waiting.public_id]) in text
    assert reverse("ask_for_meeting", args=[robin.public_id]) in text


def test_my_day_shows_the_meetings_i_own_or_attend_today(client) -> None:
    me = make_user()
    with time_machine.travel(STARTS_AT - timedelta(hours=6), tick=False):
        client.force_login(me)
        meeting(title="Mine today", owner=me)
        attended = meeting(title="Attended today")
        attendee(meeting=attended, user=me)
        meeting(title="Another's")
        later = STARTS_AT + timedelta(days=1)
        meeting(title="Tomorrow", owner=me, starts_at=later, ends_at=later + timedelta(hours=1))

        text = text_of(client.get(reverse("wagtailadmin_home")))

    found = [word for word in ("Mine today", "Attended today", "Another's", "Tomorrow") if word in text]
    assert found == ["Mine today", "Attended today"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_no_zone_knows_is_refused_with_a_sentence(delegation, client, day: str) -> None:
    client.force_login(delegation.coordinator)
    typed = {"time-date": day, "time-start": "23:00", "time-end": "23:30", "time-zone": "America/New_York"}

    response = client.post(url("meeting_move", delegation.meeting), {"version": "1"} | typed)

    assert (response.status_code, "Enter a date between 2000 and 2100." in text_of(response)) == (422, True)
