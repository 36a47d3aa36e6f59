"""Tokens, windows and keys of calendar feeds: pure decisions."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.conf import settings

from meetings.feeds.enums import Detail, FeedScope
from meetings.feeds.models import FeedToken

PAST, FUTURE = timedelta(days=90), timedelta(days=400)
CANCELLED_KEPT = timedelta(days=30)
"""A cancelled meeting stays that long, so that every subscriber has time to see it struck out."""
MAX_EVENTS = 5_000
PER_MINUTE = 60
LONGEST_SECRET = 100
RENDERER = 1
"""Raise it when entries are written differently: kept ones are made anew."""


PRIME, SPREAD = 2_147_483_647, 1_000_003
Tally = tuple[int, int]
"""How many rows, and a sum that no usual change of keys and versions leaves as it was."""


@dataclass(frozen=True)
class Window:
    """Whole days in UTC, so that two reads on one day see the same; `cancelled_since` is about the cancelling."""

    starts_at: datetime
    ends_at: datetime
    cancelled_since: datetime
    today: datetime


def window(on: date) -> Window:
    """What a feed shows on a day: 90 days back, 400 ahead."""
    today = datetime.combine(on, time.min, tzinfo=UTC)
    return Window(today - PAST, today + FUTURE, today - CANCELLED_KEPT, today)


def hash_token(secret: str) -> str:
    """The keyed digest under which a token is kept: who reads the database cannot use it."""
    key = hashlib.sha256(f"parley.feed.{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()


def feed_url(secret: str) -> str:
    """The address somebody subscribes to; built from the configured site, never from a request."""
    return f"{settings.PUBLIC_URL}/feeds/{secret}.ics"


def webcal_url(secret: str) -> str:
    """The same address, for programs that subscribe by themselves."""
    return "webcal://" + feed_url(secret).partition("://")[2]


def made_for() -> str:
    """What a kept entry depends on besides its meeting: how we write, and where our pages are."""
    return hashlib.sha256(f"{RENDERER} {settings.PUBLIC_URL} {settings.LANGUAGE_CODE}".encode()).hexdigest()[:16]


def tally(versions: Iterable[tuple[int, int]]) -> Tally:
    """Of (key, version) pairs in any order. Squared, so that one row more and another less do not cancel out."""
    mixed = [(key * SPREAD + version) % PRIME for key, version in versions]
    return len(mixed), sum(number * number % PRIME for number in mixed)


def detail_of(token: FeedToken) -> Detail:
    """Only the owner's own calendar tells everything."""
    return Detail.OWN if token.scope == FeedScope.PERSONAL else Detail.SHARED


def entity_tag(body: bytes) -> str:
    """A strong ETag: the same bytes, the same tag."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def subscribe_urls(secret: str) -> list[tuple[str, str]]:
    """(program, address) of the pages where one click subscribes."""
    webcal, name = webcal_url(secret), settings.ORGANISATION_NAME
    outlook = urlencode({"url": feed_url(secret), "name": name})
    return [
        ("Google Calendar", "https://calendar.google.com/calendar/r?" + urlencode({"cid": webcal})),
        ("Outlook.com", f"https://outlook.live.com/calendar/0/addfromweb?{outlook}"),
        ("Outlook (Microsoft 365)", f"https://outlook.office.com/calendar/0/addfromweb?{outlook}"),
    ]
