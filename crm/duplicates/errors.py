from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class MergeWithItselfError(ParleyError):
    sentence = _("This is the same row twice; choose two different ones.")


class AlreadyMergedError(ParleyError):
    sentence = _("One of the two was merged before; open it to see what it became.")
