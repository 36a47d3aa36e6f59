from django.db import models
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    STAFF = "staff", _("staff")
    PUBLIC = "public", _("a member of the public")
    OFFICE = "office", _("the office")
    SYSTEM = "system", _("Parley")
