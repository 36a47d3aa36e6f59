from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.base.locking import save_version
from crm.base.text import one_line
from meetings.agendas.errors import AgendaItemError
from meetings.agendas.models import AgendaItem
from meetings.agendas.queries import agenda_text
from meetings.scheduling.models import Meeting
from meetings.scheduling.registry import Change, MeetingChange, announce
from meetings.scheduling.rules import check_running


@dataclass(frozen=True)
class AgendaItemInput:
    """One point of the agenda, as everybody invited reads it."""

    title: str
    duration_minutes: int = 5
    speaker: str = ""


@transaction.atomic
def set_agenda(
    meeting: Meeting, *, items: Sequence[AgendaItemInput], version: int, by: User, at: datetime
) -> list[AgendaItem]:
    """Replace the agenda, in this order; a small change that every guest is told of, answers stand.

    The same agenda again writes and sends nothing; another one with an old version raises StaleVersionError.
    """
    check_running(meeting)
    wanted = [(_title(each.title), each.duration_minutes, one_line(each.speaker, limit=200)) for each in items]
    current = list(meeting.agenda_items.all())
    if wanted == [(each.title, each.duration_minutes, each.speaker) for each in current]:
        return current
    before = agenda_text(meeting)
    save_version(meeting, version=version, at=at)
    meeting.agenda_items.all().delete()
    made = AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, position=n, title=title, duration_minutes=minutes, speaker=speaker)
        for n, (title, minutes, speaker) in enumerate(wanted, start=1)
    )
    about = (meeting.person, meeting.ask)
    record("meeting.agenda_set", meeting, by=by, at=at, about=about, data={"items": len(made)})
    change = (("agenda", before, agenda_text(meeting)),)
    announce(MeetingChange(Change.EDITED, meeting, by, at, differences=change))
    return made


def _title(value: str) -> str:
    if not (title := one_line(value, limit=200)):
        raise AgendaItemError
    return title
