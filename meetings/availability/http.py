"""Fetching a calendar somebody gave the address of, without becoming a door into our own network.

The name is resolved once and the connection goes to that very address; private, loopback and link-local ones are
refused, redirects are not followed, and after five seconds or a megabyte it is over.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

from meetings.availability.errors import CalendarAddressError, CalendarFetchError, CalendarTooLargeError
from meetings.availability.ics import MAX_BYTES

SECONDS = 5.0
PORTS = {"http": 80, "https": 443}
EMBEDDED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""IPv6 addresses that stand for IPv4 ones."""

Resolve = Callable[[str, int], list[str]]


class CalendarClient(Protocol):
    """Gets the bytes behind an address, or raises a ParleyError with a plain sentence."""

    def get(self, url: str) -> bytes: ...


@dataclass(frozen=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str


def parse_address(url: str) -> Target:
    """Raises CalendarAddressError for anything but a plain http or https address (webcal counts as https)."""
    try:
        parts = urlsplit(url.strip())
        scheme = {"webcal": "https", "webcals": "https"}.get(parts.scheme.lower(), parts.scheme.lower())
        port = parts.port or PORTS.get(scheme, 0)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise CalendarAddressError from error
    if scheme not in PORTS or not host or parts.username is not None or port not in PORTS.values():
        raise CalendarAddressError
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    )
    return Target(scheme, host, port, path)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if any(found in network for network in EMBEDDED):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if found.is_site_local:
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CalendarFetchError(
            _("This address is not known on the internet. Check it for typing mistakes.")
        ) from error
    return [str(each[4][0]) for each in found]


class HttpClient:
    """The client that is used outside tests."""

    def __init__(
        self,
        *,
        resolve: Resolve = resolve,
        permitted: Callable[[str], bool] = is_public,
        connect: Callable[..., socket.socket] = socket.create_connection,
        seconds: float = SECONDS,
    ) -> None:
        self._resolve, self._permitted, self._connect, self._seconds = resolve, permitted, connect, seconds

    def get(self, url: str) -> bytes:
        target = parse_address(url)
        addresses = self._resolve(target.host, target.port)
        if not addresses or not all(map(self._permitted, addresses)):
            raise CalendarAddressError(_("This address leads into a private network. Enter one on the open internet."))
        try:
            return self._fetch(target, addresses[0])
        except (OSError, ssl.SSLError, http.client.HTTPException, ValueError) as error:
            raise CalendarFetchError from error

    def _fetch(self, target: Target, address: str) -> bytes:
        plain = self._connect((address, target.port), timeout=self._seconds)
        late = threading.Event()
        over = threading.Timer(self._seconds, _shut, [plain, late])
        over.daemon = True
        over.start()
        try:
            sock = _secured(plain, target.host) if target.scheme == "https" else plain
            raw = self._ask(target, sock)
            if late.is_set():
                raise CalendarFetchError
            return raw
        finally:
            over.cancel()
            plain.close()

    def _ask(self, target: Target, sock: Any) -> bytes:
        connection = http.client.HTTPConnection(target.host, target.port, timeout=self._seconds)
        connection.sock = sock
        headers = {"Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "identity", "User-Agent": "Parley"}
        try:
            connection.request("GET", target.path, headers={**headers, "Connection": "close"})
            answer = connection.getresponse()
            _check(answer)
            raw = answer.read(MAX_BYTES + 1)
        finally:
            connection.close()
        if len(raw) > MAX_BYTES:
            raise CalendarTooLargeError
        if answer.length:
            raise CalendarFetchError
        return raw


def _shut(sock: socket.socket, late: threading.Event) -> None:
    """Ends a connection that drips."""
    late.set()
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _secured(sock: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(sock, server_hostname=host)


def _check(answer: http.client.HTTPResponse) -> None:
    if 300 <= answer.status < 400:
        raise CalendarFetchError(_("This address only leads to another one. Enter the address it leads to."))
    if answer.status in {401, 403, 404, 410}:
        raise CalendarFetchError(_("There is no calendar at this address any more. Copy it anew from your calendar."))
    if answer.status != 200:
        raise CalendarFetchError
    if answer.getheader("Content-Encoding", "identity").lower() not in {"identity", ""}:
        raise CalendarFetchError
