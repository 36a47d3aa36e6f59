"""The public site in two languages: a start page, two campaigns, petitions, updates, a toolkit, privacy."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wagtail.models import Locale, Page

from campaigns_site.demo import page_words as words
from campaigns_site.demo.spanish import SPANISH
from campaigns_site.demo.words import ORGANISATION
from cms.base.actions import (
    create_article,
    create_campaign_page,
    create_home,
    create_petition_page,
    create_standard_page,
    create_toolkit,
    ensure_site,
    set_body,
    set_navigation,
    translate_page,
)
from cms.base.models import SitePage
from cms.pages.campaign import CampaignPage
from cms.pages.home import HomePage
from cms.pages.petition import PetitionPage
from cms.pages.toolkit import ToolkitPage
from crm.access.models import User
from crm.campaigns.models import Campaign
from crm.petitions.models import Petition

DAY = timedelta(days=1)


@dataclass
class SiteBuilder:
    """Makes every public page as the editor would, dated as it would have been."""

    by: User
    now: datetime
    port: int

    def build(self, campaign: Campaign, petition: Petition, ferry: Campaign, ferry_petition: Petition) -> None:
        """The whole site; a second call finds every page by its short name and changes nothing."""
        started = self.now - 140 * DAY
        home = create_home(
            title=ORGANISATION,
            headline="Let harbours breathe",
            kicker="Clean air for harbour towns",
            intro="We meet the people who make the rules until ships plug in and harbour children breathe easily.",
            by=self.by,
            at=started,
        )
        ensure_site(hostname="localhost", port=self.port, root=home, site_name=ORGANISATION)
        hub = self._campaign(home, campaign, started)
        page = self._petition(hub, petition, started)
        set_body(hub, self._hub_body(page), by=self.by)
        set_body(home, self._home_body(page), by=self.by)
        self._articles(hub)
        toolkit = self._toolkit(hub)
        self._ferry(home, ferry, ferry_petition, started)
        privacy = create_standard_page(
            home,
            title="Privacy",
            slug="privacy",
            body=[("paragraph", words.PRIVACY)],
            by=self.by,
            at=started,
        )
        self._navigate("en", home, hub, page, toolkit, privacy)
        self._translate(home, hub, page, toolkit, privacy)

    def _campaign(self, home: HomePage, campaign: Campaign, at: datetime) -> CampaignPage:
        return create_campaign_page(
            home,
            campaign,
            title="Shore power now",
            slug="shore-power",
            kicker="Campaign",
            intro="Ships at berth should plug in. A bill before the Assembly would make it the rule.",
            by=self.by,
            at=at,
        )

    def _petition(self, hub: CampaignPage, petition: Petition, at: datetime) -> PetitionPage:
        return create_petition_page(
            hub,
            petition,
            title="Clean air at the quayside",
            slug="clean-air",
            intro="Ask the Assembly to pass the Harbour Air Bill: shore power at every busy berth.",
            body=[
                ("paragraph", words.PETITION_TEXT),
                ("quote", {"text": words.QUOTE, "name": "Odile Hartwell", "role": "school nurse, Fairhaven"}),
            ],
            by=self.by,
            at=at,
        )

    def _hub_body(self, page: PetitionPage) -> list[tuple[str, object]]:
        figures = [dict(zip(("value", "label", "source"), row, strict=True)) for row in words.FIGURES]
        return [
            ("paragraph", words.CAMPAIGN_TEXT),
            ("figures", {"figures": figures}),
            ("counter", {"page": page, "title": "So far"}),
            ("ask", {"page": page, "title": "Add your name", "text": words.WHY_NOW, "button": ""}),
            ("updates", {"title": "Latest updates", "number": 3}),
            ("districts", {"page": page, "title": "Where the signatures come from"}),
        ]

    def _home_body(self, page: PetitionPage) -> list[tuple[str, object]]:
        return [
            ("paragraph", words.HOME_TEXT),
            ("ask", {"page": page, "title": "Clean air at the quayside", "text": words.WHY_NOW, "button": ""}),
            ("counter", {"page": page, "title": "Confirmed so far"}),
        ]

    def _articles(self, hub: CampaignPage) -> None:
        for number, (title, slug, intro, text) in enumerate(words.ARTICLES):
            at = self.now - (75 - 30 * number) * DAY
            create_article(hub, title=title, slug=slug, intro=intro, body=[("paragraph", text)], by=self.by, at=at)

    def _toolkit(self, hub: CampaignPage) -> ToolkitPage:
        return create_toolkit(
            hub,
            title="Toolkit for your district",
            slug="toolkit",
            intro="Everything you need to ask your member for a meeting, and to hold it well.",
            downloads=[
                (title, name, text.encode(), language, audience)
                for title, name, text, language, audience in words.DOWNLOADS
            ],
            by=self.by,
            at=self.now - 100 * DAY,
        )

    def _ferry(self, home: HomePage, campaign: Campaign, petition: Petition, at: datetime) -> None:
        hub = create_campaign_page(
            home,
            campaign,
            title="Keep the night ferry",
            slug="night-ferry",
            kicker="Won",
            intro="The last boat stays. What 150 signatures and one well-prepared meeting can do.",
            body=[("paragraph", words.FERRY_TEXT)],
            by=self.by,
            at=at,
        )
        create_petition_page(
            hub,
            petition,
            title="Keep the night ferry running",
            slug="petition",
            intro="We asked the port authority to keep the 23:40 boat. They did.",
            by=self.by,
            at=at,
        )

    def _navigate(self, code: str, *pages: Page) -> None:
        _home, hub, page, toolkit, privacy = pages
        locale = Locale.objects.get(language_code=code)
        set_navigation(locale=locale, menu=[hub, page, toolkit], footer=[privacy], postal_address=words.POSTAL_ADDRESS)

    def _translate(self, *pages: SitePage) -> None:
        spanish = Locale.objects.get(language_code="es")
        made = [
            translate_page(page, locale=spanish, strings=SPANISH, by=self.by, at=self.now - 60 * DAY) for page in pages
        ]
        self._navigate("es", *made)
