"""The sheet of one meeting, in the shape of a briefing, so that page and PDF are laid out like one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.access.models import User
from crm.briefings.rules import section
from crm.briefings.snapshot import Content, MeetingPart, Section
from crm.people.queries import district_of
from meetings.agendas.models import AgendaItem
from meetings.agendas.queries import agenda_of, delegation_of, numbered, speaker_of, when_text, where_text
from meetings.attendees.queries import residences
from meetings.attendees.rules import may_be_named
from meetings.scheduling.enums import OFFICE_ROLES, AttendeeRole
from meetings.scheduling.models import Attendee, Meeting


def sheet(meeting: Meeting, *, office: bool, by: User, at: datetime, language: str) -> Content:
    """Who, where, when, agenda and delegation. With `office` it names no internal role, no link and no constituent
    who did not agree."""
    with translation.override(language):
        people, zone = delegation_of(meeting), ZoneInfo(meeting.time_zone)
        day = meeting.starts_at.astimezone(zone).date()
        district = district_of(meeting.person, day)
        items = list(agenda_of(meeting))
        ours = [each for each in people if each.role not in OFFICE_ROLES]
        who = _for_office(ours) if office else _for_us(meeting, people)
        return {
            "version": 1,
            "title": meeting.title,
            "language": language,
            "generated_at": at.replace(microsecond=0).isoformat(),
            "generated_by": str(by),
            "classification": "leave-behind" if office else "delegation",
            "subject": {
                "name": meeting.person.name,
                "role_line": "",
                "party": "",
                "area": district.name if district else "",
                "photo": None,
            },
            "meeting": _place_and_time(meeting, office=office),
            "ask": None,
            "sections": [_agenda(meeting, items, office=office), who, *_documents(items)],
        }


def _place_and_time(meeting: Meeting, *, office: bool) -> MeetingPart:
    zone = ZoneInfo(meeting.time_zone)
    start, end = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
    return {
        "when": when_text(start, end),
        "zone": f"{meeting.time_zone} (UTC{start.isoformat()[-6:]})",
        "where": where_text(meeting),
        "join_url": None if office else meeting.join_url or None,
        "lines": [],
    }


def _agenda(meeting: Meeting, items: Sequence[AgendaItem], *, office: bool) -> Section:
    """The clock at the place stands at each point; parts lie within theirs."""
    zone, moment = ZoneInfo(meeting.time_zone), meeting.starts_at
    rows: list[list[str | int | float]] = []
    for number, item in numbered(items):
        is_part = item.parent_id is not None
        clock = "" if is_part else f"{moment.astimezone(zone):%H:%M}"
        minutes = str(item.duration_minutes)
        rows.append([clock, f"{number} {item.title}", minutes, speaker_of(item, office=office)])
        moment += timedelta(minutes=0 if is_part else item.duration_minutes)
    columns = [_("Time"), _("What"), _("Minutes"), _("Who")]
    empty = None if rows else _("No agenda is written yet. Add its items on the page of the meeting.")
    return section("agenda", _("Agenda"), table={"columns": columns, "rows": rows} if rows else None, empty=empty)


def _for_us(meeting: Meeting, people: Sequence[Attendee]) -> Section:
    homes = residences(meeting, people, meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone)).date())
    rows: list[list[str | int | float]] = [
        [
            capfirst(each.get_role_display()),
            each.name,
            str(homes[each.pk].label) if each.pk in homes else "",
            each.get_partstat_display(),
        ]
        for each in people
    ]
    columns = [_("Role"), _("Who"), _("Where from"), _("Answer")]
    return section("delegation", _("Who comes"), table={"columns": columns, "rows": rows})


def _for_office(ours: Sequence[Attendee]) -> Section:
    constituent = _("%(name)s (constituent)")
    named = [each for each in ours if may_be_named(each)]
    lines = [
        constituent % {"name": each.name} if each.role == AttendeeRole.CONSTITUENT else each.name for each in named
    ]
    if count := len(ours) - len(named):
        lines.append(ngettext("and %(count)s constituent", "and %(count)s constituents", count) % {"count": count})
    empty = None if lines else _("Who comes is not known yet.")
    return section("delegation", _("Who comes"), paragraphs=lines, empty=empty)


def _documents(items: Sequence[AgendaItem]) -> list[Section]:
    found = [f"{number} {each.title}: {each.url}" for number, item in numbered(items) for each in item.documents.all()]
    return [section("documents", _("Documents"), paragraphs=found)] if found else []
