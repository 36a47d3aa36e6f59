from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField

from cms.base.models import SitePage
from cms.base.queries import hero_image, petition_pages, sections_of
from cms.blocks.body import ONCE, campaign_blocks
from cms.pages.forms import RoleLimitedPageForm


class CampaignPage(SitePage):
    """The hub of a campaign: why, how many, where, what is new, what to download."""

    campaign = models.ForeignKey("crm.Campaign", models.PROTECT, related_name="+", verbose_name=_("campaign"))
    kicker = models.CharField(_("line above the heading"), max_length=80, blank=True)
    intro = models.TextField(_("introduction"), max_length=500)
    body = StreamField(campaign_blocks(), verbose_name=_("content"), blank=True, block_counts=ONCE)

    base_form_class = RoleLimitedPageForm
    template = "cms/pages/campaign.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.PetitionPage", "cms.UpdatesPage", "cms.ToolkitPage"]
    content_panels = [
        *SitePage.content_panels,
        FieldPanel("campaign"),
        FieldPanel("kicker"),
        FieldPanel("intro"),
        FieldPanel("body"),
    ]
    api_fields = [*SitePage.api_fields, APIField("kicker"), APIField("intro"), APIField("body")]

    class Meta:
        verbose_name = _("campaign page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["petition_pages"] = petition_pages(self, [self.body])
        context["petition_page"] = next(iter(context["petition_pages"].values()), None)
        context["hero_image"] = hero_image(self)
        context["sections"] = sections_of(self, request)
        return context
