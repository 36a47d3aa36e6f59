from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class NobodyToEnrolError(ParleyError):
    """The list is empty, or everybody on it is left out."""

    sentence = _("Nobody is left to enrol; see below who is left out and why.")


class SequenceNotInUseError(ParleyError):
    sentence = _("This sequence is switched off; choose another or switch it on first.")
