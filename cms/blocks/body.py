"""Which blocks each kind of page may hold."""

from wagtail.blocks import Block

from cms.blocks.lists import DownloadsBlock, UpdatesBlock
from cms.blocks.petitions import AskBlock, CounterBlock, DistrictsBlock
from cms.blocks.text import FiguresBlock, ParagraphBlock, PictureBlock, QuoteBlock

Blocks = list[tuple[str, Block]]

# Each of these asks the database once, so a page holds one of it.
ONCE = {"districts": {"max_num": 1}, "updates": {"max_num": 1}}


def article_blocks() -> Blocks:
    return [
        ("paragraph", ParagraphBlock()),
        ("quote", QuoteBlock()),
        ("picture", PictureBlock()),
        ("figures", FiguresBlock()),
    ]


def campaign_blocks() -> Blocks:
    return [
        *article_blocks(),
        ("ask", AskBlock()),
        ("counter", CounterBlock()),
        ("districts", DistrictsBlock()),
        ("updates", UpdatesBlock()),
        ("downloads", DownloadsBlock()),
    ]
