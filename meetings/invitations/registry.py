"""What other slices add to the words of an invitation."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from meetings.scheduling.models import Meeting

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


def declare() -> None:
    """What the timeline says; called once when the app is ready."""
    register_verb("invitation.sent_again", _("The invitation was sent once more."))
    register_verb("invitation.time_refused", _("We kept the time and told them so."))
