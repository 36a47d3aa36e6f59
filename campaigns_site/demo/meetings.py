"""Five months of asking, meeting and following up, each step through the action staff would use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from campaigns_site.demo import words
from campaigns_site.demo.clock import Calendar, Event, post, working_hour
from campaigns_site.demo.registry import Registry
from crm.access.enums import Role
from crm.access.models import User
from crm.briefings.actions import create_snapshot
from crm.briefings.enums import Audience
from crm.followups.actions import finish_task, settle_commitment
from crm.followups.enums import CommitmentState, TaskState
from crm.issues.models import Ask
from crm.people.models import Person
from meetings.agendas.actions import AgendaItemInput, set_agenda
from meetings.outcomes.actions import CommitmentInput, record_outcome
from meetings.scheduling.actions import (
    AttendeeInput,
    cancel_meeting,
    close_request,
    confirm_meeting,
    create_venue,
    edit_meeting,
    move_meeting,
    offer_times,
    record_answer,
    request_meeting,
)
from meetings.scheduling.enums import (
    AnswerSource,
    AttendeeRole,
    MeetingFormat,
    PartStat,
    RequestChannel,
    RequestState,
)
from meetings.scheduling.models import Meeting, MeetingRequest, Venue

HOME_ZONE = "America/New_York"
PLACES = {
    "America/New_York": ("Parliament House", "Room 214", "1 Chamber Square, Fairhaven"),
    "America/Chicago": ("Stonereach Town Hall", "Council room", "12 Moor Street, Stonereach"),
    "America/Denver": ("Sedgeford Library", "Reading room", "3 Fen Lane, Sedgeford"),
}
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class Plan:
    """One policymaker's way through the months; days are counted from today, negative is past."""

    person: Person
    meets_on: int
    outcome: int | None = None
    fate: str = "meets"


class MeetingStory:
    """Plans every request and meeting into the calendar."""

    def __init__(
        self, *, random: Random, calendar: Calendar, registry: Registry, team: dict[Role, User], ask: Ask
    ) -> None:
        self.random, self.calendar, self.registry, self.team, self.ask = random, calendar, registry, team, ask
        self.coordinator = team[Role.COORDINATOR]
        self.venues: dict[str, Venue] = {}

    def plan(self) -> None:
        """Six meetings held, four ahead, one cancelled, one declined, five still asking."""
        people = list(self.registry.legislators)
        self.random.shuffle(people)
        held = [Plan(people.pop(), day, outcome) for outcome, day in enumerate((-112, -84, -61, -40, -19, -6))]
        ahead = [Plan(people.pop(), day, fate=fate) for day, fate in ((3, "meets"), (8, "moved"), (13, "online"))]
        other = [Plan(people.pop(), 20, fate="cancelled"), Plan(people.pop(), 5, fate="declined")]
        asking = [Plan(people.pop(), 14 + 3 * number, fate=fate) for number, fate in enumerate(ASKING)]
        for each in (*held, *ahead, *other, *asking):
            self._plan(each)

    def _at(self, at: datetime, event: Event) -> None:
        """Plan a step; its mails leave a minute later, as they would."""

        def step(when: datetime) -> None:
            event(when)
            post(when + timedelta(minutes=2))

        self.calendar.add(at, step)

    def _plan(self, plan: Plan) -> None:
        zone = self.registry.zones[plan.person.pk]
        meets_at = working_hour(self.calendar.ends_at + plan.meets_on * DAY, self.random.choice((10, 11, 14, 15)), zone)
        latest = self.calendar.ends_at - (4 + self.random.randrange(9)) * DAY
        asked_at = working_hour(min(meets_at - 26 * DAY, latest), self.random.choice((9, 11, 13)), HOME_ZONE)
        self._at(asked_at, lambda at: self._ask(plan, meets_at, zone, at))

    def _ask(self, plan: Plan, meets_at: datetime, zone: str, at: datetime) -> None:
        channel = RequestChannel.FORM if plan.fate == "form" else RequestChannel.EMAIL
        request = request_meeting(
            plan.person,
            ask=self.ask,
            channel=channel,
            scheduler=self.registry.schedulers[plan.person.pk],
            owner=self.coordinator,
            reference="Form 2214" if channel == RequestChannel.FORM else "",
            by=self.coordinator,
            at=at,
        )
        if plan.fate == "declined":
            self._at(at + 2 * DAY, lambda when: self._declined(request, when))
        elif plan.fate not in ("asked", "form"):
            self._at(at + DAY, lambda when: self._offer(plan, request, meets_at, zone, when))

    def _declined(self, request: MeetingRequest, at: datetime) -> None:
        request.refresh_from_db()
        close_request(request, state=RequestState.DECLINED, version=request.version, by=self.coordinator, at=at)

    def _offer(self, plan: Plan, request: MeetingRequest, meets_at: datetime, zone: str, at: datetime) -> None:
        request.refresh_from_db()
        starts = (meets_at, meets_at + DAY, meets_at + 2 * DAY + HOUR)
        times = [(start, start + timedelta(minutes=30), zone) for start in starts]
        offer_times(request, times=times, version=request.version, by=self.coordinator, at=at)
        if plan.fate != "offered":
            self._at(at + DAY + HOUR, lambda when: self._confirm(plan, request, when))

    def _confirm(self, plan: Plan, request: MeetingRequest, at: datetime) -> None:
        request.refresh_from_db()
        chosen = request.offered_times.earliest("starts_at")
        is_online = plan.fate == "online"
        meeting = confirm_meeting(
            request,
            title=f"{plan.person.family_name} and {words.ORGANISATION}: Harbour Air Bill",
            description="Thirty minutes on shore power for the berths of the district.",
            format=MeetingFormat.ONLINE if is_online else MeetingFormat.IN_PERSON,
            venue=None if is_online else self._venue(chosen.time_zone, at),
            join_url="https://meet.merrow.example/harbour-air" if is_online else "",
            offered_time=chosen,
            attendees=self._delegation(),
            version=request.version,
            by=self.coordinator,
            at=at,
        )
        self._at(at + HOUR, lambda when: self._agenda(meeting, when))
        self._at(at + 2 * HOUR, lambda when: self._answers(meeting, when))
        self._later(plan, meeting, at)

    def _venue(self, zone: str, at: datetime) -> Venue:
        if zone not in self.venues:
            name, room, address = PLACES[zone]
            self.venues[zone] = create_venue(
                name=name, room=room, address=address, time_zone=zone, by=self.coordinator, at=at
            )
        return self.venues[zone]

    def _delegation(self) -> list[AttendeeInput]:
        lead, notes = self.team[Role.COORDINATOR], self.team[Role.VOLUNTEER]
        constituent = self.random.choice(self.registry.constituents[:12])
        address = constituent.contactdetails.filter(type="email").first()
        return [
            AttendeeInput(str(lead), lead.email, AttendeeRole.LEAD, user=lead),
            AttendeeInput(str(notes), notes.email, AttendeeRole.NOTE_TAKER, user=notes),
            AttendeeInput(
                constituent.name, address.value if address else "", AttendeeRole.CONSTITUENT, person=constituent
            ),
        ]

    def _agenda(self, meeting: Meeting, at: datetime) -> None:
        meeting.refresh_from_db()
        items = [
            AgendaItemInput("Who we are", 3, str(self.coordinator)),
            AgendaItemInput("A story from the district", 7, ""),
            AgendaItemInput("The Harbour Air Bill and what we ask", 12, str(self.coordinator)),
            AgendaItemInput("Next steps", 8, ""),
        ]
        set_agenda(meeting, items=items, version=meeting.version, by=self.coordinator, at=at)

    def _answers(self, meeting: Meeting, at: datetime) -> None:
        for attendee in meeting.attendees.exclude(email="").order_by("pk"):
            by_mail = attendee.role == AttendeeRole.SCHEDULER
            record_answer(
                attendee,
                partstat=PartStat.TENTATIVE if attendee.role == AttendeeRole.CONSTITUENT else PartStat.ACCEPTED,
                source=AnswerSource.MAIL if by_mail else AnswerSource.LINK,
                at=at,
            )

    def _later(self, plan: Plan, meeting: Meeting, at: datetime) -> None:
        if plan.fate == "moved":
            self._at(at + DAY, lambda when: self._move(meeting, when))
        if plan.fate == "online":
            self._at(at + DAY, lambda when: self._edit(meeting, when))
        if plan.fate == "cancelled":
            self._at(at + DAY, lambda when: self._cancel(meeting, when))
        else:
            soon = min(meeting.starts_at - DAY, self.calendar.ends_at - HOUR)
            self._at(soon, lambda when: self._brief(meeting, when))
        if plan.outcome is not None:
            number = plan.outcome
            self._at(meeting.ends_at + HOUR, lambda when: self._outcome(number, meeting, when))

    def _move(self, meeting: Meeting, at: datetime) -> None:
        meeting.refresh_from_db()
        starts_at, ends_at = meeting.starts_at + DAY, meeting.ends_at + DAY
        move_meeting(meeting, starts_at=starts_at, ends_at=ends_at, version=meeting.version, by=self.coordinator, at=at)

    def _edit(self, meeting: Meeting, at: datetime) -> None:
        meeting.refresh_from_db()
        text = "Thirty minutes on shore power for the berths of the district. We will share two charts on screen."
        edit_meeting(meeting, description=text, version=meeting.version, by=self.coordinator, at=at)

    def _cancel(self, meeting: Meeting, at: datetime) -> None:
        meeting.refresh_from_db()
        cancel_meeting(meeting, version=meeting.version, by=self.coordinator, at=at)

    def _brief(self, meeting: Meeting, at: datetime) -> None:
        meeting.refresh_from_db()
        for audience in (Audience.DELEGATION, Audience.LEAVE_BEHIND):
            create_snapshot(meeting.person, anchor=meeting, audience=audience, by=self.coordinator, at=at)

    def _outcome(self, number: int, meeting: Meeting, at: datetime) -> None:
        meeting.refresh_from_db()
        position, summary, promise, question = words.OUTCOMES[number]
        record_outcome(
            meeting,
            came=[each.pk for each in meeting.attendees.exclude(role=AttendeeRole.SCHEDULER)],
            position=position,
            summary=summary,
            questions=question,
            next_step="Send the district figures",
            next_step_on=(at + 5 * DAY).date(),
            commitments=[
                CommitmentInput(words.PROMISED_BY_THEM, promise, (at + (30 + 9 * number) * DAY).date()),
                CommitmentInput(words.PROMISED_BY_US, words.OUR_PROMISE, (at + 7 * DAY).date()),
            ],
            by=self.coordinator,
            at=at,
        )
        self._at(at + 6 * DAY, lambda when: self._settle(meeting, when))
        if number < KEPT_PROMISES:
            self._at(at + (28 + 9 * number) * DAY, lambda when: self._kept(meeting, when))

    def _kept(self, meeting: Meeting, at: datetime) -> None:
        """The office did what it said: their promise is kept."""
        for commitment in meeting.person.commitments.filter(direction=words.PROMISED_BY_THEM):
            settle_commitment(
                commitment,
                state=CommitmentState.KEPT,
                version=commitment.version,
                settled_on=at.date(),
                by=self.coordinator,
                at=at,
            )

    def _settle(self, meeting: Meeting, at: datetime) -> None:
        for task in meeting.person.tasks.filter(state=TaskState.OPEN, due_on__lte=at.date()):
            finish_task(task, version=task.version, by=self.coordinator, at=at)
        for commitment in meeting.person.commitments.filter(direction=words.PROMISED_BY_US, state=CommitmentState.OPEN):
            settle_commitment(
                commitment,
                state=CommitmentState.KEPT,
                version=commitment.version,
                settled_on=at.date(),
                by=self.coordinator,
                at=at,
            )


KEPT_PROMISES = 2
ASKING = ("asked", "offered", "form", "asked", "offered")
