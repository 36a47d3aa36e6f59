from django.db import models
from django.utils.translation import gettext_lazy as _


class ChangeAct(models.TextChoices):
    CREATED = "created", _("added")
    UPDATED = "updated", _("changed")
    DELETED = "deleted", _("removed")
