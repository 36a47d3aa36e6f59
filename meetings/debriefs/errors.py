from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class TooManyDebriefsError(ParleyError):
    sentence = _("We have heard from many people about this meeting. Please write to your contact for the day instead.")


class DebriefDecidedError(ParleyError):
    sentence = _("Somebody has already looked at this. Reload the list.")


class NothingToldError(ParleyError):
    sentence = _("Tell us at least one thing: who came, where they stand, or what was said.")
