"""One poll about a request, made through the actions, and the addresses of its people."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from crm.access.models import User
from crm.base.links import link_url
from meetings.polls.actions import Guest, create_poll
from meetings.polls.models import Poll, PollParticipant
from meetings.polls.rules import LINK
from meetings.scheduling.models import MeetingRequest
from tests.factories.access import user as make_user
from tests.factories.issues import ask
from tests.factories.meetings import HALF_AN_HOUR, MADE_AT, STARTS_AT, meeting_request
from tests.factories.people import legislator, office_scheduler

AT = MADE_AT
DAY = timedelta(days=1)
NEW_YORK = "America/New_York"
DANA, NOOR = "dana@office.example", "noor@outside.example"
TIMES = [(STARTS_AT + n * DAY, STARTS_AT + n * DAY + HALF_AN_HOUR, NEW_YORK) for n in range(3)]


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def owner(db: None) -> User:
    return make_user(first_name="Olu", last_name="Marsh", email="olu@alliance.example")


@pytest.fixture
def request_row(owner: User) -> MeetingRequest:
    robin = legislator(name="Robin Holder")
    dana = office_scheduler(robin, name="Dana Ruiz")
    dana.contactdetails.update(value=DANA)
    return meeting_request(person=robin, ask=ask(title="Vote for clean air"), owner=owner, scheduler=dana)


@pytest.fixture
def start(owner: User) -> Callable[..., Poll]:
    def build(**fields: Any) -> Poll:
        values: dict[str, Any] = {
            "title": "Clean air in schools",
            "options": TIMES,
            "deadline_at": AT + 7 * DAY,
            "deadline_zone": NEW_YORK,
            "guests": [Guest("Dana Ruiz", DANA), Guest("Noor Haddad", NOOR)],
            "by": owner,
            "at": AT,
        } | fields
        return create_poll(**values)

    return build


@pytest.fixture
def poll(start: Callable[..., Poll], request_row: MeetingRequest) -> Poll:
    return start(request=request_row)


def asked(poll: Poll, email: str) -> PollParticipant:
    return PollParticipant.objects.get(poll=poll, email=email)


def address(participant: PollParticipant) -> str:
    """Where the link that works leads."""
    link = participant.links.get(ended_at=None)
    return link_url(LINK, link.key).removeprefix("http://localhost:8000")
