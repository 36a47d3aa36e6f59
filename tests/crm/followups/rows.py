"""Rows the follow-up tests share: a meeting and a sequence that runs because of it."""

from datetime import UTC, datetime

from crm.access.models import User
from crm.messaging.models import Enrolment, Sequence
from crm.people.models import Person
from meetings.scheduling.models import Meeting

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)


def meeting(person: Person, owner: User) -> Meeting:
    """An hour in Denver."""
    return Meeting.objects.create(
        person=person,
        title="School meals",
        starts_at=AT,
        ends_at=AT.replace(hour=10),
        time_zone="America/Denver",
        owner=owner,
        organizer_name="Parley",
        organizer_email="meetings@parley.example",
        created_at=AT,
        updated_at=AT,
    )


def enrolment(person: Person, anchor: Meeting, sequence: Sequence | None = None) -> Enrolment:
    """A running sequence without steps."""
    return Enrolment.objects.create(
        sequence=sequence or Sequence.objects.create(key="after", name="After", created_at=AT, updated_at=AT),
        person=person,
        anchor_type="meetings.meeting",
        anchor_id=anchor.pk,
        anchor_at=AT,
        enrolled_at=AT,
    )
