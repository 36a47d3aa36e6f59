"""Calendars at an address: what is fetched, what is refused, and that nothing reaches our own network."""

import http.server
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crm.base.errors import ParleyError
from meetings.availability.errors import CalendarAddressError, CalendarFetchError, CalendarTooLargeError
from meetings.availability.http import HttpClient, is_public, parse_address
from meetings.availability.models import BusyBlock
from meetings.availability.tasks import continue_calendars, fetch_calendar
from tests.factories.access import user
from tests.factories.availability import busy_calendar

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
RAW = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260602T140000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


class Answers:
    """A client that answers without a network."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def get(self, url: str) -> bytes:
        self.asked.append(url)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.django_db
def test_a_calendar_is_fetched_and_again_without_doubles() -> None:
    calendar = busy_calendar(url="https://calendar.example/x.ics")
    client = Answers(RAW)

    for _ in range(2):
        assert fetch_calendar(calendar.pk, client=client, at=AT) == ""

    assert BusyBlock.objects.count() == 1
    assert client.asked == [calendar.url] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("problem", [CalendarFetchError(), RuntimeError("x")])
def test_a_calendar_that_does_not_answer_keeps_its_times_and_says_so(problem: Exception, caplog) -> None:
    calendar = busy_calendar(url="https://calendar.example/x.ics")
    fetch_calendar(calendar.pk, client=Answers(RAW), at=AT)

    said = fetch_calendar(calendar.pk, client=Answers(problem), at=AT + timedelta(hours=5))

    calendar.refresh_from_db()
    assert said == calendar.last_problem == str(CalendarFetchError.sentence)
    assert (BusyBlock.objects.count(), calendar.last_read_at) == (1, AT)


@pytest.mark.django_db
def test_a_calendar_that_is_gone_or_has_no_address_is_not_fetched() -> None:
    client = Answers(RAW)

    assert fetch_calendar(busy_calendar().pk, client=client, at=AT) == ""
    assert fetch_calendar(10**9, client=client, at=AT) == ""

    assert client.asked == []


@pytest.mark.django_db
def test_the_round_takes_what_nobody_tried_for_four_hours() -> None:
    busy_calendar(url="https://a.example/", last_tried_at=AT - timedelta(hours=3))
    busy_calendar(url="https://b.example/", last_tried_at=AT - timedelta(hours=5))
    busy_calendar(url="https://c.example/")
    busy_calendar()
    busy_calendar(url="https://d.example/", owner=user(is_active=False))
    client = Answers(RAW)

    assert (continue_calendars(AT, client), continue_calendars(AT, client)) == (2, 0)

    assert sorted(client.asked) == ["https://b.example/", "https://c.example/"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "2001:db8::1", "not an address", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_open_internet_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_addresses_of_the_open_internet_are_known(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "ftp://a.example/", "file:///etc/passwd", "gopher://a.example/", "http://", "https:///x",
        "http://user:secret@a.example/", "http://a.example:22/", "http://a.example:99999/", "http://[::1",
        "//a.example/",
        "javascript:alert(1)", "http://" + "a" * 300 + ".example/",
    ],
)  # fmt: skip
def test_addresses_that_are_no_web_address_are_refused(url: str) -> None:
    with pytest.raises(CalendarAddressError):
        parse_address(url)


def test_webcal_is_https_and_odd_letters_are_quoted() -> None:
    target = parse_address("webcal://Bücher.example/my cal\r\nX: y?a=b c")

    assert (target.scheme, target.host, target.port) == ("https", "xn--bcher-kva.example", 443)
    assert "\r" not in target.path
    assert " " not in target.path


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"], []])
def test_a_name_that_leads_inside_is_refused_before_anything_is_opened(found: list[str]) -> None:
    def connect(*args: object, **kwargs: object) -> None:
        raise AssertionError("opened a connection")

    client = HttpClient(resolve=lambda host, port: found, connect=connect)  # type: ignore[arg-type]

    with pytest.raises(CalendarAddressError):
        client.get("http://inside.example/x.ics")


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = {"/gone": 404, "/moved": 302, "/broken": 500}.get(self.path, 200)
        body = b"x" * 1_000_001 if self.path == "/large" else RAW
        self.send_response(status)
        if self.path == "/moved":
            self.send_header("Location", "/x.ics")
        if self.path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def web() -> Iterator[HttpClient]:
    """A client whose every name is a server of this test."""
    import socket

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()

    def connect(_address: object, timeout: float) -> socket.socket:
        return socket.create_connection(("127.0.0.1", server.server_port), timeout=timeout)

    yield HttpClient(resolve=lambda host, port: ["93.184.216.34"], connect=connect)
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_calendar_comes_over_http(web: HttpClient) -> None:
    assert web.get("http://calendar.example/x.ics") == RAW


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("gone", CalendarFetchError),
        ("moved", CalendarFetchError),
        ("broken", CalendarFetchError),
        ("packed", CalendarFetchError),
        ("large", CalendarTooLargeError),
    ],
)
def test_other_answers_are_refused_with_a_sentence(web: HttpClient, path: str, error: type[ParleyError]) -> None:
    with pytest.raises(error):
        web.get(f"http://calendar.example/{path}")


def test_a_server_that_drips_is_left_after_the_time(web: HttpClient) -> None:
    import socket

    ours, theirs = socket.socketpair()
    client = HttpClient(
        resolve=lambda host, port: ["93.184.216.34"], connect=lambda address, timeout: ours, seconds=0.2
    )
    theirs.sendall(b"HTTP/1.1 200 OK\r\n")

    with theirs, pytest.raises(CalendarFetchError):
        client.get("http://calendar.example/x.ics")
