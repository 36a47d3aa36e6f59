import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.access.enums import Role
from meetings.agendas.models import AgendaItem
from tests.factories.access import user
from tests.factories.meetings import agenda_document, agenda_item, attendee

pytestmark = pytest.mark.django_db


def rows() -> list[tuple[str, int, str]]:
    return list(AgendaItem.objects.values_list("title", "duration_minutes", "speaker"))


def test_agenda_is_written_changed_and_shown(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    url = reverse("meeting_agenda", args=[delegation.meeting.public_id])
    agenda_item(meeting=delegation.meeting, title="Old point")
    values = {"version": "1", "item0-title": "", "item0-duration_minutes": "5", "item0-speaker": ""}
    values |= {"item1-title": "Welcome", "item1-duration_minutes": "3", "item1-speaker": "Ada"}
    values |= {"item2-title": "The ask", "item2-duration_minutes": "15", "item2-speaker": ""}

    shown = client.get(url).content.decode()
    client.post(url, values)

    page = client.get(reverse("meeting_page", args=[delegation.meeting.public_id])).content.decode()
    assert 'value="Old point"' in shown
    assert rows() == [("Welcome", 3, "Ada"), ("The ask", 15, "")]
    assert ("Welcome (3 min) – Ada" in page, "Old point" in page) == (True, False)


def test_a_point_with_a_speaker_needs_a_title(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    url = reverse("meeting_agenda", args=[delegation.meeting.public_id])
    values = {"version": "1", "item0-title": "", "item0-duration_minutes": "x", "item0-speaker": "Ada"}

    response = client.post(url, values)

    text = response.content.decode()
    assert response.status_code == 422
    assert ("Give every point of the agenda a title." in text, "Enter whole minutes." in text) == (True, True)
    assert rows() == []


FORM = {
    "version": "1",
    "item0-title": "Welcome",
    "item0-duration_minutes": "5",
    "item1-title": "The ask",
    "item1-duration_minutes": "30",
    "item1-documents": "Our paper https://alliance.example/paper",
    "item2-title": "Why now",
    "item2-duration_minutes": "10",
    "item2-is_part": "on",
}


def test_points_are_moved_by_buttons_without_saving(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    url = reverse("meeting_agenda", args=[delegation.meeting.public_id])

    page = client.post(url, FORM | {"move": "up-1"}).content.decode()
    odd = client.post(url, FORM | {"move": "up-99999999999"})

    found = [page.index(f'value="{title}"') for title in ("The ask", "Why now", "Welcome")]
    assert (found, rows(), odd.status_code) == (sorted(found), [], 200)
    assert page.count("autofocus") == 1


def test_parts_documents_and_too_many_minutes_are_shown(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    sam = delegation.attendee("sam@alliance.example")
    values = FORM | {"item1-presenter": sam.public_id}

    client.post(reverse("meeting_agenda", args=[delegation.meeting.public_id]), values)

    page = client.get(reverse("meeting_page", args=[delegation.meeting.public_id])).content.decode()
    assert ("2. The ask (30 min) – Sam Ito" in page, "2.1 Why now (10 min)" in page) == (True, True)
    assert 'href="https://alliance.example/paper"' in page
    assert "5 minutes more than the meeting lasts" in page


def test_agenda_costs_as_many_queries_with_three_points(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    url, counts = reverse("meeting_page", args=[delegation.meeting.public_id]), []
    for number in range(1, 4):
        who = attendee(meeting=delegation.meeting, role="constituent", postcode="00001")
        point = agenda_item(meeting=delegation.meeting, position=number, presenter=who)
        agenda_document(item=point)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))

    assert counts[0] == counts[2]


def test_sheets_for_us_and_for_the_office(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    kim, ada = delegation.attendee("kim@home.example"), delegation.attendee("ada@alliance.example")
    agenda_item(meeting=delegation.meeting, title="Life here", presenter=kim)
    agenda_item(meeting=delegation.meeting, title="The ask", presenter=ada, position=2)
    url = reverse("meeting_sheet", args=[delegation.meeting.public_id])

    ours, theirs = (client.get(url + query).content.decode() for query in ("", "?for=office"))
    pdf = client.get(reverse("meeting_sheet_pdf", args=[delegation.meeting.public_id]) + "?for=office")

    for page in (ours, theirs):
        assert ("15:00–15:30" in page, "15:05" in page, "Room 4" in page, "Ada Mensah" in page) == (True,) * 4
    assert ("Kim Vale" in ours, "Takes notes" in ours, "Leads our side" in ours) == (True, True, True)
    assert ("Kim Vale" in theirs, "Takes notes" in theirs, "Leads our side" in theirs) == (False, False, False)
    assert ("and 1 constituent" in theirs, "Olu Marsh" in theirs) == (True, False)
    assert (pdf.status_code, pdf["Content-Type"], pdf.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert pdf["Content-Disposition"] == 'attachment; filename="sheet-clean-air-in-schools-2026-10-28.pdf"'


def test_volunteers_get_no_sheet(delegation, client) -> None:
    volunteer = user(role=Role.VOLUNTEER)
    attendee(meeting=delegation.meeting, user=volunteer)
    client.force_login(volunteer)

    assert client.get(reverse("meeting_page", args=[delegation.meeting.public_id])).status_code == 200
    assert client.get(reverse("meeting_sheet", args=[delegation.meeting.public_id])).status_code in {403, 404}
