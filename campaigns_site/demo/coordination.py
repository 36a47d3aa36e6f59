"""When everybody is free, a poll that waits for answers, and the lobby day that is being planned."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaigns_site.demo.clock import post, working_hour
from campaigns_site.demo.meetings import HOME_ZONE
from campaigns_site.demo.registry import Registry
from crm.access.enums import Role
from crm.access.models import User
from crm.issues.models import Ask
from crm.people.enums import OrganizationClassification
from crm.people.models import Organization, Person
from crm.people.queries import mail_address_of
from meetings.availability.actions import (
    add_exception,
    add_institution_calendar,
    import_institution,
    propose_institution,
    set_working_hours,
)
from meetings.itineraries.actions import publish_day
from meetings.lobbydays.actions import DelegateInput, add_building, add_delegate, add_offices, create_day, set_walk
from meetings.lobbydays.models import LobbyDay
from meetings.polls.actions import Guest, create_poll
from meetings.teams.actions import plan_day

DAY = timedelta(days=1)
WORKING_DAYS = range(5)
OFFICES, DELEGATES = 10, 8


class CoordinationStory:
    """Built through the actions staff use, in the last days before `now`."""

    def __init__(self, *, registry: Registry, team: dict[Role, User], ask: Ask, now: datetime) -> None:
        self.registry, self.team, self.ask, self.now = registry, team, ask, now
        self.by = team[Role.COORDINATOR]

    def build(self) -> None:
        """Everything, once, in this order; the mails it writes leave at once."""
        self._hours()
        self._sittings()
        self._poll()
        self._lobby_day()
        post(self.now)

    def _hours(self) -> None:
        """Who works when, and the director's days off."""
        week = [(day, time(9), time(17)) for day in WORKING_DAYS]
        for role in (Role.COORDINATOR, Role.DIRECTOR):
            set_working_hours(self.team[role], hours=week, by=self.team[role], at=self.now - 3 * DAY)
        first = (self.now + 16 * DAY).date()
        director = self.team[Role.DIRECTOR]
        add_exception(director, first_on=first, last_on=first + DAY, by=director, at=self.now - 3 * DAY)

    def _sittings(self) -> None:
        """The first chamber sits two weeks, then everybody is in the districts."""
        chamber = Organization.objects.filter(classification=OrganizationClassification.CHAMBER).order_by("id")[0]
        at, today = self.now - 2 * DAY, self.now.date()
        calendar = add_institution_calendar(
            chamber, name="Sittings of the spring term", time_zone=HOME_ZONE, by=self.by, at=at
        )
        rows = [
            "first_day,last_day,kind,title",
            f"{today},{today + 12 * DAY},session,Plenary weeks",
            f"{today + 13 * DAY},{today + 19 * DAY},recess,Week in the districts",
            f"{today + 20 * DAY},{today + 40 * DAY},session,Plenary weeks",
        ]
        raw = "\n".join(rows).encode()
        propose_institution(calendar, raw, version=calendar.version, by=self.by, at=at)
        calendar.refresh_from_db()
        import_institution(calendar, version=calendar.version, by=self.by, at=at)

    def _poll(self) -> None:
        """When the partners can meet to prepare the lobby day."""
        starts = [self._local(days, hour) for days, hour in ((6, 10), (7, 15), (8, 11))]
        guests = [
            Guest(person.name, email, person)
            for person in self.registry.partners[:3]
            if (email := mail_address_of(person, self.now.date()))
        ]
        create_poll(
            title="Preparing the day at Parliament House",
            options=[(start, start + timedelta(hours=1), HOME_ZONE) for start in starts],
            deadline_at=self.now + 4 * DAY,
            deadline_zone=HOME_ZONE,
            guests=guests,
            shows_names=True,
            by=self.by,
            at=self.now - DAY,
        )

    def _local(self, days: int, hour: int) -> datetime:
        day = self.now.astimezone(ZoneInfo(HOME_ZONE)).date() + days * DAY
        return datetime.combine(day, time(hour), ZoneInfo(HOME_ZONE)).astimezone(UTC)

    def _lobby_day(self) -> None:
        """Ten offices in two buildings, eight constituents, planned and told."""
        at = self.now - DAY
        day = create_day(
            title="Harbour air at Parliament House",
            held_on=working_hour(self.now + 24 * DAY, 10, HOME_ZONE).date(),
            time_zone=HOME_ZONE,
            opens=time(10),
            closes=time(16),
            ask=self.ask,
            owner=self.by,
            by=self.by,
            at=at,
        )
        house = add_building(name="Parliament House", address="1 Chamber Square, Fairhaven", by=self.by, at=at)
        annex = add_building(name="Members' Annex", address="4 Chamber Square, Fairhaven", by=self.by, at=at)
        set_walk(house, annex, minutes=8, by=self.by, at=at)
        people = self.registry.legislators[:OFFICES]
        add_offices(day, people[::2], building=house, by=self.by, at=at)
        add_offices(day, people[1::2], building=annex, by=self.by, at=at)
        for number, person in enumerate(self.registry.constituents[:DELEGATES]):
            self._take_along(day, person, people[number], leads=number % 2 == 0)
        plan_day(day, by=self.by, at=at)
        publish_day(day, by=self.by, at=self.now - timedelta(hours=2))

    def _take_along(self, day: LobbyDay, person: Person, policymaker: Person, *, leads: bool) -> None:
        """Somebody who lives where that policymaker was elected."""
        area = day.offices.get(person=policymaker).area
        email = mail_address_of(person, self.now.date()) or ""
        given = DelegateInput(person.name, email, person, area, can_lead=leads)
        add_delegate(day, given, by=self.by, at=self.now - DAY)
