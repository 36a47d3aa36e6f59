"""What other slices add to the words of an invitation."""

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from crm.messaging.enums import MessageStatus
from meetings.invitations.queries import KINDS, held_by_mail, histories
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.registry import register_attendee_mark, register_witness

MARKS = {
    MessageStatus.FAILED: (_("not reached"), "bad"),
    MessageStatus.EXPIRED: (_("not reached"), "bad"),
    MessageStatus.SUPPRESSED: (_("wants no mail from us"), "bad"),
    MessageStatus.UNKNOWN: (_("may not have got the mail"), "warn"),
}
"""What became of the newest calendar mail, where that is no good news."""

TextProvider = Callable[[Meeting], tuple[str, str] | None]
"""(label, text) of a section everybody invited may read, in the language that is active; None to add nothing."""

_texts: dict[str, TextProvider] = {}


def register_text(key: str, provider: TextProvider) -> None:
    """Add a section such as the agenda. A second call with the same key replaces the first."""
    _texts[key] = provider


def texts_of(meeting: Meeting) -> list[tuple[str, str]]:
    """Every section that has something to say, in the order of the keys."""
    found = (provider(meeting) for _key, provider in sorted(_texts.items()))
    return [section for section in found if section is not None]


def delivery_marks(attendees: Sequence[Attendee]) -> Mapping[int, tuple[str, str]]:
    """Whom the newest calendar mail did not reach, in one query."""
    found = {}
    for pk, past in histories(attendees).items():
        sent = [
            each.message
            for each in past.sends
            if each.method in KINDS and each.message.status != MessageStatus.CANCELLED
        ]
        if sent and (mark := MARKS.get(MessageStatus(sent[-1].status))):
            found[pk] = (str(mark[0]), mark[1])
    return found


def declare() -> None:
    """What the timeline says; called once when the app is ready."""
    register_attendee_mark("delivery", delivery_marks)
    register_witness("invitations", held_by_mail)
    register_verb("invitation.sent_again", _("The invitation was sent once more."))
    register_verb("invitation.time_refused", _("We kept the time and told them so."))
