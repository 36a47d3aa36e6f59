from datetime import UTC, datetime
from itertools import count
from typing import Any

from meetings.feeds.models import FeedToken
from meetings.feeds.rules import hash_token
from tests.factories.access import user

_number = count(1)
MADE_AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def feed_token(secret: str = "", **fields: Any) -> FeedToken:
    """A personal calendar link that was never used."""
    values = {"scope": "personal", "created_at": MADE_AT} | fields
    values["token_hash"] = hash_token(secret or f"secret-{next(_number)}")
    values["owner"] = values.get("owner") or user()
    return FeedToken.objects.create(**values)
