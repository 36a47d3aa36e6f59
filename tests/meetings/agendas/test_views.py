import pytest
from django.urls import reverse

from meetings.agendas.models import AgendaItem
from tests.factories.meetings import agenda_item

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
