from django.db import models
from django.utils.translation import gettext_lazy as _


class PetitionState(models.TextChoices):
    """draft → open → closed."""

    DRAFT = "draft", _("draft")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class SignatureState(models.TextChoices):
    """pending → validated → withdrawn; pending → disowned; pending | validated → invalidated."""

    PENDING = "pending", _("waiting for the confirmation")
    VALIDATED = "validated", _("confirmed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DISOWNED = "disowned", _("said this was not them")
    INVALIDATED = "invalidated", _("taken out by a moderator")
