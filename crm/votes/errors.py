from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class AlreadyRatedError(ParleyError):
    """The vote is on the scorecard."""

    sentence = _("This vote is on the scorecard already. Take it off first, then rate it anew.")


class VoteExistsError(ParleyError):
    """The body has a vote with this number."""

    sentence = _("This body already has a vote with this number; open that one, or check the number.")
