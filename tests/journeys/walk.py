"""What a walk needs: the world before it begins, a browser without JavaScript, and the count of timeline entries."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client
from wagtail.test.utils.form_data import querydict_from_html

from cms.base.actions import create_campaign_page, create_home, ensure_site
from cms.models import CampaignPage
from crm.access.actions import create_user
from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.campaigns.actions import create_campaign
from crm.issues.actions import create_ask, create_issue
from crm.issues.models import Ask
from crm.messaging.models import Message
from crm.people.models import Person
from crm.petitions.actions import create_petition, open_petition
from crm.petitions.models import Petition
from meetings.scheduling.models import Attendee, Meeting

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEGIN = datetime(2026, 9, 1, 14, tzinfo=UTC)
ZONE = "America/Los_Angeles"
THERE = ZoneInfo(ZONE)
LEAD, NOTES, DANA, KIM = "olu@alliance.example", "sam@alliance.example", "dana@umber.example", "kim@home.example"
EVERYBODY = (LEAD, NOTES, DANA, KIM)
CONGRESS = Path(__file__).parents[1] / "crm" / "imports" / "invented_congress"
CANARY = "she-owes-us-one"
"""Stands in an internal note; no mail, page or briefing for others may hold it."""


@dataclass
class World:
    """Who works where, and on what. `policymaker` and `meeting` are filled in as the walk goes on."""

    client: Client
    clock: Any
    coordinator: User
    moderator: User
    director: User
    volunteer: User
    ask: Ask
    petition: Petition
    hub: CampaignPage
    policymaker: Person = field(default_factory=Person)
    meeting: Meeting = field(default_factory=Meeting)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def travel(self, at: datetime) -> None:
        """It is `at` now. Whoever was signed in has gone home."""
        self.clock.move_to(at)
        self.client.logout()

    def wait(self, time: timedelta) -> None:
        self.clock.shift(time)

    def sign_in(self, user: User | None) -> Client:
        """Somebody sits down; None is a member of the public."""
        self.client.logout()
        if user is not None:
            self.client.force_login(user)
        return self.client

    def attendee(self, email: str) -> Attendee:
        return Attendee.objects.get(meeting=self.meeting, email=email)

    def refresh(self) -> Meeting:
        self.meeting.refresh_from_db()
        return self.meeting


@contextmanager
def entries(*verbs: str) -> Iterator[None]:
    """The block leaves exactly these entries on the timeline, in this order."""
    last = ActivityEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    yield
    found = list(ActivityEntry.objects.filter(pk__gt=last).order_by("pk"))
    assert [entry.verb for entry in found] == list(verbs), [(entry.verb, entry.data) for entry in found]


def one_entry(verb: str) -> Any:
    """The block is one step: exactly one entry, with this verb."""
    return entries(verb)


def no_entry() -> Any:
    """The block only looks, or was refused."""
    return entries()


def form_in(html: str, name: str) -> QueryDict:
    """What a browser without JavaScript would send of the first form that holds a field called `name`."""
    for index in range(html.count("<form")):
        found: QueryDict = querydict_from_html(html, form_index=index)
        if name in found:
            return found
    raise AssertionError(f"There is no form with a field {name}.")


def submit(client: Client, url: str, name: str, to: str = "", **changes: Any) -> Any:
    """Open a page, fill in the form that holds `name`, send it (to another address if `to`), and follow."""
    data = form_in(client.get(url).content.decode(), name)
    for key, value in changes.items():
        data.setlist(key.replace("__", "-"), value if isinstance(value, list) else [value])
    return client.post(to or url, data, follow=True)


def run(name: str, *args: str, **options: Any) -> str:
    """A command of ours; what it printed."""
    out = StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue()


def deliver() -> list[tuple[str, str]]:
    """The dispatcher empties what is due: (address, subject) of what left, in sending order."""
    known = set(Message.objects.filter(status="accepted").values_list("pk", flat=True))
    run("deliver", "--drain")
    left = Message.objects.filter(status="accepted").exclude(pk__in=known).order_by("rank", "due_at", "pk")
    return list(left.values_list("to_email", "subject"))


def newest(email: str, **about: Any) -> Message:
    """The last mail that left to this address."""
    return Message.objects.filter(to_email=email, status="accepted", **about).latest("accepted_at", "pk")


def link_in(mail: Message, letter: str) -> str:
    """The path of the mailed link with this purpose letter."""
    found = re.search(rf"{re.escape(settings.PUBLIC_URL)}(/l/{letter}[A-Za-z0-9_-]{{44}}/)", mail.text)
    assert found, mail.text
    return urlsplit(found[1]).path


def build_world(client: Client, clock: Any, *, password: str | None = None, port: int = 80) -> World:
    """First steps, four people of ours, a campaign with a petition that has no page yet."""
    run("setup")
    at = BEGIN
    olu, comms, director, sam = (
        create_user(username=email, email=email, role=role, password=password, first_name=given, last_name=family)
        for email, role, given, family in (
            (LEAD, Role.COORDINATOR, "Olu", "Marsh"),
            ("ines@alliance.example", Role.MODERATOR, "Ines", "Roth"),
            ("vera@alliance.example", Role.DIRECTOR, "Vera", "Holt"),
            (NOTES, Role.VOLUNTEER, "Sam", "Ito"),
        )
    )
    campaign = create_campaign(title="Clean harbours", slug="clean-harbours", by=comms, at=at)
    issue = create_issue(name="Harbours", slug="harbours", by=olu, at=at)
    ask = create_ask(title="Vote for the Clean Harbours Bill", issue=issue, campaign=campaign, by=olu, at=at)
    petition = create_petition(
        title="Two drains",
        slug="two-drains",
        campaign=campaign,
        addressed_to="Congress",
        goal=10,
        ask=ask,
        by=comms,
        at=at,
    )
    open_petition(petition, by=comms, at=at)
    home = create_home(title="Alliance", headline="A harbour we can swim in", intro="Neighbours.", by=comms, at=at)
    ensure_site(hostname="localhost", port=port, root=home)
    hub = create_campaign_page(home, campaign, title="Clean harbours", intro="One bill.", by=comms, at=at)
    return World(client, clock, olu, comms, director, sam, ask, petition, hub)
