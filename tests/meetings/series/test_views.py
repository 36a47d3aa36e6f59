from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from crm.access.enums import Role
from meetings.agendas.models import AgendaItem
from meetings.scheduling.models import Meeting
from meetings.series.models import MeetingSeries
from tests.factories.access import user
from tests.factories.followups import task
from tests.factories.meetings import agenda_item, series_of
from tests.meetings.conftest import AT

pytestmark = pytest.mark.django_db
RULE = {"interval": "1", "freq": "WEEKLY", "weekdays": ["2"], "last_on": "", "count": ""}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False):
        yield


def test_meeting_is_repeated_changed_planned_further_and_ended(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    row = delegation.meeting

    def address(name: str) -> str:
        return reverse(name, args=[row.public_id])

    assert "Repeat it" in client.get(address("meeting_page")).content.decode()
    assert 'value="2" id="id_weekdays_2" checked' in client.get(address("meeting_series_start")).content.decode()
    client.post(address("meeting_series_start"), RULE | {"until": "2026-11-11"})
    page = client.get(address("meeting_page")).content.decode()
    series = MeetingSeries.objects.get()
    assert ("Every week: Wednesday" in page, "11 November 2026" in page) == (True, True)

    assert client.post(address("meeting_series_plan"), {"until": "2026-11-18"}).status_code == 302
    assert Meeting.objects.count() == 4
    series.refresh_from_db()
    changed = RULE | {"first_on": "2026-10-28", "starts_at_time": "09:30", "duration_minutes": "45"}
    changed |= {"version": str(series.version)}
    assert "2026-10-28" in client.get(address("meeting_series_change")).content.decode()
    assert client.post(address("meeting_series_change"), changed).status_code == 302
    assert client.post(address("meeting_series_change"), changed).status_code == 409
    starts = Meeting.objects.order_by("starts_at").values_list("starts_at", flat=True)
    assert [f"{each:%m-%d %H:%M}" for each in starts] == ["10-28 13:30", "11-04 14:30", "11-11 14:30", "11-18 14:30"]

    series.refresh_from_db()
    ending = {"version": str(series.version)}
    assert client.post(address("meeting_series_end"), ending).status_code == 302
    assert client.post(address("meeting_series_end"), ending).status_code == 422
    assert set(Meeting.objects.values_list("state", flat=True)) == {"cancelled"}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"weekdays": ["0"]}, "The first day must be one of the chosen weekdays."),
        ({"count": "3", "last_on": "2026-12-01"}, "either a last day or a number of meetings"),
        ({"until": ""}, "Enter the date."),
        ({"interval": ""}, "Choose weeks or months"),
        ({"last_on": "9999-12-31"}, "Enter a date between 2000 and 2100."),
    ],
)
def test_refused_rules_say_what_to_do(delegation, client, values, sentence: str) -> None:
    client.force_login(delegation.coordinator)
    url = reverse("meeting_series_start", args=[delegation.meeting.public_id])

    response = client.post(url, RULE | {"until": "2026-11-11"} | values)

    assert (response.status_code, sentence in response.content.decode()) == (422, True)
    assert MeetingSeries.objects.count() == 0


def test_steps_of_a_series_are_not_there_without_one(delegation, client) -> None:
    client.force_login(delegation.coordinator)

    for name in ("plan", "change", "end"):
        assert client.get(reverse(f"meeting_series_{name}", args=[delegation.meeting.public_id])).status_code == 404


def test_open_things_are_carried_over_from_the_page(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    row = delegation.meeting
    client.post(reverse("meeting_series_start", args=[row.public_id]), RULE | {"until": "2026-11-04"})
    point, call = (
        agenda_item(meeting=row, title="Left open"),
        task(title="Call back", obj=row, by=delegation.coordinator),
    )
    url = reverse("meeting_carry_over", args=[row.public_id])

    with time_machine.travel(datetime(2026, 10, 29, 12, tzinfo=UTC), tick=False):
        client.force_login(delegation.coordinator)
        assert "Carry over what is open" in client.get(reverse("meeting_page", args=[row.public_id])).content.decode()
        assert client.post(url, {}).status_code == 422
        response = client.post(url, {"items": [str(point.pk)], "tasks": [call.public_id]})
        page = client.get(response.url.partition("#")[0]).content.decode()

    assert AgendaItem.objects.filter(title="Left open").count() == 2
    assert ("Left open" in page, "Call back" in page) == (True, True)


def test_series_of_a_hidden_meeting_is_hidden(delegation) -> None:
    Meeting.objects.update(is_confidential=True)
    series_of(delegation.meeting)

    seen = {role for role in Role if MeetingSeries.objects.visible_to(user(role=role)).exists()}

    assert seen == {Role.DIRECTOR}
