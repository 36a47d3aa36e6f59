from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.base.errors import ParleyError


class SourceError(ParleyError):
    """The file or folder cannot be read as what it should be; nothing was changed."""


class TooManyRowsError(SourceError):
    """More than one import takes, whatever the format."""


class UnknownProfileError(ParleyError):
    """No profile has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        sentence = _("There is no import profile “%(name)s”; use one of: %(known)s.")
        super().__init__(sentence % {"name": name, "known": ", ".join(sorted(known))})


class StalePlanError(ParleyError):
    """The registry changed between the preview and the run."""

    sentence = _("The registry changed since this preview was made; make the preview again and apply that one.")


class BadRowsError(ParleyError):
    """An error keeps rows out, and this run takes all rows or none."""

    def __init__(self, count: int) -> None:
        super().__init__(
            ngettext(
                "%(count)s row has an error, so nothing was changed: mend it in the file, or leave bad rows out.",
                "%(count)s rows have errors, so nothing was changed: mend them in the file, or leave bad rows out.",
                count,
            )
            % {"count": count}
        )


class AlreadyAppliedError(ParleyError):
    """The batch is no longer waiting to be applied."""

    sentence = _("This import was already applied or stopped; open it again to see how it stands.")


class NeverAppliedError(ParleyError):
    """There is nothing to take back."""

    sentence = _("This import has changed nothing, so there is nothing to take back.")


class TooLateToUndoError(ParleyError):
    """More than 30 days have passed."""

    sentence = _("An import can be taken back for 30 days, and these are over; change the rows by hand.")


class UnknownBatchError(ParleyError):
    """No import has this number."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is no import “%(name)s”; take the number that the import printed.") % {"name": name})


class AlreadyUndoneError(ParleyError):
    """The import was taken back before."""

    sentence = _("This import was already taken back; there is nothing left to do.")
