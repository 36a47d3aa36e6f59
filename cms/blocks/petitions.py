"""Blocks that show a petition. The numbers come from its row, which every translation shares.

The page that holds them puts `petition_pages` into its context: the pages chosen here, in its own language.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms.base.figures import district_rows


class PetitionBlock(blocks.StructBlock):
    """Base: a chosen petition page, shown in the language of the page around it."""

    page = blocks.PageChooserBlock("cms.PetitionPage", label=_("petition page"))

    def get_context(self, value: Any, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        chosen = value.get("page")
        shown = (parent_context or {}).get("petition_pages", {})
        context["petition_page"] = shown.get(chosen.translation_key) if chosen else None
        return context


class AskBlock(PetitionBlock):
    """A call to sign, as wide as the page."""

    title = blocks.CharBlock(label=_("heading"), max_length=120)
    text = blocks.TextBlock(label=_("why now"), required=False)
    button = blocks.CharBlock(label=_("button"), required=False, max_length=40, help_text=_("Empty: Sign the petition"))

    class Meta:
        icon = "pick"
        label = _("call to sign")
        template = "cms/blocks/ask.html"


class CounterBlock(PetitionBlock):
    """How many have signed, and the goal."""

    title = blocks.CharBlock(label=_("heading"), required=False, max_length=120)

    class Meta:
        icon = "order"
        label = _("signature count")
        template = "cms/blocks/counter.html"


class DistrictsBlock(PetitionBlock):
    """Signatures by district; small districts are added up and not named."""

    title = blocks.CharBlock(label=_("heading"), required=False, max_length=120)

    def get_context(self, value: Any, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        if context["petition_page"]:
            context["districts"] = district_rows(context["petition_page"].petition)
        return context

    class Meta:
        icon = "table"
        label = _("signatures by district")
        template = "cms/blocks/districts.html"
