from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class ReviewDoneError(ParleyError):
    sentence = _("Somebody has already dealt with this answer. Reload the list to see what is left.")


class DecisionError(ParleyError):
    sentence = _("That is not possible for this answer. Choose one of the buttons shown with it.")
