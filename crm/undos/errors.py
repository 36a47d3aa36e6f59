from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class UndoUnderWayError(ParleyError):
    """Somebody takes the same back already."""

    sentence = _("This is being taken back already; wait until that is over, then look again.")
