from django.db import models
from django.utils.translation import gettext_lazy as _


class Reach(models.TextChoices):
    EMAIL = "email", _("e-mail")
    VOICE = "voice", _("phone")


class ConsentState(models.TextChoices):
    """What the ledger says of the mailbox we would write to. A suppression counts as a refusal."""

    GIVEN = "given", _("given")
    REFUSED = "refused", _("refused")
    NONE = "none", _("not on record")
