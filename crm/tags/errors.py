from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class TagScopeError(ParleyError):
    sentence = _("This tag is not meant for them; choose another one.")


class TagValueError(ParleyError):
    sentence = _("This tag says a number; write digits, for example 12 or 12.5.")


class TagInUseError(ParleyError):
    sentence = _("Somebody carries this tag already, so what it says stays as it is; add another tag instead.")
