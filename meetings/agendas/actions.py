from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from crm.access.models import User
from crm.activity.actions import record
from crm.base.locking import save_version
from meetings.agendas.errors import AgendaPresenterError
from meetings.agendas.models import AgendaDocument, AgendaItem
from meetings.agendas.queries import agenda_of, agenda_text, as_inputs
from meetings.agendas.rules import AgendaItemInput as AgendaItemInput
from meetings.agendas.rules import DocumentInput as DocumentInput
from meetings.agendas.rules import check_parts, cleaned
from meetings.scheduling.models import Meeting
from meetings.scheduling.registry import Change, MeetingChange, announce
from meetings.scheduling.rules import check_running

OUT_OF_THE_WAY = 100_000


@transaction.atomic
def set_agenda(
    meeting: Meeting, *, items: Sequence[AgendaItemInput], version: int, by: User, at: datetime
) -> list[AgendaItem]:
    """Replace the agenda, in this order; a small change that every guest is told of, answers stand.

    A point named by its `pk` stays the same row. The same agenda again writes and sends nothing; another one
    with an old version raises StaleVersionError. Raises AgendaItemError, AgendaPartError, AgendaMinutesError
    or AgendaPresenterError.
    """
    check_running(meeting)
    wanted = [cleaned(each) for each in items]
    check_parts(wanted)
    _check_presenters(meeting, wanted)
    current = list(agenda_of(meeting))
    if _without_keys(wanted) == _without_keys(as_inputs(current)):
        return current
    before = agenda_text(meeting)
    save_version(meeting, version=version, at=at)
    _write(meeting, wanted)
    about = (meeting.person, meeting.ask)
    record("meeting.agenda_set", meeting, by=by, at=at, about=about, data={"items": len(wanted)})
    change = (("agenda", before, agenda_text(meeting)),)
    announce(MeetingChange(Change.EDITED, meeting, by, at, differences=change))
    return list(agenda_of(meeting))


def add_items(meeting: Meeting, copied: Iterable[AgendaItem], *, by: User, at: datetime) -> list[AgendaItem]:
    """Put copies of points at the end of the agenda; who is not invited here presents under no name.

    Part of a bigger action that makes sure it happens once: a second call adds them again.
    """
    points = list(copied)
    chosen = {each.pk for each in points}
    new = [
        AgendaItemInput(each.title, each.duration_minutes, each.speaker, each.parent_id in chosen) for each in points
    ]
    present = as_inputs(list(agenda_of(meeting)))
    return set_agenda(meeting, items=[*present, *new], version=meeting.version, by=by, at=at)


def _without_keys(items: Iterable[AgendaItemInput]) -> list[tuple[object, ...]]:
    return [(i.title, i.duration_minutes, i.speaker, i.is_part, i.presenter, i.documents) for i in items]


def _check_presenters(meeting: Meeting, items: Iterable[AgendaItemInput]) -> None:
    """Raises AgendaPresenterError for somebody who is not (or no longer) invited to this meeting."""
    wanted = {each.presenter.pk for each in items if each.presenter is not None}
    if wanted and meeting.attendees.filter(pk__in=wanted, removed_at=None).count() != len(wanted):
        raise AgendaPresenterError


def _write(meeting: Meeting, items: Sequence[AgendaItemInput]) -> None:
    """Rows that are named stay, the others go or come; positions are free for a moment while they change."""
    known = {each.pk: each for each in meeting.agenda_items.all()}
    kept = {each.pk for each in items if each.pk in known}
    # Parts of points that go must not go with them.
    meeting.agenda_items.filter(pk__in=kept).update(parent=None)
    meeting.agenda_items.exclude(pk__in=kept).delete()
    meeting.agenda_items.update(position=F("position") + OUT_OF_THE_WAY)
    point: AgendaItem | None = None
    for position, given in enumerate(items, start=1):
        row = known.pop(given.pk, None) if given.pk is not None else None
        row = row or AgendaItem(meeting=meeting)
        row.position, row.title, row.duration_minutes = position, given.title, given.duration_minutes
        row.speaker, row.presenter = given.speaker, given.presenter
        row.parent = point if given.is_part else None
        row.save()
        row.documents.all().delete()
        AgendaDocument.objects.bulk_create(
            AgendaDocument(item=row, position=n, title=each.title, url=each.url)
            for n, each in enumerate(given.documents, start=1)
        )
        point = point if given.is_part else row
