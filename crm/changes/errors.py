from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class NothingToUndoError(ParleyError):
    """The entry changed nothing that is kept, or was taken back before."""

    sentence = _("There is nothing left to take back here; it was undone before or changed nothing.")


class TooLateToUndoError(ParleyError):
    """The time to undo is over."""

    sentence = _("This happened more than 30 days ago and can no longer be undone; change it by hand.")
