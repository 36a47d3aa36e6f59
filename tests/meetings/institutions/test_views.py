"""Calendars of bodies: looked at before they are put in."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.access.enums import Role
from crm.people.enums import OrganizationClassification
from crm.people.models import Organization
from meetings.availability.models import InstitutionCalendar, InstitutionEvent, TravelTime
from tests.factories.access import user as make_user
from tests.factories.availability import institution_calendar, institution_event
from tests.factories.meetings import venue
from tests.factories.people import organization

pytestmark = pytest.mark.django_db
LIST = "/admin/availability/institutions/"


@pytest.fixture
def me(client):
    made = make_user(role=Role.COORDINATOR, time_zone="America/New_York")
    client.force_login(made)
    return made


def table() -> SimpleUploadedFile:
    day = timezone.localdate() + timedelta(days=10)
    later = day + timedelta(days=7)
    text = f"start,end,title\n{day},{day + timedelta(days=2)},Floor votes\n{later},{later + timedelta(days=5)},Recess\n"
    return SimpleUploadedFile("days.csv", text.encode())


def test_a_calendar_is_added_looked_at_and_put_in(client, me) -> None:
    organization(name="Fairland Assembly")
    values = {"organization": "Fairland Assembly", "name": "Floor", "zone": "America/New_York", "default_kind": ""}

    client.post(reverse("institution_add"), values)
    (row,) = InstitutionCalendar.objects.all()
    client.post(reverse("institution_file", args=[row.public_id]), {"version": "1", "file": table()})
    preview = client.get(reverse("institution_calendar", args=[row.public_id])).content.decode()
    before = InstitutionEvent.objects.count()
    answer = client.post(reverse("institution_import", args=[row.public_id]), {"version": "2"})
    again = client.post(reverse("institution_import", args=[row.public_id]), {"version": "2"})

    assert ("Session: 1" in preview, "Recess or district weeks: 1" in preview, before) == (True, True, 0)
    assert (answer.status_code, again.status_code) == (302, 409)
    assert list(InstitutionEvent.objects.values_list("kind", flat=True)) == ["session", "recess"]
    page = client.get(reverse("institution_calendar", args=[row.public_id])).content.decode()
    assert ("Floor votes" in page, "A file waits" in page) == (True, False)


def test_a_file_that_cannot_be_read_or_is_thrown_away_changes_nothing(client, me) -> None:
    row = institution_calendar()
    url = reverse("institution_file", args=[row.public_id])

    wrong = client.post(url, {"version": "1", "file": SimpleUploadedFile("x.ics", b"<html>")})
    missing = client.post(url, {"version": "1"})
    client.post(url, {"version": "1", "file": table()})
    client.post(reverse("institution_forget", args=[row.public_id]), {"version": "2"})

    assert (wrong.status_code, "This is no calendar file." in wrong.content.decode()) == (422, True)
    assert (missing.status_code, "Choose a file." in missing.content.decode()) == (422, True)
    row.refresh_from_db()
    assert (row.pending, InstitutionEvent.objects.count()) == ("", 0)


def test_the_calendar_of_a_hidden_body_does_not_exist(client, me) -> None:
    hidden = organization(name="Office of somebody", classification=OrganizationClassification.OFFICE)
    row = institution_calendar(organization=hidden, name="Hidden rooms")
    seen = Organization.objects.visible_to(me).filter(pk=hidden.pk).exists()

    page = client.get(LIST).content.decode()

    assert ("Hidden rooms" in page) is seen
    for name in ("institution_calendar", "institution_file", "institution_import", "institution_forget"):
        assert client.get(reverse(name, args=[row.public_id])).status_code == (200 if seen else 404)


def test_minutes_between_places_are_set(client, me) -> None:
    one, other = venue(), venue()

    client.post(reverse("travel_minutes"), {"one": one.pk, "other": other.pk, "minutes": "25"})
    same = client.post(reverse("travel_minutes"), {"one": one.pk, "other": one.pk, "minutes": "25"})

    assert list(TravelTime.objects.values_list("minutes", flat=True)) == [25]
    assert same.status_code == 422
    assert "25" in client.get(LIST).content.decode()


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 200), (Role.VOLUNTEER, 404), (Role.EDITOR, 404)])
def test_who_plans_sees_the_list(sign_in, role: Role, status: int) -> None:
    assert sign_in(role).get(LIST).status_code == status


def test_the_list_asks_as_often_for_one_row_as_for_three(client, me) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as taken:
            client.get(LIST)
        return len(taken)

    institution_event()
    client.get(LIST)
    one = count()
    institution_event()
    institution_event()
    assert count() == one
