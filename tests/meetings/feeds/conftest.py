"""A calendar link of somebody, and what its address answers on a fixed day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from crm.access.enums import Role
from crm.access.models import User
from tests.factories.access import user as make_user
from tests.factories.feeds import feed_token

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
SECRET = "s3cret" * 7


@dataclass
class Link:
    """The link's owner, and a program that reads it."""

    owner: User
    secret: str = SECRET
    client: Client = field(default_factory=Client)

    @property
    def path(self) -> str:
        return f"/feeds/{self.secret}.ics"

    def read(self, **headers: str) -> Any:
        return self.client.get(self.path, headers=headers)

    def text(self) -> str:
        """The calendar with its long lines joined."""
        return re.sub("\r\n ", "", self.read().content.decode())

    def titles(self) -> list[str]:
        """What the entries are called, in the order of the alphabet."""
        return sorted(re.findall(r"(?m)^SUMMARY:(.*)\r$", self.text()))


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    cache.clear()
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


@pytest.fixture
def link(db: None) -> Link:
    """A coordinator's personal link."""
    made = Link(make_user(role=Role.COORDINATOR))
    feed_token(SECRET, owner=made.owner)
    return made
