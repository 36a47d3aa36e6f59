"""The words of a calendar mail: subject, text and HTML, and the text inside the calendar entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from crm.base.links import link_url
from crm.messaging.mime import inline_css
from meetings.invitations.registry import texts_of
from meetings.scheduling.enums import AttendeeRole
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.queries import active_attendees, language_of
from meetings.scheduling.rules import describe_times, place_of, unpack_times

NAMED = frozenset({AttendeeRole.POLICYMAKER, AttendeeRole.LEAD})
"""Whose names every guest reads; the others' are nobody's business but ours."""


class Occasion(StrEnum):
    INVITED = "invited"
    MOVED = "moved"
    CHANGED = "changed"
    AGAIN = "again"
    CANCELLED = "cancelled"
    UNINVITED = "uninvited"
    REPLACED = "replaced"
    TIME_REFUSED = "time_refused"


STANDS = frozenset({Occasion.INVITED, Occasion.MOVED, Occasion.CHANGED, Occasion.AGAIN})
"""Occasions after which she is still invited and may answer."""


@dataclass(frozen=True)
class Words:
    """`description` is what the calendar entry says; Outlook shows it instead of the mail."""

    subject: str
    text: str
    html: str
    description: str
    language: str


class Writer:
    """The words of one change of a meeting; what everybody reads is looked up once per language. Only reads."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting
        self._shared: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]] = {}

    def write(self, attendee: Attendee, occasion: Occasion, differences: Sequence[Sequence[str]] = ()) -> Words:
        """One mail for one attendee, in her language."""
        meeting, language = self.meeting, language_of(attendee.person)
        with translation.override(language):
            stands = occasion in STANDS
            facts, sections = self._facts_and_sections(language)
            context = {
                "greeting": _("Dear %(name)s,") % {"name": attendee.name},
                "opening": _opening(occasion) % {"title": meeting.title, "organisation": meeting.organizer_name},
                "facts": facts,
                "changes": [_change(each, language) for each in differences],
                "sections": sections if stands else [],
                "answer_url": link_url("r", attendee.public_id) if stands else "",
                "language": language,
                "organisation_name": meeting.organizer_name,
                "postal_address": settings.ORGANISATION_POSTAL_ADDRESS,
                "reason": _("You get this mail because %(organisation)s invited you to a meeting.")
                % {"organisation": meeting.organizer_name},
            }
            subject = _subject(occasion) % {"title": meeting.title}
            return Words(
                subject=subject,
                text=render_to_string("email/invitation.txt", context),
                html=inline_css(render_to_string("email/invitation.html", {**context, "subject": subject})),
                description=render_to_string("email/invitation_entry.txt", context).strip(),
                language=language,
            )

    def _facts_and_sections(self, language: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        if language not in self._shared:
            self._shared[language] = meeting_facts(self.meeting, language), _sections(self.meeting)
        return self._shared[language]


def meeting_facts(meeting: Meeting, language: str) -> list[tuple[str, str]]:
    """What, when (with zone and offset), where and who, as label and value."""
    named = [each.name for each in active_attendees(meeting) if each.role in NAMED]
    facts = [
        (_("What"), meeting.title),
        (_("When"), describe_times(meeting.starts_at, meeting.ends_at, meeting.time_zone, language)),
        (_("Where"), place_of(meeting)),
        (_("Who"), ", ".join(dict.fromkeys([*named, meeting.organizer_name]))),
    ]
    return [fact for fact in facts if fact[1]]


def _sections(meeting: Meeting) -> list[tuple[str, str]]:
    own = [("", meeting.description)] if meeting.description else []
    join = [(_("Join online"), meeting.join_url)] if meeting.join_url and meeting.venue else []
    return [*own, *join, *texts_of(meeting)]


def _change(difference: Sequence[str], language: str) -> tuple[str, str, str]:
    """(label, old, new) as people read it. A long text is not repeated: the new one stands below."""
    code, old, new = difference
    if code == "time":
        old, new = (describe_times(*unpack_times(packed), language) for packed in (old, new))
    if code in {"description", "agenda"}:
        old, new = "", _("see below")
    labels = {
        "title": _("Title"),
        "time": _("Time"),
        "place": _("Place"),
        "link": _("Link to join"),
        "description": _("Text"),
        "agenda": _("Agenda"),
    }
    nothing = _("none")
    return labels.get(code, code), old if code in {"description", "agenda"} else old or nothing, new or nothing


def _subject(occasion: Occasion) -> str:
    return {
        Occasion.INVITED: _("Invitation: %(title)s"),
        Occasion.MOVED: _("Moved: %(title)s"),
        Occasion.CHANGED: _("Changed: %(title)s"),
        Occasion.AGAIN: _("Invitation: %(title)s"),
        Occasion.CANCELLED: _("Cancelled: %(title)s"),
        Occasion.UNINVITED: _("Invitation withdrawn: %(title)s"),
        Occasion.REPLACED: _("Your staff come instead: %(title)s"),
        Occasion.TIME_REFUSED: _("The time stays: %(title)s"),
    }[occasion]


def _opening(occasion: Occasion) -> str:
    return {
        Occasion.INVITED: _("%(organisation)s invites you to a meeting. Please tell us whether you can come."),
        Occasion.MOVED: _(
            "The meeting “%(title)s” has moved. Your earlier answer no longer counts, so please answer again."
        ),
        Occasion.CHANGED: _("Something about the meeting “%(title)s” has changed. Your answer stands."),
        Occasion.AGAIN: _("Here is the invitation once more. Please tell us whether you can come."),
        Occasion.CANCELLED: _("The meeting “%(title)s” is cancelled. You need not do anything."),
        Occasion.UNINVITED: _(
            "You are no longer expected at the meeting “%(title)s”. It goes on without you; you need not do anything."
        ),
        Occasion.REPLACED: _(
            "Thank you for sending somebody of your staff to the meeting “%(title)s”. "
            "It leaves your calendar, and you need not do anything."
        ),
        Occasion.TIME_REFUSED: _(
            "Thank you for proposing another time. We cannot make it, so the meeting stays as it is."
        ),
    }[occasion]
