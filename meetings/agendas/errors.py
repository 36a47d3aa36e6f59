from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class AgendaItemError(ParleyError):
    sentence = _("Give every point of the agenda a title.")
