"""My hours and calendars, on screen and without JavaScript."""

from datetime import date, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.access.enums import Role
from meetings.availability.models import BusyBlock, BusyCalendar, WorkingException, WorkingHours
from tests.factories.access import user as make_user
from tests.factories.availability import busy_calendar, working_exception, working_hours

pytestmark = pytest.mark.django_db
PAGE = "/admin/availability/"
RAW = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20990602T140000Z\r\nDURATION:PT1H\r\n"
    b"RRULE:FREQ=DAILY\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20200602T140000Z\r\nDURATION:PT1H\r\n"
    b"RRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def me(client):
    made = make_user(role=Role.COORDINATOR, time_zone="America/New_York")
    client.force_login(made)
    return made


def test_hours_are_written_line_by_line(client, me) -> None:
    shown = client.get(reverse("my_hours")).content.decode()
    answer = client.post(reverse("my_hours"), {"day0": "09:00-12:30, 13:30 – 17", "day2": "8-12"})

    assert 'value="09:00-17:00"' in shown
    assert answer.status_code == 302
    assert list(WorkingHours.objects.values_list("weekday", "starts", "ends")) == [
        (0, time(9), time(12, 30)),
        (0, time(13, 30), time(17)),
        (2, time(8), time(12)),
    ]
    assert "Monday 09:00–12:30" in client.get(PAGE).content.decode()


@pytest.mark.parametrize("line", ["nine to five", "25:00-26:00", "09:00", "17:00-09:00"])
def test_hours_that_cannot_be_read_come_back_with_a_sentence(client, me, line: str) -> None:
    answer = client.post(reverse("my_hours"), {"day0": line})

    assert answer.status_code == 422
    assert f'value="{line}"' in answer.content.decode()
    assert WorkingHours.objects.count() == 0


def test_days_off_are_added_and_taken_away(client, me) -> None:
    client.post(reverse("exception_add"), {"first_on": "2099-08-01", "last_on": "2099-08-14"})
    (row,) = WorkingException.objects.all()
    page = client.get(PAGE).content.decode()
    client.post(reverse("exception_remove", args=[row.public_id]))

    assert (row.first_on, row.last_on, row.starts) == (date(2099, 8, 1), date(2099, 8, 14), None)
    assert "off" in page
    assert WorkingException.objects.count() == 0


def test_days_of_somebody_else_are_not_mine_to_take_away(client, me) -> None:
    row = working_exception()

    assert client.post(reverse("exception_remove", args=[row.public_id])).status_code == 404
    assert WorkingException.objects.count() == 1


def test_a_file_is_read_at_once_and_again_by_the_next(client, me) -> None:
    answer = client.post(reverse("calendar_add"), {"name": "Work", "file": SimpleUploadedFile("work.ics", RAW)})
    (row,) = BusyCalendar.objects.all()
    blocks = BusyBlock.objects.count()
    client.post(reverse("calendar_read", args=[row.public_id]), {"file": SimpleUploadedFile("x.ics", b"<html>")})

    assert (answer.status_code, blocks > 300, BusyBlock.objects.count()) == (302, True, blocks)
    assert "This is no calendar file." in client.get(PAGE).content.decode()
    client.post(reverse("calendar_remove", args=[row.public_id]))
    assert BusyCalendar.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": "Work"}, "Give either an address or a file."),
        ({"name": "", "url": "https://a.example/x.ics"}, "Give it a name."),
        ({"name": "Work", "url": "ftp://a.example/x.ics"}, "Enter the address of a calendar on the internet"),
        ({"name": "Old", "url": "https://a.example/x.ics"}, "A calendar here has this name already."),
    ],
)
def test_a_calendar_that_cannot_be_added_says_why(client, me, values, sentence: str) -> None:
    busy_calendar(owner=me, name="Old")

    answer = client.post(reverse("calendar_add"), values)

    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert BusyCalendar.objects.count() == 1


def test_the_calendars_of_a_colleague_do_not_exist(client, me) -> None:
    other = busy_calendar(name="Secret job hunt", url="https://a.example/key")

    page = client.get(PAGE).content.decode()

    assert ("Secret job hunt" in page, "a.example/key" in page) == (False, False)
    for name in ("calendar_read", "calendar_remove"):
        assert client.get(reverse(name, args=[other.public_id])).status_code == 404
        assert client.post(reverse(name, args=[other.public_id])).status_code == 404


@pytest.mark.parametrize(
    ("role", "page", "step"),
    [
        (Role.DIRECTOR, 200, 200),
        (Role.AUDITOR, 200, 403),
        (Role.VOLUNTEER, 404, 404),
        (Role.EDITOR, 404, 404),
        (Role.SYSADMIN, 404, 404),
    ],
)
def test_who_plans_sees_their_own_page(sign_in, role: Role, page: int, step: int) -> None:
    client = sign_in(role)

    assert (client.get(PAGE).status_code, client.get(reverse("my_hours")).status_code) == (page, step)


def test_the_page_asks_as_often_for_one_row_as_for_three(client, me) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as taken:
            client.get(PAGE)
        return len(taken)

    def add(number: int) -> None:
        working_hours(user=me, weekday=number)
        working_exception(user=me, first_on=date(2099, 1, number + 1), last_on=date(2099, 1, number + 1))
        busy_calendar(owner=me)

    add(0)
    client.get(PAGE)
    one = count()
    add(1)
    add(2)
    assert count() == one
