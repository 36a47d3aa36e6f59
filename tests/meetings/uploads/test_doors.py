"""Every real calendar, and every one made to hurt, through the doors people use: the forms, the worker, an address."""

import http.server
import socket
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.access.models import User
from meetings.availability.http import HttpClient
from meetings.availability.models import BusyCalendar, CalendarUpload, InstitutionCalendar
from meetings.availability.tasks import fetch_calendar
from meetings.uploads.tasks import read_upload_now
from tests.factories.access import user as make_user
from tests.factories.availability import busy_calendar, institution_calendar
from tests.meetings.availability.hostile import hostile_files
from tests.meetings.availability.test_actions import AT, own_day, real_files

WORST = ("a zone of many parts", "deep", "every hour of a day", "every week", "some seconds", "wide")
"""Those that take longest or end otherwise; an address is given all of them."""
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def me() -> User:
    return make_user(role=Role.COORDINATOR, time_zone="America/New_York")


@pytest.fixture
def browser(me: User) -> Client:
    made = Client(raise_request_exception=False)
    made.force_login(me)
    return made


@pytest.fixture
def mine(me: User) -> BusyCalendar:
    return busy_calendar(owner=me)


@pytest.fixture
def theirs() -> InstitutionCalendar:
    return institution_calendar()


def file(raw: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("x.ics", raw)


def work() -> None:
    """What the worker does with whatever waits."""
    for upload in CalendarUpload.objects.under_way():
        read_upload_now.func(upload.pk)


def give(browser: Client, mine: BusyCalendar, theirs: InstitutionCalendar, raw: bytes) -> tuple[int, ...]:
    """The status of every page on the way of one file as one's own and as an institution's, put in where it can be."""
    own = browser.post(reverse("calendar_read", args=[mine.public_id]), {"file": file(raw)})
    version = {"version": str(theirs.version)}
    body = browser.post(reverse("institution_file", args=[theirs.public_id]), {"file": file(raw), **version})
    work()
    theirs.refresh_from_db()
    pages = [
        browser.get(reverse("my_availability")),
        browser.get(reverse("institution_calendar", args=[theirs.public_id])),
    ]
    if theirs.pending:
        url = reverse("institution_import", args=[theirs.public_id])
        pages.append(browser.post(url, {"version": str(theirs.version)}))
        theirs.refresh_from_db()
    return own.status_code, body.status_code, *(page.status_code for page in pages)


def test_every_real_file_goes_through_the_forms(shared_data: Path, browser, mine, theirs) -> None:
    met, sentences = set(), set()

    for path in real_files(shared_data):
        raw = path.read_bytes()
        if raw.strip():
            met |= {(path.name, status) for status in give(browser, mine, theirs, raw) if status not in {200, 302}}
            sentences |= set(CalendarUpload.objects.filter(state="failed").values_list("sentence", flat=True))

    states = set(CalendarUpload.objects.values_list("state", flat=True))
    assert (met, sentences, states) == (set(), set(), {"done"})
    assert CalendarUpload.objects.exclude(raw=b"").count() == 0


@pytest.mark.parametrize("name", WORST)
def test_files_made_to_hurt_go_through_the_forms(browser, mine, theirs, name: str) -> None:
    statuses = give(browser, mine, theirs, hostile_files()[name]())

    assert set(statuses) == {200, 302}
    assert set(CalendarUpload.objects.values_list("state", flat=True)) <= {"done", "failed"}
    failed = CalendarUpload.objects.filter(state="failed").values_list("sentence", flat=True)
    assert {sentence.partition(".")[0] for sentence in failed} <= {"This is no calendar file"}
    if not CalendarUpload.objects.filter(state="failed").exists():
        mine.refresh_from_db()
        assert mine.last_read_at is not None


@pytest.fixture
def web() -> Iterator[tuple[dict[str, bytes], HttpClient]]:
    """Pages by path, and a client whose every name is the server that has them."""
    pages: dict[str, bytes] = {}

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(pages[self.path])

        def log_message(self, *args: object) -> None:
            """Nothing on the terminal."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()

    def connect(_address: object, timeout: float) -> socket.socket:
        return socket.create_connection(("127.0.0.1", server.server_port), timeout=timeout)

    yield pages, HttpClient(resolve=lambda host, port: ["93.184.216.34"], connect=connect)
    server.shutdown()
    server.server_close()
    thread.join()


def fetched(calendar: BusyCalendar, web: tuple[dict[str, bytes], HttpClient], raw: bytes, at: datetime) -> str:
    pages, client = web
    pages["/x.ics"] = raw
    said = fetch_calendar(calendar.pk, client=client, at=at)
    calendar.refresh_from_db()
    assert calendar.last_tried_at == at
    return said


def test_every_real_file_comes_from_an_address(shared_data: Path, web, me) -> None:
    calendar = busy_calendar(owner=me, url="http://calendar.example/x.ics")
    blocks = 0

    for path in real_files(shared_data):
        raw = path.read_bytes()
        at = own_day(raw)
        fetched(calendar, web, raw, at)
        assert (path.name, calendar.last_read_at) == (path.name, at)
        blocks += calendar.blocks.count()

    assert blocks > 100


@pytest.mark.parametrize("name", sorted(hostile_files()))
def test_every_file_made_to_hurt_comes_from_an_address(web, me, name: str) -> None:
    calendar = busy_calendar(owner=me, url="http://calendar.example/x.ics")

    said = fetched(calendar, web, hostile_files()[name](), AT)

    assert calendar.last_read_at == AT or said.startswith("This is no calendar file.")
