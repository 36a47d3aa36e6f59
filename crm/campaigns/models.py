from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.base.models import PublicId, Versioned


class Campaign(PublicId, Versioned):
    """The umbrella that asks, petitions, meetings and pages link to."""

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("short name"), unique=True)
    goal = models.TextField(_("what we want to change"), blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    class Meta:
        ordering = ["title", "id"]
        verbose_name = _("campaign")

    def __str__(self) -> str:
        return self.title
