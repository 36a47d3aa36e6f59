"""Who knows whom, who matters, whose votes we need, and what we keep about all of them."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from campaigns_site.demo import power_words as words
from campaigns_site.demo.registry import Registry
from crm.access.enums import Role
from crm.access.models import User
from crm.campaigns.models import Campaign
from crm.contacts.actions import add_contact_detail
from crm.fields.actions import create_custom_field, set_custom_value
from crm.fields.enums import FieldKind, FieldScope
from crm.influence.actions import record_influence
from crm.influence.enums import AssessmentKind
from crm.issues.enums import Position
from crm.issues.models import Ask
from crm.offices.actions import set_office_rules
from crm.offices.enums import AskedBy
from crm.people.actions import create_person, edit_person
from crm.people.enums import ContactType, Level, OrganizationClassification, PersonCategory, Visibility
from crm.people.models import Organization, Person
from crm.prospects.actions import add_prospect, move_prospect
from crm.prospects.enums import Stage
from crm.relationships.actions import add_relationship
from crm.relationships.models import RelationshipType
from crm.segments.actions import create_segment
from crm.segments.rules import Step
from crm.tags.actions import put_tag, set_served_areas
from crm.tags.models import Tag
from crm.targets.actions import add_members, create_target_list, move_target, set_quota
from crm.targets.models import Target
from crm.teams.actions import create_team, set_members
from crm.votes.actions import create_scorecard, create_vote_event, rate_vote, record_votes
from crm.votes.enums import VoteOption

DAY = timedelta(days=1)


class PowerStory:
    """Built through the same actions staff use, in the months before `now`."""

    def __init__(
        self, *, random: Random, registry: Registry, team: dict[Role, User], started: datetime, now: datetime
    ) -> None:
        self.random, self.registry, self.team, self.started, self.now = random, registry, team, started, now
        self.by = team[Role.COORDINATOR]
        self.at = started + 6 * DAY

    def build(self, campaign: Campaign, ask: Ask) -> None:
        """Everything, once, in this order."""
        ours = self._our_people()
        self._marks()
        self._offices()
        self._ties(ours)
        self._influence(ask)
        self._whip_board(ask)
        self._votes(ask)
        self._prospects(campaign)
        self._segments()
        self._kept_to_the_team()
        self._twin()

    def _our_people(self) -> list[Person]:
        """Our own staff as people of the registry, so that paths can start with them."""
        roles = (Role.COORDINATOR, Role.DIRECTOR, Role.EDITOR, Role.VOLUNTEER)
        people = []
        for role in roles:
            user = self.team[role]
            names: dict[str, Any] = {"given_name": user.first_name, "family_name": user.last_name}
            person = create_person(name=str(user), category=PersonCategory.OWN_STAFF, by=self.by, at=self.at, **names)
            add_contact_detail(type=ContactType.EMAIL, value=user.email, person=person, by=self.by, at=self.at)
            people.append(person)
        return people

    def _marks(self) -> None:
        """Levels, kinds of stakeholder, populations and a field of our own."""
        tags = {tag.name: tag for tag in Tag.objects.all()}
        for person in self.registry.legislators:
            edit_person(person, version=person.version, by=self.by, at=self.at, level=Level.NATIONAL)
            put_tag(person, tags["Policymaker"], by=self.by, at=self.at)
        bodies = Organization.objects.filter(classification=OrganizationClassification.NGO).order_by("pk")
        for body, (kind, population) in zip(bodies, words.PARTNER_TAGS, strict=False):
            for name in (kind, population):
                put_tag(body, tags[name], by=self.by, at=self.at)
            set_served_areas(body, self.registry.states[:2], by=self.by, at=self.at)
        berths = create_custom_field(
            key="busy-berths",
            label="Busy berths in the district",
            help_text="Berths used on more than 100 days a year.",
            kind=FieldKind.NUMBER,
            scope=FieldScope.PEOPLE,
            read_roles=[Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR],
            write_roles=[Role.COORDINATOR, Role.DIRECTOR],
            by=self.by,
            at=self.at,
        )
        for person in self.registry.legislators[::2]:
            set_custom_value(person, berths, str(self.random.randrange(0, 5)), by=self.by, at=self.at)

    def _offices(self) -> None:
        for number, person in enumerate(self.registry.legislators):
            by_form = number % 3 == 0
            set_office_rules(
                person,
                version=None,
                asked_by=AskedBy.FORM if by_form else AskedBy.EMAIL,
                request_url="https://offices.merrow.example/meetings" if by_form else "",
                lead_days=self.random.choice((7, 14, 21)),
                meeting_minutes=self.random.choice((20, 30)),
                max_people=self.random.choice((3, 4, 6)),
                wants_constituent=number % 2 == 0,
                source="Told by the scheduler on the phone",
                sourced_on=self.at.date(),
                by=self.by,
                at=self.at,
            )

    def _tie(self, key: str, one: Person | Organization, other: Person | Organization, strength: int) -> None:
        kind = RelationshipType.objects.get(key=key)
        add_relationship(
            kind,
            from_party=one,
            to_party=other,
            strength=strength,
            start_date=str(2015 + self.random.randrange(10)),
            source="What colleagues told us",
            sourced_on=self.at.date(),
            by=self.by,
            at=self.at,
        )

    def _ties(self, ours: list[Person]) -> None:
        """Ours know partners, partners know members, members know each other."""
        partners, members = self.registry.partners, self.registry.legislators
        for number, partner in enumerate(partners):
            self._tie("knows", ours[number % len(ours)], partner, 3 + number % 3)
            self._tie("advises" if number % 2 else "knows", partner, members[number * 3], 2 + number % 4)
        for number in range(0, len(members) - 4, 2):
            self._tie("knows", members[number], members[number + 3], 1 + number % 5)

    def _influence(self, ask: Ask) -> None:
        on = self.at.date()
        for number, person in enumerate(self.registry.legislators[:14]):
            interest, influence = 1 + (number * 2) % 5, 1 + (number * 3 + 1) % 5
            told: dict[str, Any] = {
                "issue": ask.issue,
                "by": self.by,
                "at": self.at,
                "source": "Our reading of the record",
            }
            position = list(Position)[number % 5]
            record_influence(person, interest=interest, influence=influence, position=position, observed_on=on, **told)
            wanted: dict[str, Any] = {
                "interest": min(5, interest + 1),
                "influence": influence,
                "position": Position.SUPPORT,
            }
            record_influence(person, kind=AssessmentKind.WANTED, observed_on=on, **wanted, **told)

    def _whip_board(self, ask: Ask) -> None:
        body = Organization.objects.get(name="Committee on Ports and Coasts")
        board = create_target_list(name="Ports committee", ask=ask, organization=body, by=self.by, at=self.at)
        add_members(board, body=body, on=self.at.date(), by=self.by, at=self.at)
        mark_up = (self.now + 21 * DAY).date()
        set_quota(board, milestone="mark-up", needed=5, due_on=mark_up, by=self.by, at=self.at)
        for target, position in zip(Target.objects.filter(target_list=board), words.MOVES, strict=False):
            latest = target.person.stances.filter(ask=ask).order_by("-observed_on", "-id").first()
            move_target(
                target,
                was=latest.position if latest else "",
                position=position,
                observed_on=(self.now - 3 * DAY).date(),
                source="Corridor talk after the hearing",
                evidence=words.MOVED_BECAUSE,
                by=self.by,
                at=self.now - 2 * DAY,
            )

    def _votes(self, ask: Ask) -> None:
        body = Organization.objects.get(name="Assembly of Merrow")
        members = [person for person in self.registry.legislators if person.memberships.filter(organization=body)]
        by, at = self.team[Role.DIRECTOR], self.at
        card = create_scorecard(title="Harbour air scorecard", description=words.SCORECARD, by=by, at=at)
        for number, (motion, wanted) in enumerate(words.VOTES, start=1):
            event = create_vote_event(
                identifier=f"12-{40 + number}",
                motion=motion,
                organization=body,
                start_date=(self.started - number * 20 * DAY).date(),
                ask=ask,
                result="pass" if number % 2 else "fail",
                source="Official record of the Assembly",
                by=by,
                at=at,
            )
            options = [VoteOption.YES, VoteOption.YES, VoteOption.NO, VoteOption.ABSTAIN, VoteOption.ABSENT]
            record_votes(event, [(person, self.random.choice(options)) for person in members], by=by, at=at)
            rate_vote(card, event, wanted=wanted, weight=number, by=by, at=at)

    def _prospects(self, campaign: Campaign) -> None:
        bodies = Organization.objects.filter(classification=OrganizationClassification.NGO).order_by("pk")
        for number, (body, alignment) in enumerate(zip(bodies, words.ALIGNMENTS, strict=False)):
            day = (self.now + (number * 4 - 3) * DAY).date()
            told: dict[str, Any] = {"alignment": alignment, "assigned_to": self.by, "next_step_on": day, "by": self.by}
            prospect = add_prospect(body, campaign=campaign, at=self.at, **told)
            stages = [Stage.IDENTIFIED, Stage.APPROACHED, Stage.ENGAGED, Stage.PARTNER][: number + 1]
            for was, stage in zip(stages, stages[1:], strict=False):
                move_prospect(prospect, was=was, stage=stage, by=self.by, at=self.at + number * DAY)

    def _segments(self) -> None:
        ports = Organization.objects.get(name="Committee on Ports and Coasts")
        steps = (
            Step(act="add", filter="body", args={"body": f"#{ports.public_id}"}),
            Step(act="remove", filter="reach", args={"by": "phone"}),
        )
        create_segment(
            name="Ports committee without a direct line",
            description="Whom we can only reach through the scheduler.",
            is_shared=True,
            steps=steps,
            by=self.by,
            at=self.at,
        )
        partners = (Step(act="add", filter="category", args={"category": ["partner"]}),)
        create_segment(name="Partners", is_shared=True, steps=partners, by=self.by, at=self.at)

    def _kept_to_the_team(self) -> None:
        """Somebody only one team knows about."""
        director = self.team[Role.DIRECTOR]
        team = create_team(name="Sources", by=director, at=self.at)
        set_members(team, [director], by=director, at=self.at)
        create_person(
            name="A source in the ministry",
            category=PersonCategory.PARTNER,
            visibility=Visibility.TEAM,
            owner=director,
            team=team,
            by=director,
            at=self.at,
        )

    def _twin(self) -> None:
        """Somebody who came in twice, for the list of duplicates."""
        person = self.registry.partners[0]
        twin = create_person(
            name=f"{person.given_name[0]}. {person.family_name}",
            given_name=person.given_name,
            family_name=person.family_name,
            category=PersonCategory.PARTNER,
            by=self.by,
            at=self.at,
        )
        mail = person.contactdetails.get(type=ContactType.EMAIL).value
        add_contact_detail(type=ContactType.EMAIL, value=mail, person=twin, by=self.by, at=self.at)
