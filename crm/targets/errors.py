from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class QuotaExistsError(ParleyError):
    """There is a quota for this milestone."""

    sentence = _("There is already a quota for this milestone. Remove it first, then set the new one.")


class OlderPositionError(ParleyError):
    """A move would change nothing, because a newer position is known."""

    sentence = _(
        "A newer position is recorded already, so this one would not move the card. Give a later day, or record it "
        "in the history on the person's page."
    )
