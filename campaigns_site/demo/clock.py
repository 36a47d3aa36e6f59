"""The demo's months pass in order: what is due at an hour happens before the next event does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crm.messaging.registry import due_jobs
from crm.messaging.smtp import OutboxTransport
from crm.messaging.tasks import Dispatcher

Event = Callable[[datetime], object]
DAY = timedelta(days=1)


@dataclass
class Calendar:
    """Events by time. Adding one while it runs is normal: an answer follows an invitation."""

    starts_at: datetime
    ends_at: datetime
    _events: list[tuple[datetime, int, Event]] = field(default_factory=list)

    def add(self, at: datetime, event: Event) -> None:
        """Plan something; what lies after the end never happens."""
        self._events.append((at, len(self._events), event))

    def run(self) -> int:
        """Live through it all, with mail going out and follow-ups coming due every evening. Answers how many."""
        done, evening = 0, self.starts_at
        while self._events:
            self._events.sort(key=lambda item: item[:2])
            at, _number, event = self._events.pop(0)
            if at >= self.ends_at:
                break
            while evening < at:
                pass_evening(evening)
                evening += DAY
            event(at)
            done += 1
        while evening < self.ends_at:
            pass_evening(evening)
            evening += DAY
        pass_evening(self.ends_at)
        return done


def pass_evening(at: datetime) -> None:
    """Plan what is due and let every waiting mail reach the outbox page."""
    for _name, job in due_jobs():
        job(at)
    post(at)


def post(at: datetime) -> None:
    """Every mail due by then reaches the outbox page."""
    Dispatcher(OutboxTransport(), clock=lambda: at).drain()


def working_hour(day: datetime, hour: int, zone: str) -> datetime:
    """That hour on that day, or on the Monday after a weekend, in the zone of the place."""
    local = day.astimezone(ZoneInfo(zone)).replace(hour=hour, minute=0, second=0, microsecond=0)
    while local.weekday() >= 5:
        local += DAY
    return local
