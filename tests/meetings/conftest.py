"""One meeting with a whole delegation, made through the actions, and what its mails look like outside."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm.access.models import User
from crm.messaging.enums import MessageStatus
from crm.messaging.mime import Outgoing, build_mime
from crm.messaging.models import Message
from crm.people.models import Person
from meetings.scheduling.actions import AttendeeInput, confirm_meeting
from meetings.scheduling.enums import AttendeeRole, MeetingFormat
from meetings.scheduling.models import Attendee, Meeting
from tests.factories.access import user
from tests.factories.issues import ask
from tests.factories.meetings import meeting_request, venue
from tests.factories.people import legislator, office_scheduler

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SCHEDULER, LEAD, NOTES, CONSTITUENT = (
    "dana@office.example",
    "ada@alliance.example",
    "sam@alliance.example",
    "kim@home.example",
)


@dataclass(frozen=True)
class Delegation:
    """A confirmed meeting and the people a test talks about."""

    meeting: Meeting
    coordinator: User
    policymaker: Person
    scheduler: Person

    def attendee(self, email: str) -> Attendee:
        return Attendee.objects.get(meeting=self.meeting, email=email)


@pytest.fixture
def confirm(db: None) -> Callable[..., Delegation]:
    def build(**fields: Any) -> Delegation:
        owner = user(first_name="Olu", last_name="Marsh")
        robin = legislator(name="Robin Holder")
        dana = office_scheduler(robin, name="Dana Ruiz")
        dana.contactdetails.update(value=SCHEDULER)
        request = meeting_request(person=robin, ask=ask(title="Vote for clean air"), owner=owner, scheduler=dana)
        starts_at = fields.pop("starts_at", datetime(2026, 10, 28, 19, tzinfo=UTC))
        values: dict[str, Any] = {
            "title": "Clean air in schools",
            "format": MeetingFormat.IN_PERSON,
            "venue": venue(room="Room 4"),
            "starts_at": starts_at,
            "ends_at": starts_at + 30 * MINUTE,
            "time_zone": "America/New_York",
            "attendees": [
                AttendeeInput("Ada Mensah", LEAD, AttendeeRole.LEAD),
                AttendeeInput("Sam Ito", NOTES, AttendeeRole.NOTE_TAKER),
                AttendeeInput("Kim Vale", CONSTITUENT, AttendeeRole.CONSTITUENT),
            ],
        } | fields
        meeting = confirm_meeting(request, version=request.version, by=owner, at=AT, **values)
        return Delegation(meeting, owner, robin, dana)

    return build


@pytest.fixture
def delegation(confirm: Callable[..., Delegation]) -> Delegation:
    return confirm()


@pytest.fixture
def deliver() -> Callable[[], list[Message]]:
    """Pretend the dispatcher ran: every waiting mail is accepted; answers them in planning order."""

    def run() -> list[Message]:
        waiting = list(Message.objects.filter(status=MessageStatus.QUEUED).order_by("id"))
        ids = [message.pk for message in waiting]
        Message.objects.filter(pk__in=ids).update(status=MessageStatus.ACCEPTED)
        return waiting

    return run


def raw_mail(message: Message) -> bytes:
    """The mail as it leaves."""
    return build_mime(
        Outgoing(
            message_id=message.message_id,
            date=message.due_at,
            from_name=message.from_name,
            from_email=message.from_email,
            to_name=message.to_name,
            to_email=message.to_email,
            reply_to=message.reply_to,
            subject=message.subject,
            text=message.text,
            html=message.html,
            headers=message.headers,
            calendar=message.calendar.encode() or None,
            calendar_method=message.calendar_method or None,
            language=message.language,
        )
    )
