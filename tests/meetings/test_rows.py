"""Canaries: a secret meeting with everything that hangs on it, and every address of ours asked by every role."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from crm.access.enums import Role
from crm.access.models import User
from crm.access.rules import STAFF_ROLES
from crm.messaging.actions import receive_mail
from meetings.invitations.models import ReplyReview
from meetings.outcomes.models import Outcome
from meetings.polls.models import Poll, PollParticipant
from meetings.reminders.models import Reminder
from meetings.scheduling.actions import AttendeeInput, confirm_meeting
from meetings.scheduling.enums import AttendeeRole, MeetingFormat
from meetings.scheduling.models import Attendee, Meeting, MeetingRequest
from tests.factories.access import user as make_user
from tests.factories.issues import ask as make_ask
from tests.factories.meetings import (
    agenda_document,
    agenda_item,
    meeting_request,
    offered_time,
    outcome,
    reminder,
    series_of,
    venue,
)
from tests.factories.people import legislator
from tests.factories.polls import poll, poll_option, poll_participant
from tests.meetings.replies.test_actions import reply

pytestmark = pytest.mark.django_db
SECRET = "Xylophone"
BLIND = sorted(STAFF_ROLES - {Role.DIRECTOR}) + [Role.ADVOCATE, Role.API_CLIENT]
CRAWLED = [pytest.param(role, marks=() if role == Role.COORDINATOR else pytest.mark.slow) for role in BLIND]
"""The fast suite crawls as the role that sees most; `make test-all` as every one."""
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
AFTER = datetime(2026, 10, 28, 20, tzinfo=UTC)


class Held:
    """What the conftest's mail writer needs to know."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(AFTER, tick=False):
        yield


@pytest.fixture
def secret() -> Meeting:
    """A confidential meeting with a person everybody sees; its request is still open to every step."""
    owner = make_user(username="owner")
    row = meeting_request(person=legislator(name="Open Person"), ask=make_ask(title=f"{SECRET} ask"), owner=owner)
    offered_time(request=row)
    found = confirm_meeting(
        row,
        title=f"{SECRET} meeting",
        format=MeetingFormat.IN_PERSON,
        venue=venue(name=f"{SECRET} hall"),
        starts_at=AFTER - timedelta(hours=1),
        ends_at=AFTER,
        time_zone="America/New_York",
        attendees=[AttendeeInput(f"{SECRET} guest", "guest@secret.example", AttendeeRole.LEAD)],
        is_confidential=True,
        version=row.version,
        by=owner,
        at=AT,
    )
    point = agenda_item(meeting=found, title=f"{SECRET} point")
    agenda_document(item=point, title=f"{SECRET} paper")
    reminder(meeting=found)
    series_of(found)
    receive_mail(reply(Held(found), "crasher@secret.example", extra=f"COMMENT:{SECRET} words\n"), at=AT)  # type: ignore[arg-type]
    MeetingRequest.objects.filter(pk=row.pk).update(state="offered")
    asked = poll(request=row, title=f"{SECRET} poll", deadline_at=AFTER + timedelta(days=30))
    poll_option(poll=asked)
    poll_participant(poll=asked, name=f"{SECRET} voter")
    return found


def rows() -> dict[str, list[dict[str, Any]]]:
    """Everything a request could have changed."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in apps.get_app_config("meetings").get_models()
    }


def routes(entries: Any = None, prefix: str = "") -> Iterator[str]:
    """Every route below /admin/meetings/."""
    for entry in get_resolver().url_patterns if entries is None else entries:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver) and "admin/".startswith(route[:6]):
            yield from routes(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and route.startswith("admin/meetings"):
            yield route


def addresses(secret: Meeting) -> list[str]:
    """The routes filled with the secret rows, and the lists also searched and filtered."""
    ids = {
        "admin/meetings/meeting/": secret.public_id,
        "admin/meetings/request/": secret.request.public_id,
        "admin/meetings/answers/": ReplyReview.objects.get().public_id,
        "admin/meetings/ask/": secret.person.public_id,
        "admin/meetings/poll/": Poll.objects.get().public_id,
        "admin/meetings/offer/": secret.person.public_id,
    }
    guest = Attendee.objects.get(email="guest@secret.example").public_id
    found = []
    for route in routes():
        public_id = next((value for start, value in ids.items() if route.startswith(start)), "")
        people = {
            "<str:attendee>": guest,
            "<str:participant>": PollParticipant.objects.get().public_id,
            "<str:reminder>": Reminder.objects.get().public_id,
        }
        filled = route.replace("<str:public_id>", public_id)
        found.append("/" + reduce(lambda url, each: url.replace(*each), people.items(), filled))
    lists = [url for url in found if url.endswith(("/meetings/", "requests/", "polls/", "results/"))]
    queries = (
        f"q={SECRET}",
        "state=confirmed",
        "export=csv",
        "export=xlsx",
        f"owner={secret.owner_id}",
        "person__name=x",
    )
    pages = [f"/admin/people/{secret.person.public_id}/", "/admin/"]
    return [*found, *pages, *(f"{url}?{query}" for url in lists for query in queries)]


def echoless(response: Any) -> str:
    """The page without our own search words, and without the title of the ask, which is no secret."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    text = content.decode(errors="replace").replace(f"q={SECRET}", "").replace(f'value="{SECRET}"', "")
    return text.replace(f"{SECRET} ask", "")


FORM = {
    "version": "1",
    "state": "declined",
    "title": "Changed",
    "role": "expert",
    "name": "Changed",
    "answer": "DECLINED",
    "how": "held",
    "summary": "Changed",
    "decision": "invite",
    "when": "other",
    "item0-title": "Changed",
    "item0-duration_minutes": "5",
    "place-format": "in_person",
    "place-venue_name": "Changed",
} | {
    f"{part}-{name}": value
    for part in ("time", "time0")
    for name, value in (("date", "2026-12-01"), ("start", "10:00"), ("end", "11:00"), ("zone", "America/New_York"))
}


def press_everything(client: Client, secret: Meeting) -> None:
    """POST something that would change a row to every address but the one that asks for another meeting."""
    guest = Attendee.objects.get(email="guest@secret.example").public_id
    urls = [url for url in addresses(secret) if url.startswith("/admin/meetings/") and "?" not in url]
    for url in sorted(urls, key=lambda url: ("uninvite" in url, "cancel" in url)):
        row = secret.request if "/request/" in url else secret
        row.refresh_from_db(fields=["version"])
        if "/ask/" not in url:
            client.post(url, FORM | {"version": str(row.version), "came": guest})


@pytest.mark.parametrize("role", CRAWLED)
@pytest.mark.slow
def test_no_address_shows_or_changes_a_secret_meeting(role: Role, secret: Meeting, sign_in: Any) -> None:
    outcome(meeting=secret, summary=f"{SECRET} summary")
    before = rows()
    client = sign_in(role)

    leaks = [url for url in addresses(secret) if SECRET in echoless(client.get(url))]
    press_everything(client, secret)

    assert leaks == []
    assert rows() == before
    assert len(addresses(secret)) > 35


@pytest.mark.parametrize("role", CRAWLED)
def test_a_secret_meeting_answers_like_one_that_does_not_exist(role: Role, secret: Meeting, sign_in: Any) -> None:
    client = sign_in(role)
    pairs = [(url, url.replace(secret.public_id, "no-such-meeting")) for url in addresses(secret) if "/meeting/" in url]

    answers = [(client.get(hidden).status_code, client.get(missing).status_code) for hidden, missing in pairs]

    assert [pair for pair in answers if pair[0] != pair[1]] == []
    assert len(pairs) > 9


@pytest.mark.slow
def test_the_same_posts_change_the_rows_of_the_owner(secret: Meeting, client: Client) -> None:
    before = rows()
    client.force_login(User.objects.get(username="owner"))

    press_everything(client, secret)

    changed = {name for name, found in rows().items() if found != before[name]}
    assert changed >= {"Meeting", "MeetingRequest", "Attendee", "AgendaItem", "ReplyReview"}


@pytest.mark.slow
def test_the_same_addresses_show_it_to_the_owner_and_the_director(secret: Meeting, client: Client) -> None:
    for person in (make_user(role=Role.DIRECTOR), User.objects.get(username="owner")):
        client.force_login(person)

        shown = {url for url in addresses(secret) if SECRET in echoless(client.get(url))}

        page = f"/admin/meetings/meeting/{secret.public_id}/"
        assert {"/admin/meetings/", page, "/admin/meetings/answers/"} <= shown


@pytest.mark.parametrize("model", [Meeting, MeetingRequest, ReplyReview, Outcome])
def test_rows_are_visible_to_owner_and_director_only(model: Any, secret: Meeting) -> None:
    outcome(meeting=secret)
    owner = User.objects.get(username="owner")
    people = {"owner": owner} | {role.value: make_user(role=role) for role in Role}

    seen = {name for name, person in people.items() if model.objects.visible_to(person).exists()}

    assert seen == {"owner", "director"}
