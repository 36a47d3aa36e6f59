"""The parliament of Merrow, its offices and their schedulers, and the people we work with."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from random import Random

from campaigns_site.demo.world import (
    CHAMBERS,
    COMMITTEES,
    COUNTRY,
    FAMILY,
    GIVEN,
    PARLIAMENT,
    PARTIES,
    PARTNERS,
    REGIONS,
    Region,
)
from crm.access.models import User
from crm.base.text import fold
from crm.contacts.actions import add_contact_detail
from crm.memberships.actions import add_membership, add_staff
from crm.offices.actions import add_office
from crm.people.actions import create_organization, create_person, create_post
from crm.people.enums import (
    ContactType,
    MembershipRole,
    OfficeClassification,
    OrganizationClassification,
    PersonCategory,
)
from crm.people.models import Organization, Person
from crm.places.actions import create_area, set_postcode_areas
from crm.places.enums import AreaClassification
from crm.places.models import Area

TERM = ("2025-01-07", "2028-01-04")
PERIOD = "12th Parliament"
REGISTER = "Register of the Parliament of Merrow"


@dataclass
class Registry:
    """What the story needs to find again."""

    districts: list[Area] = field(default_factory=list)
    states: list[Area] = field(default_factory=list)
    regions: dict[int, Region] = field(default_factory=dict)
    postcodes: dict[int, list[str]] = field(default_factory=dict)
    legislators: list[Person] = field(default_factory=list)
    schedulers: dict[int, Person] = field(default_factory=dict)
    zones: dict[int, str] = field(default_factory=dict)
    partners: list[Person] = field(default_factory=list)
    constituents: list[Person] = field(default_factory=list)


def plain(text: str) -> str:
    """Letters only, for an invented mail address."""
    return re.sub(r"[^a-z]", "", fold(text))


class Names:
    """Invented names, each used once, in an order that follows from the seed."""

    def __init__(self, random: Random) -> None:
        self._pairs = [(given, family) for given in GIVEN for family in FAMILY]
        random.shuffle(self._pairs)

    def next(self) -> tuple[str, str]:
        return self._pairs.pop()


class Builder:
    """Builds the registry through the same actions staff use."""

    def __init__(self, *, random: Random, by: User, at: datetime, read_on: date) -> None:
        self.random, self.by, self.at, self.read_on = random, by, at, read_on
        self.names = Names(random)
        self.made = Registry()
        self._phone = count(5550100)
        self._postcode = count(90100)

    def build(self, *, constituents: int) -> Registry:
        """Country, parliament, every seat with its office, committees, partners, constituents."""
        self._country()
        chambers = self._chambers()
        parties = [self._body(name, OrganizationClassification.PARTY) for name in PARTIES]
        for seat, area in enumerate(self.made.districts):
            self._legislator(chambers["assembly"], parties, area, f"Assembly member for {area.name}", seat)
        for seat, area in enumerate(area for area in self.made.states for _half in range(2)):
            self._legislator(chambers["senate"], parties, area, f"Senator for {area.name}, seat {seat % 2 + 1}", seat)
        for key, committees in COMMITTEES.items():
            for name, subcommittees in committees:
                self._committee(name, chambers[key], subcommittees)
        self._partners()
        self._constituents(constituents)
        return self.made

    def _body(self, name: str, kind: OrganizationClassification, parent: Organization | None = None) -> Organization:
        return create_organization(name=name, classification=kind, parent=parent, by=self.by, at=self.at)

    def _country(self) -> None:
        name, division = COUNTRY
        country = create_area(division, name, AreaClassification.COUNTRY, code="zz", by=self.by, at=self.at)
        for region in REGIONS:
            state = create_area(
                f"{division}/state:{region.code}",
                region.name,
                AreaClassification.STATE,
                parent=country,
                code=region.code.upper(),
                by=self.by,
                at=self.at,
            )
            self.made.states.append(state)
            self.made.regions[state.pk] = region
            for number, town in enumerate(region.towns, start=1):
                self._district(state, region, number, town)

    def _district(self, state: Area, region: Region, number: int, town: str) -> None:
        district = create_area(
            f"{state.identifier}/district:{number}",
            f"{region.name} {number} ({town})",
            AreaClassification.DISTRICT,
            parent=state,
            code=f"{region.code.upper()}-{number}",
            by=self.by,
            at=self.at,
        )
        self.made.districts.append(district)
        self.made.regions[district.pk] = region
        codes = [str(next(self._postcode)) for _each in range(3)]
        self.made.postcodes[district.pk] = codes
        for code in codes:
            set_postcode_areas(code, district, by=self.by, at=self.at)

    def _chambers(self) -> dict[str, Organization]:
        parliament = self._body(PARLIAMENT, OrganizationClassification.LEGISLATURE)
        return {key: self._body(name, OrganizationClassification.CHAMBER, parliament) for key, name in CHAMBERS.items()}

    def _person(self, category: PersonCategory, given: str, family: str) -> Person:
        return create_person(
            name=f"{given} {family}",
            given_name=given,
            family_name=family,
            category=category,
            by=self.by,
            at=self.at,
        )

    def _legislator(
        self, chamber: Organization, parties: list[Organization], area: Area, label: str, seat: int
    ) -> None:
        given, family = self.names.next()
        person = self._person(PersonCategory.POLICYMAKER, given, family)
        post = create_post(
            organization=chamber, label=label, role=label.split(" for ")[0], area=area, by=self.by, at=self.at
        )
        add_membership(
            person=person,
            organization=chamber,
            post=post,
            label=label.split(" for ")[0],
            area=area,
            on_behalf_of=parties[(seat + self.random.randrange(2)) % len(parties)],
            legislative_period=PERIOD,
            start_date=TERM[0],
            end_date=TERM[1],
            source=REGISTER,
            sourced_on=self.read_on,
            by=self.by,
            at=self.at,
        )
        self._offices(person, area)
        self._scheduler(person, chamber)
        self.made.legislators.append(person)
        self.made.zones[person.pk] = self.made.regions[area.pk].time_zone

    def _offices(self, person: Person, area: Area) -> None:
        region = self.made.regions[area.pk]
        room = self.random.randrange(101, 480)
        for kind, address, city in (
            (OfficeClassification.CAPITOL, f"{room} Parliament House", "Fairhaven"),
            (OfficeClassification.DISTRICT, f"{self.random.randrange(2, 90)} Market Street", region.towns[0]),
        ):
            add_office(
                person,
                classification=kind,
                address=address,
                city=city,
                state=region.code.upper(),
                voice=f"+1 207 {next(self._phone)}",
                source=REGISTER,
                sourced_on=self.read_on,
                by=self.by,
                at=self.at,
            )

    def _scheduler(self, principal: Person, chamber: Organization) -> None:
        given, family = self.names.next()
        scheduler = self._person(PersonCategory.OFFICE_STAFF, given, family)
        house = "senate" if "Senate" in chamber.name else "assembly"
        self._mail(scheduler, f"{plain(given)}.{plain(family)}@{house}.merrow.example")
        add_staff(principal, scheduler, role=MembershipRole.SCHEDULER, start_date=TERM[0], by=self.by, at=self.at)
        self.made.schedulers[principal.pk] = scheduler

    def _mail(self, person: Person, address: str) -> None:
        add_contact_detail(type=ContactType.EMAIL, value=address, person=person, by=self.by, at=self.at)

    def _committee(self, name: str, chamber: Organization, subcommittees: tuple[str, ...]) -> None:
        committee = self._body(name, OrganizationClassification.COMMITTEE, chamber)
        house = [p for p in self.made.legislators if p.memberships.filter(organization=chamber).exists()]
        members = self.random.sample(house, k=min(7, len(house)))
        self._seats(committee, members)
        for each in subcommittees:
            body = self._body(each, OrganizationClassification.SUBCOMMITTEE, committee)
            self._seats(body, members[:4])

    def _seats(self, body: Organization, members: list[Person]) -> None:
        for rank, person in enumerate(members):
            role = MembershipRole.CHAIR if rank == 0 else MembershipRole.MEMBER
            if rank == 1:
                role = MembershipRole.VICE_CHAIR
            add_membership(
                person=person,
                organization=body,
                role=role,
                start_date=TERM[0],
                end_date=TERM[1],
                by=self.by,
                at=self.at,
            )

    def _partners(self) -> None:
        for name, kind in PARTNERS:
            body = self._body(name, OrganizationClassification(kind))
            given, family = self.names.next()
            person = self._person(PersonCategory.PARTNER, given, family)
            self._mail(person, f"{plain(given)}@{plain(name)[:24]}.example")
            add_membership(
                person=person,
                organization=body,
                role=MembershipRole.EMPLOYEE,
                label="Policy lead",
                by=self.by,
                at=self.at,
            )
            self.made.partners.append(person)

    def _constituents(self, number: int) -> None:
        for each in range(number):
            given, family = self.names.next() if each < 400 else (self.random.choice(GIVEN), self.random.choice(FAMILY))
            person = self._person(PersonCategory.ADVOCATE, given, family)
            self._mail(person, f"{plain(given)}.{plain(family)}.{each}@mail.example")
            self.made.constituents.append(person)
