from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class SharesNotWholeError(ParleyError):
    """The shares of one postcode do not add up to 1."""

    sentence = _("The shares of a postcode must be positive and add up to 1; correct them and save again.")


class EmptyPostcodeError(ParleyError):
    """There is nothing left of the postcode once spaces are away."""

    sentence = _("Write the postcode, for example 20510.")
