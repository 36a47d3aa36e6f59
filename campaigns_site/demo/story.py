"""The whole demo: team, parliament, asks, petitions, months of meetings, the public site."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.conf import settings

from campaigns_site.demo import words
from campaigns_site.demo.clock import Calendar
from campaigns_site.demo.coordination import CoordinationStory
from campaigns_site.demo.meetings import MeetingStory
from campaigns_site.demo.pages import SiteBuilder
from campaigns_site.demo.power import PowerStory
from campaigns_site.demo.registry import Builder, Registry
from campaigns_site.demo.supporters import SupporterStory
from campaigns_site.demo.team import create_team
from crm.access.enums import Role
from crm.access.models import User
from crm.briefings.actions import approve_talking_point, create_talking_point
from crm.campaigns.actions import create_campaign
from crm.campaigns.models import Campaign
from crm.duplicates.actions import renew_duplicate_pairs
from crm.followups.actions import add_task
from crm.issues.actions import create_ask, create_issue, record_stance
from crm.issues.enums import Position
from crm.issues.models import Ask
from crm.notes.actions import add_note
from crm.petitions.actions import close_petition, create_petition, open_petition
from crm.petitions.models import Petition

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Size:
    """How much there is of everything."""

    constituents: int
    signatures: int
    ferry_signatures: int


SIZES = {"small": Size(24, 420, 150), "large": Size(5000, 5000, 500)}


class Story:
    """Builds everything from a seed and a moment; the same two give the same people, dates and numbers."""

    def __init__(self, *, seed: int, size: str, now: datetime, port: int, say: Callable[[str], object]) -> None:
        self.random, self.size, self.now, self.port, self.say = Random(seed), SIZES[size], now, port, say
        self.started = now - 150 * DAY

    def build(self) -> None:
        """Build once, in an empty database."""
        self.team = create_team(settings.MAIL_DOMAIN)
        self.coordinator = self.team[Role.COORDINATOR]
        self.say("Parliament, offices and people …")
        self.registry = self._registry()
        ask, campaign = self._asks()
        self._talking_points(ask)
        self._what_we_know(ask)
        calendar = Calendar(starts_at=self.started + 10 * DAY, ends_at=self.now)
        petition, ferry, ferry_petition = self._petitions(calendar, campaign, ask)
        MeetingStory(random=self.random, calendar=calendar, registry=self.registry, team=self.team, ask=ask).plan()
        self.say("Five months of meetings, mails and signatures …")
        calendar.run()
        self._tasks()
        self.say("Who knows whom, and whose votes we need …")
        PowerStory(
            random=self.random, registry=self.registry, team=self.team, started=self.started, now=self.now
        ).build(campaign, ask)
        CoordinationStory(registry=self.registry, team=self.team, ask=ask, now=self.now).build()
        renew_duplicate_pairs(at=self.now)
        self.say("Public pages in two languages …")
        builder = SiteBuilder(by=self.team[Role.DIRECTOR], now=self.now, port=self.port)
        builder.build(campaign, petition, ferry, ferry_petition)

    def _registry(self) -> Registry:
        builder = Builder(
            random=self.random, by=self.coordinator, at=self.started, read_on=(self.now - 20 * DAY).date()
        )
        return builder.build(constituents=self.size.constituents)

    def _asks(self) -> tuple[Ask, Campaign]:
        by, at = self.coordinator, self.started + DAY
        air = create_issue(name="Air quality", slug="air-quality", by=by, at=at)
        ports = create_issue(name="Ports", slug="ports", parent=air, by=by, at=at)
        schools = create_issue(name="School health", slug="school-health", parent=air, by=by, at=at)
        campaign = create_campaign(
            title="Shore power now",
            slug="shore-power",
            goal="Shore power at every busy berth by law.",
            starts_on=at.date(),
            by=by,
            at=at,
        )
        ask = create_ask(
            title=words.ASK_TITLE,
            detail=words.ASK_DETAIL,
            bill=words.BILL,
            issue=ports,
            campaign=campaign,
            by=by,
            at=at,
        )
        create_ask(title=words.SECOND_ASK, detail=words.SECOND_DETAIL, issue=schools, campaign=campaign, by=by, at=at)
        return ask, campaign

    def _talking_points(self, ask: Ask) -> None:
        at, author, approver = self.started + 3 * DAY, self.team[Role.EDITOR], self.team[Role.DIRECTOR]
        for position, (text, source) in enumerate((*words.TALKING_POINTS, words.DRAFT_POINT)):
            point = create_talking_point(
                ask=ask, text=text, source=source, sourced_on=at.date(), position=position, by=author, at=at
            )
            if (text, source) != words.DRAFT_POINT:
                approve_talking_point(point, by=approver, at=at + DAY)

    def _what_we_know(self, ask: Ask) -> None:
        at = self.started + 5 * DAY
        for number, person in enumerate(self.registry.legislators):
            if number % 2 == 0:
                record_stance(
                    person,
                    ask=ask,
                    position=self.random.choice(list(Position)[:5]),
                    evidence="Said so in the debate on the port budget.",
                    source="Official record of the Assembly",
                    observed_on=(at - self.random.randrange(5, 90) * DAY).date(),
                    by=self.coordinator,
                    at=at,
                )
        for person, text in zip(self.registry.legislators[::5], words.NOTES, strict=False):
            add_note(person, text=text, by=self.coordinator, at=at)

    def _petitions(self, calendar: Calendar, campaign: Campaign, ask: Ask) -> tuple[Petition, Campaign, Petition]:
        by, opened = self.team[Role.DIRECTOR], self.started + 12 * DAY
        petition = create_petition(
            title="Clean air at the quayside",
            slug="clean-air",
            campaign=campaign,
            ask=ask,
            addressed_to="the Assembly of Merrow",
            goal=500 if self.size.signatures < 1000 else 5000,
            by=by,
            at=opened,
        )
        open_petition(petition, by=by, at=opened)
        ferry = create_campaign(title="Keep the night ferry", slug="night-ferry", by=by, at=opened)
        ferry_petition = create_petition(
            title="Keep the night ferry running",
            slug="night-ferry",
            campaign=ferry,
            addressed_to="Fairhaven Port Authority",
            goal=150,
            by=by,
            at=opened,
        )
        open_petition(ferry_petition, by=by, at=opened)
        story = SupporterStory(random=self.random, calendar=calendar, registry=self.registry)
        story.plan(petition, number=self.size.signatures, from_day=-130, to_day=0)
        story.plan(ferry_petition, number=self.size.ferry_signatures, from_day=-130, to_day=-80)
        calendar.add(self.now - 70 * DAY, lambda at: close_petition(ferry_petition, by=by, at=at))
        return petition, ferry, ferry_petition

    def _tasks(self) -> None:
        someone: list[tuple[str, User, int]] = [
            ("Book the interpreter for the Netherquay visit", self.team[Role.VOLUNTEER], 2),
            ("Call the two offices that have not answered", self.coordinator, 0),
            ("Read the new budget note before the weekend", self.team[Role.DIRECTOR], 3),
        ]
        for title, who, days in someone:
            due = (self.now + days * DAY).date()
            add_task(title=title, assignee=who, due_on=due, by=self.coordinator, at=self.now - DAY)
