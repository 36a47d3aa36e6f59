from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class TooManyToPrintError(ParleyError):
    """A print pack of more people than anybody prints."""

    sentence = _("A print pack takes at most 2,000 people; narrow the list by a filter, or take CSV.")


class ExportStoppedError(ParleyError):
    """Somebody pressed Stop while the file was written."""

    sentence = _("The export was stopped; no file was kept.")
