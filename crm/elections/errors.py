from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class DaysInWrongOrderError(ParleyError):
    sentence = _("The new term has to begin after the last day of the old one; check the two days.")


class NoSuccessorError(ParleyError):
    sentence = _("Nobody holds this seat now; choose who takes this over.")


class UnknownOrphanError(ParleyError):
    sentence = _("This is no longer waiting; somebody settled it meanwhile.")
