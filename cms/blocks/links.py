from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class LinkBlock(blocks.StructBlock):
    """A page of this site under its own title or a shorter one."""

    page = blocks.PageChooserBlock(label=_("page"))
    label = blocks.CharBlock(label=_("words"), required=False, max_length=60, help_text=_("Empty: the page's title."))

    class Meta:
        icon = "link"
        label = _("link")
