from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField

from cms.base import jsonld
from cms.base.models import SitePage
from cms.base.queries import card, children_of, hero_image, newest_updates, petition_pages
from cms.blocks.body import ONCE, campaign_blocks

UPDATES_SHOWN = 3


class HomePage(SitePage):
    """The start page of one language: what we stand for, our campaigns, what is new."""

    kicker = models.CharField(_("line above the heading"), max_length=80, blank=True)
    headline = models.CharField(_("heading"), max_length=120)
    intro = models.TextField(_("introduction"), blank=True, max_length=500)
    body = StreamField(
        campaign_blocks(),
        verbose_name=_("content"),
        blank=True,
        block_counts=ONCE,
    )

    template = "cms/pages/home.html"
    max_count_per_parent = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["cms.CampaignPage", "cms.ToolkitPage", "cms.StandardPage"]
    content_panels = [
        *SitePage.content_panels,
        FieldPanel("kicker"),
        FieldPanel("headline"),
        FieldPanel("intro"),
        FieldPanel("body"),
    ]
    api_fields = [
        *SitePage.api_fields,
        APIField("kicker"),
        APIField("headline"),
        APIField("intro"),
        APIField("body"),
    ]

    class Meta:
        verbose_name = _("start page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["petition_pages"] = petition_pages(self, [self.body])
        context["petition_page"] = next(iter(context["petition_pages"].values()), None)
        context["hero_image"] = hero_image(self)
        context["campaigns"] = [card(row, request, text=row.intro) for row in children_of(self, "CampaignPage")]
        context["updates"] = [
            card(row, request, text=row.intro, meta=row.date_text) for row in newest_updates(self, limit=UPDATES_SHOWN)
        ]
        return context

    def structured_data(self, url: str) -> list[dict[str, Any]]:
        return [jsonld.website(settings.ORGANISATION_NAME, url, self.locale.language_code)]
