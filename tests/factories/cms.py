"""A small invented site, built through the actions the demo uses too."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any, NamedTuple

from django.core.files.images import ImageFile
from PIL import Image as Drawing
from wagtail.images import get_image_model
from wagtail.models import Locale

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
from cms.models import ArticlePage, CampaignPage, HomePage, PetitionPage, StandardPage, ToolkitPage
from crm.petitions.models import Petition
from tests.factories.campaigns import campaign as make_campaign
from tests.factories.petitions import petition as make_petition

AT = datetime(2026, 4, 14, 10, tzinfo=UTC)
WHY = (
    "<h2>What goes wrong</h2><p>Every storm washes untreated water from the <b>old sluice</b> into the inner harbour. "
    "Last year the bathing place was closed on 61 days, and the mussel farms lost a third of their season.</p>"
    "<h2>What we ask</h2><p>Vote for the Clean Harbours Bill, and give the port the money to separate the two "
    "drains before the winter of 2028.</p><ul><li>Two drains instead of one</li><li>Readings published each "
    "week</li><li>A fund for the farms that lost their season</li></ul>"
)
PORQUE = (
    "<h2>Qué está mal</h2><p>Cada tormenta arrastra agua sin tratar desde la <b>vieja esclusa</b> al puerto "
    "interior. El año pasado la zona de baño estuvo cerrada 61 días.</p>"
)
SAID = {
    "text": "We pull up the lines and throw the harvest back. It looks clean; it is not.",
    "name": "Ines Roth",
    "role": "mussel farmer, Fairhaven",
}
NUMBERS = {
    "figures": [
        {"value": "61", "label": "days without bathing", "source": "Harbour office, 2025"},
        {"value": "1/3", "label": "of the mussel season lost", "source": "Growers' survey"},
        {"value": "1911", "label": "the year the sluice was built", "source": "City archive"},
    ]
}
SPANISH = {
    "Harbour Alliance": "Alianza del Puerto",
    "A harbour we can swim in": "Un puerto donde nadar",
    "Fairhaven Harbour Alliance": "Alianza del Puerto de Fairhaven",
    "Neighbours, growers and sailors who meet the people who decide.": "Vecinos que hablan con quienes deciden.",
    "Clean harbours": "Puertos limpios",
    "clean-harbours": "puertos-limpios",
    "One bill would end the overflow. It needs nine more votes.": "Una ley pondría fin al vertido.",
    "Two drains, one clean harbour": "Dos desagües, un puerto limpio",
    "two-drains": "dos-desagues",
    "Ask the council to separate storm water from waste water.": "Pide al concejo que separe las aguas.",
    WHY: PORQUE,
    "Updates": "Novedades",
    "updates": "novedades",
    "The hearing is set": "La audiencia tiene fecha",
    "The committee hears us on 6 May.": "La comisión nos escucha el 6 de mayo.",
    "Toolkit": "Materiales",
    "Everything to talk about the harbour with your neighbours.": "Todo para hablar del puerto.",
    "Sign before the committee meets": "Firma antes de la comisión",
    "Where people sign": "Dónde se firma",
}


class Website(NamedTuple):
    """The pages of the invented alliance, in English, and the petition they share."""

    home: HomePage
    campaign: CampaignPage
    petition_page: PetitionPage
    article: ArticlePage
    toolkit: ToolkitPage
    privacy: StandardPage
    petition: Petition


def website(*, hostname: str = "localhost", port: int = 80) -> Website:
    """The whole English site: one campaign with petition, update and toolkit, menu and footer."""
    umbrella = make_campaign(title="Clean harbours", slug="clean-harbours")
    petition = make_petition(
        campaign=umbrella, slug="two-drains", title="Two drains", addressed_to="Fairhaven City Council"
    )
    home = home_page(hostname=hostname, port=port)
    hub = campaign_page(home, campaign=umbrella)
    signing = petition_page(hub, petition=petition)
    hub = set_body(hub, campaign_body(signing), by=None)
    counter = {"page": signing, "title": "So far"}
    set_body(home, [("paragraph", WHY), ("counter", counter), ("ask", call_to(signing))], by=None)
    article = article_page(hub)
    toolkit = toolkit_page(hub)
    privacy = create_standard_page(home, title="Privacy", body=[("paragraph", WHY)], by=None, at=AT)
    set_navigation(locale=home.locale, menu=[hub, toolkit], footer=[privacy], postal_address="1 Harbour Row\nFairhaven")
    return Website(home, hub, signing, article, toolkit, privacy, petition)


def spanish(site: Website) -> Website:
    """The same pages in Spanish; privacy stays English only."""
    locale = Locale.objects.get(language_code="es")
    updates = site.article.get_parent().specific

    def of(page: Any) -> Any:
        return translate_page(page, locale=locale, strings=SPANISH, by=None, at=AT)

    home, hub, signing, toolkit = of(site.home), of(site.campaign), of(site.petition_page), of(site.toolkit)
    of(updates)
    return site._replace(home=home, campaign=hub, petition_page=signing, article=of(site.article), toolkit=toolkit)


def home_page(*, hostname: str = "localhost", port: int = 80) -> HomePage:
    """A start page that answers."""
    home = create_home(
        title="Harbour Alliance",
        headline="A harbour we can swim in",
        kicker="Fairhaven Harbour Alliance",
        intro="Neighbours, growers and sailors who meet the people who decide.",
        by=None,
        at=AT,
    )
    ensure_site(hostname=hostname, port=port, root=home)
    return home


def campaign_page(parent: HomePage, **fields: Any) -> CampaignPage:
    values = {
        "title": "Clean harbours",
        "kicker": "Campaign",
        "intro": "One bill would end the overflow. It needs nine more votes.",
    } | fields
    return create_campaign_page(parent, values.pop("campaign", None) or make_campaign(), by=None, at=AT, **values)


def petition_page(parent: CampaignPage, **fields: Any) -> PetitionPage:
    values = {
        "title": "Two drains, one clean harbour",
        "slug": "two-drains",
        "intro": "Ask the council to separate storm water from waste water.",
        "body": [("paragraph", WHY), ("quote", SAID)],
    } | fields
    return create_petition_page(parent, values.pop("petition", None) or make_petition(), by=None, at=AT, **values)


def article_page(parent: CampaignPage, **fields: Any) -> ArticlePage:
    values = {
        "title": "The hearing is set",
        "intro": "The committee hears us on 6 May.",
        "body": [("paragraph", WHY), ("quote", SAID)],
        "at": AT,
    } | fields
    return create_article(parent, by=None, **values)


def toolkit_page(parent: HomePage | CampaignPage, **fields: Any) -> ToolkitPage:
    values = {
        "title": "Toolkit",
        "intro": "Everything to talk about the harbour with your neighbours.",
        "downloads": [
            ("One-page summary", "summary.pdf", b"%PDF-1.7 summary", "en", "supporters"),
            ("Resumen de una página", "resumen.pdf", b"%PDF-1.7 resumen", "es", "supporters"),
            ("Facts for your office", "facts.pdf", b"%PDF-1.7 facts", "en", "offices"),
        ],
    } | fields
    return create_toolkit(parent, by=None, at=AT, **values)


def campaign_body(page: PetitionPage) -> list[tuple[str, Any]]:
    """One of every block a campaign page knows, but for pictures and downloads."""
    return [
        ("figures", NUMBERS),
        ("paragraph", WHY),
        ("quote", SAID),
        ("counter", {"page": page, "title": "So far"}),
        ("ask", call_to(page)),
        ("updates", {"title": "What is new", "number": 3}),
        ("districts", {"page": page, "title": "Where people sign"}),
    ]


def call_to(page: PetitionPage) -> dict[str, Any]:
    return {"page": page, "title": "Sign before the committee meets", "text": "", "button": ""}


def image(**fields: Any) -> Any:
    """A small blue picture."""
    content = BytesIO()
    Drawing.new("RGB", (1200, 900), "#22256b").save(content, "PNG")
    values = {"title": "The inner harbour", "description": "Boats in the inner harbour at low tide"} | fields
    return get_image_model().objects.create(file=ImageFile(content, name="harbour.png"), **values)
