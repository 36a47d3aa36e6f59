from django.db import models
from django.utils.translation import gettext_lazy as _


class AskedBy(models.TextChoices):
    """How an office wants to be asked for a meeting."""

    EMAIL = "email", _("e-mail")
    FORM = "form", _("form on their site")
    PHONE = "phone", _("phone")
    LETTER = "letter", _("letter")
