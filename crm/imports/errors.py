from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class SourceError(ParleyError):
    """The file or folder cannot be read as what it should be; nothing was changed."""


class UnknownProfileError(ParleyError):
    """No profile has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        sentence = _("There is no import profile “%(name)s”; use one of: %(known)s.")
        super().__init__(sentence % {"name": name, "known": ", ".join(sorted(known))})


class StalePlanError(ParleyError):
    """The registry changed between the preview and the run."""

    sentence = _("The registry changed since this preview was made; make the preview again and apply that one.")


class UnknownBatchError(ParleyError):
    """No import has this number."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is no import “%(name)s”; take the number that the import printed.") % {"name": name})


class AlreadyUndoneError(ParleyError):
    """The import was taken back before."""

    sentence = _("This import was already taken back; there is nothing left to do.")
