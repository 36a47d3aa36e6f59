from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class OtherZoneError(ParleyError):
    sentence = _("This place is in another time zone than the series. Choose a place in the same zone.")
