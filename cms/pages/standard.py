from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField

from cms.base.models import SitePage
from cms.blocks.body import article_blocks


class StandardPage(SitePage):
    """Privacy, about, contact: words only."""

    intro = models.TextField(_("introduction"), blank=True, max_length=500)
    body = StreamField(article_blocks(), verbose_name=_("text"), blank=True)

    template = "cms/pages/standard.html"
    parent_page_types = ["cms.HomePage", "cms.StandardPage"]
    subpage_types = ["cms.StandardPage"]
    content_panels = [*SitePage.content_panels, FieldPanel("intro"), FieldPanel("body")]
    api_fields = [*SitePage.api_fields, APIField("intro"), APIField("body")]

    class Meta:
        verbose_name = _("standard page")
