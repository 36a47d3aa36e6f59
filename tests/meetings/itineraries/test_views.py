import io

import pytest
from django.urls import reverse
from icalendar import Calendar
from pypdf import PdfReader

from crm.access.enums import Role
from crm.base.links import make_token
from crm.messaging.models import Message
from meetings.itineraries.actions import publish_day
from meetings.itineraries.models import Itinerary
from meetings.itineraries.qr import qr_svg
from meetings.lobbydays.models import LobbyOffice
from tests.factories.briefings import snapshot
from tests.factories.meetings import meeting
from tests.meetings.itineraries.conftest import AT


@pytest.fixture
def kim(day, coordinator) -> str:
    """The token of Kim's page."""
    publish_day(day, by=coordinator, at=AT)
    return make_token("d", Itinerary.objects.get(delegate__name="Kim Vale").public_id)


def test_the_page_shows_ones_own_published_day(client, kim, day) -> None:
    LobbyOffice.objects.filter(person__name="Robin Holder").update(room="not published yet")

    answer = client.get(f"/l/{kim}/day/")

    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    assert "09:00–09:20" in page
    assert "Robin Holder" in page
    assert "Hart, 12, 1 Hill Street" in page
    assert [word in page for word in ("Alex Two", "HIDDEN NOTE", "not published yet", "ada@home.example")] == [
        False
    ] * 4


def test_the_calendar_file_has_ones_own_meetings(client, kim, day) -> None:
    held = meeting(starts_at="2026-10-28T13:00:00Z", ends_at="2026-10-28T13:20:00Z")
    LobbyOffice.objects.filter(person__name="Robin Holder").update(meeting=held)

    answer = client.get(f"/l/{kim}/day.ics")

    events = Calendar.from_ical(answer.content).events
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert [(str(each["UID"]), str(each["SUMMARY"])) for each in events] == [(held.uid, "Water day: Robin Holder")]
    assert client.get(f"/l/{kim}/day.ics").content == answer.content


def test_the_sheet_prints_ones_own_day(client, kim) -> None:
    answer = client.get(f"/l/{kim}/day.pdf")

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert ("Robin Holder" in text, "Alex Two" in text, "HIDDEN NOTE" in text) == (True, False, False)


def test_only_a_leave_behind_of_ones_own_office_is_handed_out(client, kim, day, coordinator) -> None:
    own, other = LobbyOffice.objects.order_by("id")
    made = {}
    for office in (own, other):
        held = meeting(person=office.person)
        LobbyOffice.objects.filter(pk=office.pk).update(meeting=held)
        for audience in ("internal", "delegation", "leave_behind"):
            made[office.pk, audience] = snapshot(office.person, anchor=held, audience=audience, by=coordinator)

    page = client.get(f"/l/{kim}/day/").content.decode()

    codes = {key: client.get(f"/l/{kim}/pack/{pack.public_id}/").status_code for key, pack in made.items()}
    assert {key for key, code in codes.items() if code == 200} == {(own.pk, "leave_behind")}
    assert f"/l/{kim}/pack/{made[own.pk, 'leave_behind'].public_id}/" in page


@pytest.mark.parametrize("ending", ["day/", "day.ics", "day.pdf", "pack/x/"])
@pytest.mark.parametrize("token", ["nonsense", "d" + "A" * 44])
def test_a_forged_link_finds_nothing(client, db, token, ending) -> None:
    assert client.get(f"/l/{token}/{ending}").status_code == 404


def test_a_link_for_something_else_finds_nothing(client, kim) -> None:
    itinerary = Itinerary.objects.get(delegate__name="Kim Vale")

    assert client.get(f"/l/{make_token('r', itinerary.public_id)}/day/").status_code == 404
    assert client.post(f"/l/{kim}/day/").status_code == 405


def test_the_page_takes_as_many_queries_for_more_meetings(
    client, day, coordinator, django_assert_max_num_queries
) -> None:
    publish_day(day, by=coordinator, at=AT)
    found = []
    for name in ("Kim Vale", "Ada Lead"):
        token = make_token("d", Itinerary.objects.get(delegate__name=name).public_id)
        client.get(f"/l/{token}/day/")
        with django_assert_max_num_queries(20) as queries:
            client.get(f"/l/{token}/day/")
        found.append(len(queries))

    assert found[0] == found[1]


def test_staff_publish_and_print_the_teams(sign_in, day) -> None:
    client = sign_in(Role.COORDINATOR)

    answer = client.post(reverse("lobby_publish", args=[day.public_id]), follow=True)
    sheet = client.get(reverse("lobby_sheets", args=[day.public_id]))

    assert "Published. 2 delegates have a new day." in answer.content.decode()
    assert Message.objects.count() == 2
    reader = PdfReader(io.BytesIO(sheet.content))
    assert "Ada Lead" in reader.pages[0].extract_text()
    assert "HIDDEN NOTE" not in "".join(page.extract_text() for page in reader.pages)


def test_who_may_not_plan_does_not_publish(sign_in, day) -> None:
    assert sign_in(Role.AUDITOR).post(reverse("lobby_publish", args=[day.public_id])).status_code == 403
    assert sign_in(Role.VOLUNTEER).get(reverse("lobby_sheets", args=[day.public_id])).status_code == 404
    assert not Message.objects.exists()


def test_a_code_is_drawn_with_its_quiet_zone() -> None:
    drawn = qr_svg("https://parley.example/l/" + "v" * 45 + "/visit/")

    assert drawn.startswith("<svg")
    assert 'width="' in drawn
