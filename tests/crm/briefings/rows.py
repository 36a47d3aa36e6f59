"""Rows the briefing tests share: a district, its legislator, a meeting with her."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from crm.access.models import User
from crm.briefings.models import BriefingSnapshot
from crm.briefings.snapshot import Fact, Section
from crm.people.models import Person
from crm.places.enums import AreaClassification
from crm.places.models import Area
from meetings.agendas.models import AgendaItem
from meetings.scheduling.enums import AttendeeRole
from meetings.scheduling.models import Attendee, Meeting, Venue
from tests.factories.places import area as make_area

AT = datetime(2026, 3, 9, 13, 5, 40, tzinfo=UTC)
STARTS_AT = datetime(2026, 3, 12, 16, 30, tzinfo=UTC)
SOURCED = {"source": "unitedstates/congress-legislators", "sourced_on": date(2026, 3, 1)}


def state() -> Area:
    return make_area(
        name="Fairhaven", identifier="ocd-division/country:us/state:fh", classification=AreaClassification.STATE
    )


def meeting(person: Person, owner: User, **fields: Any) -> Meeting:
    """Half an hour in Denver, with a lead of ours and the office's scheduler."""
    venue = Venue.objects.create(name="Capitol", room="412", time_zone="America/Denver")
    values = {
        "person": person,
        "title": "School meals in Fairhaven",
        "venue": venue,
        "join_url": "https://meet.example.org/secret-room",
        "starts_at": STARTS_AT,
        "ends_at": STARTS_AT + timedelta(minutes=30),
        "time_zone": "America/Denver",
        "owner": owner,
        "organizer_name": "Parley",
        "organizer_email": "meetings@parley.example",
        "created_at": AT,
        "updated_at": AT,
    }
    row = Meeting.objects.create(**values | fields)
    Attendee.objects.create(meeting=row, user=owner, name="Lena Lead", email="lena@staff.example", role="lead")
    scheduler = AttendeeRole.SCHEDULER
    Attendee.objects.create(meeting=row, name="Tom Diary", email="tom@office.example", role=scheduler)
    AgendaItem.objects.create(meeting=row, position=1, title="Thanks", duration_minutes=5, speaker="Lena Lead")
    AgendaItem.objects.create(meeting=row, position=2, title="The ask", duration_minutes=15)
    return row


def sections(snapshot: BriefingSnapshot) -> dict[str, Section]:
    return {section["key"]: section for section in snapshot.content["sections"]}


def lines(section: Section) -> list[tuple[str, str]]:
    return [(fact["label"], fact["value"]) for fact in section["facts"]]


def every_fact(snapshot: BriefingSnapshot) -> list[Fact]:
    return [fact for section in snapshot.content["sections"] for fact in section["facts"]]
