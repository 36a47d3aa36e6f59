from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Why two rows may be one."""

    EMAIL = "email", _("the same e-mail address")
    PHONE = "phone", _("the same phone number")
    NAME = "name", _("almost the same name")
    BIRTH_DATE = "birth_date", _("the same date of birth")
    BODY = "body", _("the same body")
    OTHER_BIRTH_DATE = "other_birth_date", _("but another date of birth")
