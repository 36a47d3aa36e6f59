from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class PetitionClosedError(ParleyError):
    """The petition does not take signatures now."""

    sentence = _("This petition does not take signatures any more. Look for an open one on our campaign pages.")


class PetitionNotOpenYetError(PetitionClosedError):
    """The petition is a draft, or its first day is still to come."""

    sentence = _("This petition is not open yet. Come back when it starts.")


class PetitionStateError(ParleyError):
    """A petition moves from draft to open to closed and never back."""

    sentence = _("A petition goes from draft to open to closed and never back. Reload the page to see where it is.")


class SignatureRefusedError(ParleyError):
    """What was typed cannot be a signature; the sentence says which field and how to mend it."""

    def __init__(self, sentence: Any, *, field: str) -> None:
        self.field = field
        super().__init__(sentence)


class ConfirmationExpiredError(ParleyError):
    """The link of the confirmation mail is older than seven days."""

    sentence = _("This link is older than seven days. Sign again on the petition page and we send you a new one.")
