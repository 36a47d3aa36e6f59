"""Handing in a long calendar file: the answer comes at once, its page shows how far it is and what came of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from crm.access.enums import Role
from meetings.availability.models import BusyBlock, BusyCalendar, CalendarUpload, InstitutionEvent
from meetings.uploads.tasks import read_upload_now
from meetings.uploads.views import AT_ONCE
from tests.factories.access import user as make_user
from tests.factories.availability import busy_calendar, calendar_upload, institution_calendar

pytestmark = pytest.mark.django_db
MINE = "/admin/availability/"
EVENT = b"BEGIN:VEVENT\r\nDTSTART:20990602T140000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n"
BUSY = b"BEGIN:VEVENT\r\nDTSTART:20200602T140000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n"
LONG = b"BEGIN:VCALENDAR\r\n" + BUSY + EVENT * (AT_ONCE // len(EVENT)) + b"END:VCALENDAR\r\n"


@pytest.fixture
def me(client):
    made = make_user(role=Role.COORDINATOR, time_zone="America/New_York")
    client.force_login(made)
    return made


def file(raw: bytes = LONG) -> SimpleUploadedFile:
    return SimpleUploadedFile("work.ics", raw)


def read(upload: CalendarUpload) -> None:
    """What a worker does."""
    read_upload_now.func(upload.pk)
    upload.refresh_from_db()


def test_a_long_file_is_read_by_a_worker(client, me, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks() as woken:
        answer = client.post(reverse("calendar_add"), {"name": "Work", "file": file()})
    (upload,) = CalendarUpload.objects.all()
    page = client.get(answer.url).content.decode()
    listed = client.get(MINE).content.decode()
    progress = client.get(reverse("calendar_upload_progress", args=[upload.public_id])).json()
    before = BusyBlock.objects.count()
    woken[-1]()

    assert answer.url == reverse("calendar_upload", args=[upload.public_id])
    assert ("waiting for a worker" in page, "Stop" in page, "File of" in listed) == (True, True, True)
    assert progress == {"done": 0, "total": 0, "is_alive": True, "text": "waiting for a worker", "is_over": False}
    assert (before, BusyBlock.objects.count() > 300) == (0, True)
    done = client.get(answer.url).content.decode()
    assert ("data-progress=" in done, "To my availability" in done, "File of" in client.get(MINE).content.decode()) == (
        False,
        True,
        False,
    )


def test_a_long_file_of_an_institution_is_looked_at_when_it_is_read(client, me) -> None:
    row = institution_calendar()
    page = reverse("institution_calendar", args=[row.public_id])

    answer = client.post(reverse("institution_file", args=[row.public_id]), {"version": "1", "file": file()})
    (upload,) = CalendarUpload.objects.all()
    waits = client.get(page).content.decode()
    read(upload)
    shown = client.get(page).content.decode()
    client.post(reverse("institution_import", args=[row.public_id]), {"version": "2"})

    assert answer.url == reverse("calendar_upload", args=[upload.public_id])
    assert ("waiting for a worker" in waits, "A file waits" in waits, "A file waits" in shown) == (True, False, True)
    assert "then put it in" in client.get(answer.url).content.decode()
    assert InstitutionEvent.objects.count() > 300


def test_a_long_file_that_cannot_be_read_says_why_on_its_page(client, me) -> None:
    row = institution_calendar()

    answer = client.post(
        reverse("institution_file", args=[row.public_id]), {"version": "1", "file": file(b"x" * 99_000)}
    )
    read(CalendarUpload.objects.get())

    assert "This is no calendar file." in client.get(answer.url).content.decode()
    assert "not read" in client.get(reverse("institution_calendar", args=[row.public_id])).content.decode()


def test_a_file_over_a_megabyte_is_refused_in_the_form(client, me) -> None:
    answer = client.post(reverse("calendar_add"), {"name": "Work", "file": file(b"x" * 1_000_001)})

    assert (answer.status_code, "larger than 1 MB" in answer.content.decode()) == (422, True)
    assert (BusyCalendar.objects.count(), CalendarUpload.objects.count()) == (0, 0)


def test_a_file_is_stopped_once_and_only_by_a_button(client, me) -> None:
    upload = calendar_upload(calendar=busy_calendar(owner=me), raw=LONG)
    url = reverse("calendar_upload_stop", args=[upload.public_id])

    refused = client.get(url).status_code
    answers = [client.post(url).status_code for _ in range(2)]
    read(upload)

    assert (refused, answers, upload.state, BusyBlock.objects.count()) == (405, [302, 302], "stopped", 0)
    page = client.get(reverse("calendar_upload", args=[upload.public_id])).content.decode()
    assert "The file was thrown away; the calendar is as it was." in page


@pytest.mark.parametrize("name", ["calendar_upload", "calendar_upload_progress", "calendar_upload_stop"])
def test_files_of_others_do_not_exist(client, me, name: str) -> None:
    url = reverse(name, args=[calendar_upload().public_id])

    assert {client.get(url).status_code, client.post(url).status_code} <= {404, 405}


def test_an_old_version_of_an_institutions_calendar_is_a_conflict(client, me) -> None:
    row = institution_calendar(version=3)

    answer = client.post(reverse("institution_file", args=[row.public_id]), {"version": "2", "file": file()})

    assert (answer.status_code, CalendarUpload.objects.count()) == (409, 0)
