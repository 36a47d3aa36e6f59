from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]


class ParagraphBlock(blocks.RichTextBlock):
    """Words, with the few styles the site has."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{"features": FEATURES, **options})

    class Meta:
        icon = "pilcrow"
        label = _("text")
        template = "cms/blocks/paragraph.html"


class QuoteBlock(blocks.StructBlock):
    """Somebody's words and who said them."""

    text = blocks.TextBlock(label=_("words"))
    name = blocks.CharBlock(label=_("who said it"), required=False)
    role = blocks.CharBlock(label=_("what they are"), required=False, help_text=_("For example: harbour pilot."))

    class Meta:
        icon = "openquote"
        label = _("quote")
        template = "cms/blocks/quote.html"


class PictureBlock(blocks.StructBlock):
    """A picture with its alternative text and a caption."""

    image = ImageBlock(label=_("picture"))
    caption = blocks.CharBlock(label=_("caption"), required=False)

    class Meta:
        icon = "image"
        label = _("picture")
        template = "cms/blocks/picture.html"


class FiguresBlock(blocks.StructBlock):
    """Two to four numbers that make the case, each with its source."""

    figures = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("value", blocks.CharBlock(label=_("number"), max_length=20)),
                ("label", blocks.CharBlock(label=_("what it counts"))),
                ("source", blocks.CharBlock(label=_("source"), required=False)),
            ]
        ),
        min_num=2,
        max_num=4,
        label=_("numbers"),
    )

    class Meta:
        icon = "order"
        label = _("numbers")
        template = "cms/blocks/figures.html"
