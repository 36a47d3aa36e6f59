"""Refusals on the way from a file to an applied import."""

from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class UnrecognisedSourceError(ParleyError):
    """No profile says that this file is of its kind."""

    sentence = _("We do not recognise this file by itself; choose below what it is, then hand it in again.")


class NotWaitingError(ParleyError):
    """The batch is in a state in which this cannot be asked of it."""

    sentence = _("This import has moved on meanwhile; look at how it stands now.")


class FileGoneError(ParleyError):
    """The private file was deleted."""

    sentence = _("The file of this import was deleted; hand it in again as a new import.")


class ImportStoppedError(ParleyError):
    """Somebody pressed Stop; the work under way is rolled back."""

    sentence = _("This import was stopped; nothing was changed.")
