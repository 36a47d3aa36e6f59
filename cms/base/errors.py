from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class ParentNotTranslatedError(ParleyError):
    sentence = _("The page above this one has no translation in that language yet. Translate it first.")
