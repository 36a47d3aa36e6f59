"""Which profiles there are: a name and the reader that turns a path into a batch."""

from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.activity.registry import register_verb
from crm.imports import us_congress
from crm.imports.errors import SourceError, UnknownProfileError
from crm.imports.popolo import Batch

Reader = Callable[[Path], Batch]

_profiles: dict[str, Reader] = {}


def register_profile(name: str, reader: Reader) -> None:
    """Add a profile. A second call with the same name replaces the first."""
    _profiles[name] = reader


def known_profiles() -> list[str]:
    return sorted(_profiles)


def read_source(path: Path, *, profile: str) -> Batch:
    """Read a file or folder by the rules of a profile; nothing is changed.

    Raises `UnknownProfileError` and `SourceError`, each with a sentence that says what to do.
    """
    if profile not in _profiles:
        raise UnknownProfileError(profile, known_profiles())
    try:
        found = path.exists()
    except (OSError, ValueError):
        found = False
    if not found:
        raise SourceError(_("There is no file or folder “%(path)s”; check the path.") % {"path": path})
    return _profiles[profile](path)


def declare() -> None:
    """Our profiles and what the timeline says of imports; called once when the app is ready."""
    register_profile(us_congress.PROFILE, us_congress.read)
    register_verb("import.applied", gettext_lazy("An import was applied."))
    register_verb("import.undone", gettext_lazy("An import was taken back."))
