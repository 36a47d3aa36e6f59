from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField

from cms.base.models import SitePage
from cms.base.queries import card, newest_updates
from cms.blocks.body import article_blocks
from cms.pages.rss import UpdatesFeed

PER_PAGE = 12


class UpdatesPage(RoutablePageMixin, SitePage):
    """All updates of one campaign, newest first, as pages and as a feed."""

    intro = models.TextField(_("introduction"), blank=True, max_length=500)

    template = "cms/pages/updates.html"
    parent_page_types = ["cms.CampaignPage"]
    subpage_types = ["cms.ArticlePage"]
    max_count_per_parent = 1
    content_panels = [*SitePage.content_panels, FieldPanel("intro")]
    api_fields = [*SitePage.api_fields, APIField("intro")]

    class Meta:
        verbose_name = _("list of updates")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        page = Paginator(newest_updates(self), PER_PAGE).get_page(request.GET.get("page"))
        context["updates"] = [card(row, request, text=row.intro, meta=row.date_text) for row in page]
        context["updates_page"] = page
        context["feed_url"] = f"{self.get_url(request)}feed/"
        return context

    @path("feed/")
    def feed(self, request: HttpRequest) -> HttpResponseBase:
        return UpdatesFeed()(request, page=self)


class ArticlePage(SitePage):
    """One update."""

    intro = models.TextField(_("introduction"), blank=True, max_length=500)
    body = StreamField(article_blocks(), verbose_name=_("text"), blank=True)

    template = "cms/pages/article.html"
    share_type = "article"
    parent_page_types = ["cms.UpdatesPage"]
    subpage_types: list[str] = []
    content_panels = [*SitePage.content_panels, FieldPanel("intro"), FieldPanel("body")]
    api_fields = [*SitePage.api_fields, APIField("intro"), APIField("body")]

    class Meta:
        verbose_name = _("update")

    @property
    def date_text(self) -> str:
        """The day it came out, in words; empty for a draft."""
        return date_format(localtime(self.first_published_at), "DATE_FORMAT") if self.first_published_at else ""

    def structured_data(self, url: str) -> list[dict[str, Any]]:
        return [
            {
                "@type": "NewsArticle",
                "headline": self.title,
                "url": url,
                "inLanguage": self.locale.language_code,
                "description": self.search_description or self.intro,
                "datePublished": self.first_published_at.isoformat() if self.first_published_at else None,
                "dateModified": self.last_published_at.isoformat() if self.last_published_at else None,
            }
        ]
