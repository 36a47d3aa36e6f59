from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.access.enums import Role
from meetings.scheduling.actions import cancel_meeting, edit_meeting
from meetings.scheduling.models import Attendee, Meeting
from meetings.series.actions import end_series
from meetings.series.models import SeriesOccurrence
from tests.factories.access import user
from tests.meetings.conftest import AT, NOTES
from tests.meetings.patterns.conftest import meetings_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def url(series, client) -> str:
    client.force_login(series.owner)
    return reverse("meeting_series_meetings", args=[series.first_meeting.public_id])


def text_of(response) -> str:
    return " ".join(unescape(response.content.decode()).split())


def typed(series, **fields) -> dict[str, str]:
    series.refresh_from_db()
    meeting = series.first_meeting
    place = {"place-format": meeting.format, "place-venue": str(meeting.venue_id or ""), "place-join_url": ""}
    return {"version": str(series.version), "title": meeting.title, "description": "", **place} | fields


def test_page_says_what_changes_and_what_stays_then_looks_then_acts_once(series, url, client) -> None:
    _first, second, third, _fourth = meetings_of(series)
    cancel_meeting(second, version=second.version, by=series.owner, at=AT)
    edit_meeting(third, version=third.version, by=series.owner, at=AT, title="With the minister")
    data = typed(series, title="Every week", uninvite=NOTES) | {
        "guest0-name": "Lee Park",
        "guest0-email": "lee@alliance.example",
        "guest0-role": "expert",
    }

    page = text_of(client.get(url))
    look = text_of(client.post(url, data | {"preview": "1"}))
    before = set(Meeting.objects.values_list("title", flat=True))
    done = client.post(url, data)
    after = text_of(client.get(done.url))
    again = client.post(url, data, follow=True)

    assert "2 meetings change" in page and "1 stays as it is: changed by itself" in page
    assert "1 stays as it is: cancelled" in page and "11 November 2026" in page
    assert "In each of 2 meetings:" in look and "Title: Clean air in schools → Every week" in look
    assert "No longer invited: Sam Ito" in look and "Invited: Lee Park" in look and 'value="Every week"' in look
    assert before == {"Clean air in schools", "With the minister"}
    assert (done.status_code, "2 meetings are changed." in after) == (302, True)
    assert "Place, words or people of 2 meetings of the series changed." not in page
    assert "Nothing was different, so nothing is changed" in text_of(again)
    assert Attendee.objects.filter(email=NOTES).exclude(removed_at=None).count() == 2


def test_looking_at_no_change_says_so(series, url, client) -> None:
    assert "Change something below first." in text_of(client.post(url, typed(series) | {"preview": "1"}))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title": ""}, "Give the meeting a title that everybody may see."),
        ({"place-format": "online"}, "Say where: choose the place"),
        ({"place-format": "online", "place-join_url": "ftp://x"}, "starts with https://"),
        ({"place-venue": "", "place-venue_name": ""}, "Say where: choose the place"),
        ({"guest0-name": "Lee"}, "Choose the role at the meeting."),
        ({"guest0-name": "Lee", "guest0-email": "lee@x.example", "guest0-role": "lead"}, "Somebody leads our side"),
        ({"version": ""}, "This page is too old to send."),
    ],
)
def test_refused_changes_say_what_to_do(series, url, client, values, sentence: str) -> None:
    response = client.post(url, typed(series) | values)

    assert (response.status_code, sentence in text_of(response)) == (422, True)
    assert {each.version for each in meetings_of(series)} == {1}


def test_place_in_another_zone_is_refused(series, url, client) -> None:
    from tests.factories.meetings import venue

    far = venue(time_zone="Europe/Berlin")

    response = client.post(url, typed(series) | {"place-venue": str(far.pk)})

    assert (response.status_code, "another time zone than the series" in text_of(response)) == (422, True)


def test_old_page_shows_both_versions(series, url, client) -> None:
    old = typed(series)
    client.post(url, old | {"title": "Every week"})

    stale = client.post(url, old | {"title": "Every month"})

    assert (stale.status_code, "Every month" in text_of(stale), "Every week" in text_of(stale)) == (409, True, True)


def test_ended_series_is_refused_with_a_sentence(series, url, client) -> None:
    end_series(series, version=series.version, by=series.owner, at=AT)

    response = client.post(url, typed(series) | {"title": "Every week"})

    assert (response.status_code, "This series has ended." in text_of(response)) == (422, True)


def test_who_may_not_change_the_meeting_gets_nowhere(series, url, client) -> None:
    client.force_login(user(role=Role.AUDITOR))
    read, sent = client.get(url), client.post(url, typed(series) | {"title": "Every week"})

    assert ({read.status_code, sent.status_code}, Meeting.objects.filter(title="Every week").count()) == ({403}, 0)


def test_page_costs_as_many_queries_for_three_meetings_as_for_one(series, url, client) -> None:
    def cost() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).status_code == 200
        return len(found)

    many = cost()
    SeriesOccurrence.objects.exclude(meeting__in=meetings_of(series)[:2]).delete()

    assert cost() == many
