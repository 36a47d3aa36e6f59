"""The screen of one's own links, and meetings as files."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.access.models import Team
from crm.base.links import make_token
from meetings.feeds.models import FeedToken
from tests.factories.access import user
from tests.factories.feeds import feed_token
from tests.factories.meetings import attendee, meeting
from tests.meetings.feeds.conftest import NOW

pytestmark = pytest.mark.django_db
LINKS = "/admin/meetings/calendar-links/"


@pytest.fixture
def staff(client):
    who = user(role=Role.COORDINATOR)
    client.force_login(who)
    return who


def address(page: str) -> str:
    return re.findall(r'readonly value="http://localhost:8000(/feeds/[^"]+)"', page)[0]


def test_a_link_is_made_shown_once_and_listed(staff, client) -> None:
    made = client.post(LINKS, {"kind": "personal", "label": "My phone"})
    listed = client.get(LINKS).content.decode()

    page, token = made.content.decode(), FeedToken.objects.get()
    path = address(page)
    assert Client().get(path).status_code == 200
    assert ("no-store" in made.headers["Cache-Control"], made.headers["Referrer-Policy"]) == (True, "no-referrer")
    assert f'href="webcal://localhost:8000{path}"' in page
    programs = re.findall(r'href="https://([^/"]+)/', page)
    assert [each for each in programs if "google" in each or "outlook" in each] == [
        "calendar.google.com",
        "outlook.live.com",
        "outlook.office.com",
    ]
    assert ("My phone" in listed, path in listed, token.owner == staff) == (True, False, True)


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (Role.COORDINATOR, ["personal", "busy", "public"]),
        (Role.AUDITOR, ["personal", "busy"]),
        (Role.VOLUNTEER, ["personal", "busy"]),
    ],
)
def test_the_form_offers_what_the_role_may_have(sign_in, role, kinds) -> None:
    page = sign_in(role).get(LINKS).content.decode()

    assert re.findall(r'name="kind" value="(\w+)"', page) == kinds


def test_a_team_link_needs_a_team_of_ones_own(staff, client) -> None:
    mine, other = Team.objects.create(name="North"), Team.objects.create(name="South")
    mine.members.add(staff)

    none, foreign = (client.post(LINKS, {"kind": "team", "team": each}) for each in ("", other.pk))
    made = client.post(LINKS, {"kind": "team", "team": mine.pk})

    assert [each.status_code for each in (none, foreign, made)] == [422, 422, 200]
    assert "Choose a team you belong to." in none.content.decode()
    assert list(FeedToken.objects.values_list("scope", "team")) == [("team", mine.pk)]


def test_a_kind_that_is_not_offered_is_refused_in_words(staff, client) -> None:
    answers = [client.post(LINKS, {"kind": each}) for each in ("", "everything")]

    assert [each.status_code for each in answers] == [422, 422]
    assert FeedToken.objects.count() == 0


def test_a_new_address_replaces_the_old(staff, client) -> None:
    token = feed_token("old" * 9, owner=staff)
    url = reverse("calendar_link_rotate", args=[token.public_id])

    asked, done = client.get(url), client.post(url)

    assert Client().get("/feeds/oldoldoldoldoldoldoldoldold.ics").status_code == 404
    assert (asked.status_code, Client().get(address(done.content.decode())).status_code) == (200, 200)


def test_a_link_is_taken_back(staff, client) -> None:
    token = feed_token("old" * 9, owner=staff, label="My tablet")
    url = reverse("calendar_link_revoke", args=[token.public_id])

    first, second = client.post(url), client.post(url)

    assert (first["Location"], second["Location"]) == (LINKS, LINKS)
    assert "My tablet" not in client.get(LINKS).content.decode()
    assert Client().get("/feeds/oldoldoldoldoldoldoldoldold.ics").status_code == 404


def test_links_of_others_do_not_exist(staff, client) -> None:
    token = feed_token(label="Not yours")

    answers = [
        getattr(client, method)(reverse(name, args=[token.public_id])).status_code
        for name in ("calendar_link_rotate", "calendar_link_revoke")
        for method in ("get", "post")
    ]

    assert (answers, "Not yours" in client.get(LINKS).content.decode()) == ([404] * 4, False)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.SYSADMIN])
def test_who_has_no_meetings_has_no_links(sign_in, role) -> None:
    assert sign_in(role).get(LINKS).status_code == 404


def test_the_list_costs_the_same_for_three(staff, client, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for more in (1, 2):
        for _ in range(more):
            team = Team.objects.create(name=f"Team {FeedToken.objects.count()}")
            feed_token(owner=staff, scope="team", team=team)
        client.get(LINKS)
        with CaptureQueriesContext(connection) as asked:
            client.get(LINKS)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_meeting_page_gives_the_meeting_as_a_file(staff, client) -> None:
    row, hidden = meeting(title="As a file", owner=staff), meeting(is_confidential=True)
    url = reverse("meeting_file", args=[row.public_id])

    page, answer = client.get(reverse("meeting_page", args=[row.public_id])), client.get(url)

    assert (f'href="{url}"' in page.content.decode(), answer.headers["Content-Type"]) == (
        True,
        "text/calendar; charset=utf-8",
    )
    assert answer.headers["Content-Disposition"] == 'attachment; filename="meeting.ics"'
    assert "SUMMARY:As a file\r\n" in answer.content.decode()
    assert client.get(reverse("meeting_file", args=[hidden.public_id])).status_code == 404


def test_the_mailed_link_gives_the_guest_the_meeting_as_a_file() -> None:
    guest = attendee(meeting=meeting(title="As a file", is_confidential=True))
    gone = attendee(removed_at=NOW)
    client = Client()

    def path(purpose: str, public_id: str) -> str:
        return f"/l/{make_token(purpose, public_id)}/meeting.ics"

    page = client.get(f"/l/{make_token('r', guest.public_id)}/").content.decode()
    answer = client.get(path("r", guest.public_id))
    others = [path("u", guest.public_id), path("r", gone.public_id), path("r", "x" * 22), "/l/nonsense/meeting.ics"]

    text = answer.content.decode()
    assert f'href="{path("r", guest.public_id)}"' in page
    assert ("SUMMARY:As a file" in text, "/admin/" in text, "ATTENDEE" in text) == (True, False, False)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert [client.get(each).status_code for each in others] == [404] * 4


def test_the_public_mark_is_set_on_the_words_of_the_meeting(staff, client) -> None:
    row = meeting(owner=staff)
    url = reverse("meeting_edit", args=[row.public_id])
    words = {"title": row.title, "description": ""}

    both = client.post(url, words | {"version": "1", "is_public": "on", "is_confidential": "on"})
    client.post(url, words | {"version": "1", "is_public": "on"})

    row.refresh_from_db()
    assert (both.status_code, row.is_public) == (422, True)
    assert "A confidential meeting cannot be in the public calendar." in both.content.decode()
