from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.base.models import Versioned


class SavedMapping(Versioned):
    """Which column of a file holds what, kept under a name: the profile `csv:NAME` reads a file by it.

    `columns` is {column name: field key}; `options` is what the form of the CSV profile asked besides.
    """

    name = models.SlugField(_("name"), max_length=40, unique=True)
    columns = models.JSONField(_("columns"), default=dict)
    options = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["name"]
        verbose_name = _("column mapping")

    def __str__(self) -> str:
        return self.name
