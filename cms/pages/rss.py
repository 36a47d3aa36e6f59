"""RSS 2.0 of a campaign's updates."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.utils import translation

from cms.base.queries import newest_updates

ITEMS = 20


class UpdatesFeed(Feed):
    """Called with the page whose updates it lists."""

    def get_object(self, request: HttpRequest, page: Any) -> Any:
        self.language = page.locale.language_code
        self.request = request
        return page

    def title(self, page: Any) -> str:
        campaign = page.get_parent()
        return f"{settings.ORGANISATION_NAME}: {campaign.title}"

    def link(self, page: Any) -> str:
        return str(page.get_full_url(self.request))

    def feed_url(self, page: Any) -> str:
        return f"{page.get_full_url(self.request)}feed/"

    def description(self, page: Any) -> str:
        return str(page.search_description or page.intro or translation.gettext("News of this campaign."))

    def items(self, page: Any) -> Any:
        return newest_updates(page, limit=ITEMS)

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_link(self, item: Any) -> str:
        return str(item.get_full_url(self.request))

    def item_description(self, item: Any) -> str:
        return str(item.intro or item.search_description)

    def item_pubdate(self, item: Any) -> datetime | None:
        return item.first_published_at

    def item_updateddate(self, item: Any) -> datetime | None:
        return item.last_published_at
