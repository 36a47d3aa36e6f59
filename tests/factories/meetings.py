from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from crm.people.enums import PersonCategory
from meetings.agendas.models import AgendaDocument, AgendaItem
from meetings.attendees.models import ConstituentOffer
from meetings.outcomes.models import Outcome
from meetings.reminders.models import Reminder
from meetings.scheduling.enums import AttendeeRole, RequestState
from meetings.scheduling.models import Attendee, Meeting, MeetingRequest, OfferedTime, Venue
from meetings.series.models import MeetingSeries, SeriesOccurrence
from tests.factories.access import user
from tests.factories.issues import ask
from tests.factories.people import person

_number = count(1)
MADE_AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
STARTS_AT = datetime(2026, 10, 28, 19, tzinfo=UTC)
"""15:00 in New York, in summer time there but no longer in Europe."""
HALF_AN_HOUR = timedelta(minutes=30)


def _stamped(fields: dict[str, Any]) -> dict[str, Any]:
    return {"created_at": MADE_AT, "updated_at": MADE_AT} | fields


def meeting_request(**fields: Any) -> MeetingRequest:
    """An office was asked and has not answered."""
    values = _stamped({"state": RequestState.REQUESTED, "requested_at": MADE_AT} | fields)
    values["person"] = values.get("person") or person()
    values["ask"] = values.get("ask") or ask()
    values["owner"] = values.get("owner") or user()
    return MeetingRequest.objects.create(**values)


def offered_time(**fields: Any) -> OfferedTime:
    """Half an hour on an October afternoon in New York."""
    values = {"starts_at": STARTS_AT, "ends_at": STARTS_AT + HALF_AN_HOUR, "time_zone": "America/New_York"} | fields
    values["request"] = values.get("request") or meeting_request()
    return OfferedTime.objects.create(**values)


def venue(**fields: Any) -> Venue:
    """A room in the capital."""
    values = {
        "name": "Longworth Building",
        "address": "15 Independence Avenue",
        "room": f"Room {next(_number)}",
        "time_zone": "America/New_York",
    } | fields
    return Venue.objects.create(**values)


def meeting(**fields: Any) -> Meeting:
    """A confirmed meeting in person, with nobody invited and nothing sent."""
    values = _stamped(
        {
            "title": f"Clean air in schools {next(_number)}",
            "starts_at": STARTS_AT,
            "ends_at": STARTS_AT + HALF_AN_HOUR,
            "time_zone": "America/New_York",
            "organizer_name": "Parley",
            "organizer_email": "meetings@parley.example",
        }
        | fields
    )
    values["person"] = values.get("person") or person()
    values["owner"] = values.get("owner") or user()
    values.setdefault("venue", None)
    values["venue"] = values["venue"] or venue()
    return Meeting.objects.create(**values)


def attendee(**fields: Any) -> Attendee:
    """Somebody of our side who was invited and has not answered."""
    number = next(_number)
    values = {"name": f"Ada Mensah {number}", "email": f"guest{number}@guests.example", "role": AttendeeRole.EXPERT}
    values |= fields
    values["meeting"] = values.get("meeting") or meeting()
    return Attendee.objects.create(**values)


def agenda_item(**fields: Any) -> AgendaItem:
    """The first point of an agenda."""
    values = {"position": 1, "title": "Welcome"} | fields
    values["meeting"] = values.get("meeting") or meeting()
    return AgendaItem.objects.create(**values)


def outcome(**fields: Any) -> Outcome:
    """A recorded outcome that says nothing yet."""
    values = _stamped(dict(fields))
    values["meeting"] = values.get("meeting") or meeting()
    values["recorded_by"] = values.get("recorded_by") or values["meeting"].owner
    return Outcome.objects.create(**values)


def reminder(**fields: Any) -> Reminder:
    """A day before, to everybody of our side."""
    values = {"before": timedelta(days=1), "created_at": MADE_AT} | fields
    values["meeting"] = values.get("meeting") or meeting()
    return Reminder.objects.create(**values)


def agenda_document(**fields: Any) -> AgendaDocument:
    """Something to read with a point."""
    values = {"position": 1, "title": "Our paper", "url": "https://alliance.example/paper"} | fields
    values["item"] = values.get("item") or agenda_item()
    return AgendaDocument.objects.create(**values)


def constituent_offer(**fields: Any) -> ConstituentOffer:
    """An advocate who agreed to come to meetings."""
    values = {"postcode": "00001", "agreed": True, "noted_at": MADE_AT} | fields
    values["person"] = values.get("person") or person(category=PersonCategory.ADVOCATE)
    return ConstituentOffer.objects.create(**values)


def series_of(first: Meeting, **fields: Any) -> MeetingSeries:
    """Every Wednesday from this meeting on, with no other meeting planned yet."""
    day = first.starts_at.date()
    values = {
        "first_meeting": first,
        "rule": "FREQ=WEEKLY;INTERVAL=1;BYDAY=WE",
        "first_on": day,
        "starts_at_time": first.starts_at.time(),
        "duration_minutes": 30,
        "time_zone": first.time_zone,
        "planned_until": day,
        "owner": first.owner,
    }
    row = MeetingSeries.objects.create(**_stamped(values | fields))
    times = {"planned_starts_at": first.starts_at, "planned_ends_at": first.ends_at}
    SeriesOccurrence.objects.create(series=row, occurs_on=day, meeting=first, **times)
    return row
