"""What a briefing says about its meeting: when and where, the agenda, the people, and the meetings before it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.briefings.enums import Audience, FactKind
from crm.briefings.registry import (
    BriefingContext,
    Contact,
    day_of,
    register_anchor,
    register_contacts,
    register_section,
)
from crm.briefings.rules import STAYS_WITH_US, fact, section
from crm.briefings.snapshot import Fact, MeetingPart, Section
from crm.people.enums import ContactType
from crm.people.models import ContactDetail
from meetings.agendas.models import AgendaItem
from meetings.agendas.rules import AgendaItemInput, DocumentInput
from meetings.attendees.rules import may_be_named
from meetings.scheduling.enums import OFFICE_ROLES, AttendeeRole, MeetingFormat, MeetingState
from meetings.scheduling.models import Attendee, Meeting


def agenda_of(meeting: Meeting) -> QuerySet[AgendaItem]:
    """The items in their order."""
    found = meeting.agenda_items.select_related("presenter").prefetch_related("documents")
    return found.order_by("position", "id")


def numbered(items: Iterable[AgendaItem]) -> list[tuple[str, AgendaItem]]:
    """The items with their numbers: `1`, `1.1`, `1.2`, `2`."""
    found, point, part = list[tuple[str, AgendaItem]](), 0, 0
    for item in items:
        point, part = (point + 1, 0) if item.parent_id is None else (point, part + 1)
        found.append((f"{point}.{part}" if part else str(point), item))
    return found


def as_inputs(items: Iterable[AgendaItem]) -> list[AgendaItemInput]:
    """Rows as they would be given to `set_agenda` again."""
    return [
        AgendaItemInput(
            item.title,
            item.duration_minutes,
            item.speaker,
            item.parent_id is not None,
            item.presenter,
            tuple(DocumentInput(each.title, each.url) for each in item.documents.all()),
            item.pk,
        )
        for item in items
    ]


def speaker_of(item: AgendaItem, *, office: bool) -> str:
    """Who presents. The office reads the role of a constituent who did not agree to be named to it."""
    if item.presenter is None:
        return item.speaker
    hidden = office and not may_be_named(item.presenter)
    return capfirst(item.presenter.get_role_display()) if hidden else item.presenter.name


def agenda_text(meeting: Meeting) -> str:
    """The agenda as lines everybody invited reads: `1. Welcome (5 min) – Ada`; empty when there is none."""
    lines = []
    for number, item in numbered(agenda_of(meeting)):
        who = speaker_of(item, office=True)
        lines.append(f"{number}. {item.title} ({item.duration_minutes} min){f' – {who}' if who else ''}")
    return "\n".join(lines)


def delegation_of(meeting: Meeting) -> list[Attendee]:
    """Everybody still invited: our side first, each side in the order of the roles."""
    order = list(AttendeeRole)
    people = meeting.attendees.filter(removed_at=None).select_related("person", "user")
    return sorted(people, key=lambda a: (a.role in OFFICE_ROLES, order.index(AttendeeRole(a.role)), a.pk))


def meeting_part(context: BriefingContext) -> MeetingPart:
    """When and where, in the zone of the place. A leave-behind names nobody and carries no link to join."""
    meeting = _meeting(context)
    assert meeting is not None
    start, end = (moment.astimezone(ZoneInfo(meeting.time_zone)) for moment in (meeting.starts_at, meeting.ends_at))
    stays = context.audience in STAYS_WITH_US
    lines = [_("%(role)s: %(name)s") % _named(a) for a in delegation_of(meeting)] if stays else []
    return {
        "when": when_text(start, end),
        "zone": f"{meeting.time_zone} (UTC{start.isoformat()[-6:]})",
        "where": where_text(meeting),
        "join_url": (meeting.join_url or None) if stays else None,
        "lines": [*_warnings(meeting), *lines],
    }


def agenda_section(context: BriefingContext) -> Section | None:
    """From which minute to which, what, and who speaks."""
    meeting = _meeting(context)
    if meeting is None:
        return None
    rows: list[list[Any]] = []
    minute = 0
    for number, item in numbered(agenda_of(meeting)):
        is_part = item.parent_id is not None
        title = f"{number} {item.title}" if is_part else item.title
        span = "" if is_part else f"{minute}–{minute + item.duration_minutes}"
        rows.append([span, title, speaker_of(item, office=False)])
        minute += 0 if is_part else item.duration_minutes
    table = {"columns": [_("Minute"), _("What"), _("Who")], "rows": rows}
    empty = _("No agenda is written yet. Add its items on the page of the meeting.")
    return section("agenda", _("Agenda"), table=table if rows else None, empty=empty)  # type: ignore[arg-type]


def logistics_section(context: BriefingContext) -> Section | None:
    """Who comes and what each one answered; whom to reach on the day."""
    meeting = _meeting(context)
    if meeting is None:
        return None
    people = delegation_of(meeting)
    phones = _phones(people)
    reached = [_contact_fact(context, meeting.owner, meeting.owner.email)]
    for attendee in people:
        if attendee.role in OFFICE_ROLES and attendee.role != AttendeeRole.POLICYMAKER:
            reached.append(_contact_fact(context, attendee, phones.get(attendee.person_id, ""), attendee.email))
    facts = [*(_answer_fact(context, attendee) for attendee in people), *reached]
    return section("logistics", _("Logistics"), facts=facts)


def meetings_held(context: BriefingContext, limit: int) -> list[Contact]:
    """Meetings before this one; what was said is for an internal pack. Confidential meetings are never named."""
    seen: QuerySet[Meeting] = Meeting.objects.visible_to(context.user)
    held = seen.filter(person=context.person, state=MeetingState.HELD, is_confidential=False, starts_at__lte=context.at)
    if isinstance(context.anchor, Meeting):
        held = held.exclude(pk=context.anchor.pk)
    return [_contact(context, meeting) for meeting in held.select_related("outcome").order_by("-starts_at")[:limit]]


def declare() -> None:
    """Register what meetings add to a briefing; called once when the app is ready."""
    register_anchor(Meeting, meeting_part)
    register_section("agenda", order=22, audiences=STAYS_WITH_US, provider=agenda_section)
    register_section("logistics", order=24, audiences=STAYS_WITH_US, provider=logistics_section)
    register_contacts("meetings", meetings_held)


def _meeting(context: BriefingContext) -> Meeting | None:
    return context.anchor if isinstance(context.anchor, Meeting) else None


def when_text(start: datetime, end: datetime) -> str:
    if end.date() == start.date():
        return f"{date_format(start, 'l j M Y')}, {start:%H:%M}–{end:%H:%M}"
    return f"{date_format(start, 'l j F Y, H:i')} – {date_format(end, 'l j F Y, H:i')}"


def where_text(meeting: Meeting) -> str:
    if meeting.venue is not None:
        return str(meeting.venue)
    return _("Online") if meeting.format == MeetingFormat.ONLINE else _("The place is not known yet.")


def _warnings(meeting: Meeting) -> list[str]:
    return [_("This meeting was cancelled.")] if meeting.state == MeetingState.CANCELLED else []


def _named(attendee: Attendee) -> dict[str, str]:
    return {"role": capfirst(attendee.get_role_display()), "name": attendee.name}


def _answer_fact(context: BriefingContext, attendee: Attendee) -> Fact:
    """An answer is as old as the day it came; none at all is what we know today."""
    return fact(
        _named(attendee)["role"],
        f"{attendee.name}: {attendee.get_partstat_display()}",
        source=_("Answers to the invitation"),
        as_of=day_of(attendee.answered_at) if attendee.answered_at else context.on,
        on=context.on,
        kind=FactKind.HISTORY,
    )


def _contact_fact(context: BriefingContext, who: Any, *ways: str) -> Fact:
    theirs = isinstance(who, Attendee)
    label = _("The office, on the day") if theirs else _("Our side, on the day")
    words = "\n".join(filter(None, (who.name if theirs else str(who), *ways)))
    return fact(label, words, source=_("Our records"), as_of=context.on, on=context.on, kind=FactKind.LIVE)


def _phones(people: list[Attendee]) -> dict[int | None, str]:
    ids = [attendee.person_id for attendee in people if attendee.person_id]
    found = ContactDetail.objects.filter(person__in=ids, type=ContactType.VOICE).order_by("-id")
    return {detail.person_id: detail.value for detail in found}


def _contact(context: BriefingContext, meeting: Meeting) -> Contact:
    outcome = getattr(meeting, "outcome", None)
    position = outcome.get_position_display() if outcome else ""
    said = [outcome.summary] if outcome and context.audience == Audience.INTERNAL else []
    day = meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone)).date()
    words = "\n".join(filter(None, (meeting.title, capfirst(position), *said)))
    return Contact(on=day, how=_("Meeting"), words=words, source=_("Record of the meeting"))
