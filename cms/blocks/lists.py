from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock

from cms.base.enums import Audience
from cms.base.figures import download_card
from cms.base.queries import card, newest_updates


class DownloadBlock(blocks.StructBlock):
    """A file with what a reader wants to know before the click."""

    document = DocumentChooserBlock(label=_("file"))
    title = blocks.CharBlock(label=_("title"), required=False, help_text=_("Empty: the title of the file."))
    audience = blocks.ChoiceBlock(choices=Audience.choices, default=Audience.SUPPORTERS, label=_("made for"))
    language = blocks.CharBlock(label=_("language of the file"), default="en", max_length=10, help_text=_("en, es …"))
    note = blocks.CharBlock(label=_("note"), required=False, help_text=_("For example: 12 slides."))

    class Meta:
        icon = "doc-full"
        label = _("download")


class DownloadsBlock(blocks.StructBlock):
    """A few files on a campaign page."""

    title = blocks.CharBlock(label=_("heading"), max_length=120)
    files = blocks.ListBlock(DownloadBlock(), label=_("files"), min_num=1)

    def get_context(self, value: Any, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["downloads"] = [download_card(file) for file in value["files"] if file["document"]]
        return context

    class Meta:
        icon = "download"
        label = _("downloads")
        template = "cms/blocks/downloads.html"


class UpdatesBlock(blocks.StructBlock):
    """The newest updates of the campaign this page belongs to."""

    title = blocks.CharBlock(label=_("heading"), max_length=120)
    number = blocks.IntegerBlock(label=_("how many"), default=3, min_value=1, max_value=12)

    def get_context(self, value: Any, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        page, request = context.get("page"), context.get("request")
        if page is not None and request is not None:
            found = newest_updates(page, limit=value["number"])
            context["updates"] = [card(row, request, text=row.intro, meta=row.date_text) for row in found]
        return context

    class Meta:
        icon = "list-ul"
        label = _("latest updates")
        template = "cms/blocks/updates.html"
