from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField

from cms.base.enums import Audience
from cms.base.figures import download_card
from cms.base.models import SitePage
from cms.blocks.body import article_blocks
from cms.blocks.lists import DownloadBlock


class ToolkitPage(SitePage):
    """Files to take away, by audience and language."""

    intro = models.TextField(_("introduction"), blank=True, max_length=500)
    body = StreamField(article_blocks(), verbose_name=_("text"), blank=True)
    downloads = StreamField([("download", DownloadBlock())], verbose_name=_("downloads"), blank=True)

    template = "cms/pages/toolkit.html"
    parent_page_types = ["cms.HomePage", "cms.CampaignPage"]
    subpage_types: list[str] = []
    content_panels = [*SitePage.content_panels, FieldPanel("intro"), FieldPanel("body"), FieldPanel("downloads")]
    api_fields = [*SitePage.api_fields, APIField("intro"), APIField("body"), APIField("downloads")]

    class Meta:
        verbose_name = _("toolkit")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        files = [download_card(item.value) for item in self.downloads if item.value["document"]]
        names = dict(sorted((file["code"], file["language"]) for file in files))
        wanted = request.GET.get("files", "")
        if wanted in names:
            files = [file for file in files if file["code"] == wanted]
        context["file_languages"] = language_links(names, wanted)
        context["sections"] = sections(files)
        return context


def sections(files: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The files under one heading per audience; audiences without files are left out."""
    grouped = [
        {"key": audience.value, "title": audience.label, "files": [f for f in files if f["audience"] == audience.value]}
        for audience in Audience
    ]
    return [section for section in grouped if section["files"]]


def language_links(names: dict[str, str], wanted: str) -> list[dict[str, Any]]:
    """Links that show the files of one language only; none when there is nothing to choose."""
    if len(names) < 2:
        return []
    everything = {"label": _("All languages"), "url": "?", "current": wanted not in names, "code": ""}
    return [everything] + [
        {"label": label, "url": f"?files={code}", "current": code == wanted, "code": code}
        for code, label in names.items()
    ]
