"""What stands around a page: languages, breadcrumbs, menu, address and picture when shared."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import translation
from wagtail.models import Page

from cms.base import jsonld
from cms.base.figures import language_name

if TYPE_CHECKING:
    from cms.base.models import SitePage
    from crm.petitions.models import Petition

SHARE_SIZE = "fill-1200x630|format-jpeg"
HERO_SIZES = ("fill-480x360|format-webp", "fill-960x720|format-webp")
CARD_SIZE = "fill-640x360|format-webp"


def frame(page: "SitePage", request: HttpRequest) -> dict[str, Any]:
    """Everything `base.html` asks for. Four queries and the menu's, however large the site is."""
    trail = [*page.get_ancestors().filter(depth__gt=1), page]
    steps = [(step.title, step.get_full_url(request) or "") for step in trail]
    canonical = steps[-1][1]
    return {
        "page_title": page.seo_title or page.title,
        "meta_description": page.search_description,
        "canonical_url": canonical,
        "home_url": trail[0].get_url(request),
        "breadcrumbs": breadcrumbs(trail, request),
        "share_image": share_image(page, request),
        "share_type": page.share_type,
        "structured_data": jsonld.script_json(things(page, steps)),
        **languages(page, request),
        **navigation(page, request),
    }


def breadcrumbs(trail: list[Page], request: HttpRequest) -> list[dict[str, str]]:
    """From the start page to this one; nothing on the start page itself."""
    if len(trail) < 2:
        return []
    labels = [{"label": step.title, "url": step.get_url(request) or ""} for step in trail]
    labels[0]["label"] = translation.gettext("Home")
    labels[-1]["url"] = ""
    return labels


def languages(page: Page, request: HttpRequest) -> dict[str, Any]:
    """The published translations, for the language switch and for search engines (with `x-default`)."""
    rows = page.get_translations(inclusive=True).live().select_related("locale").order_by("locale__language_code")
    links = [(row.locale.language_code, row.get_url(request), row.get_full_url(request), row.pk) for row in rows]
    alternates = [{"code": code, "url": full} for code, _url, full, _pk in links]
    first = next((full for code, _url, full, _pk in links if code == settings.LANGUAGE_CODE), None)
    if first and len(links) > 1:
        alternates.append({"code": "x-default", "url": first})
    return {
        "alternates": alternates if len(links) > 1 else [],
        "languages": [
            {"code": code, "label": language_name(code), "url": url, "current": pk == page.pk}
            for code, url, _full, pk in links
        ],
    }


def navigation(page: Page, request: HttpRequest) -> dict[str, Any]:
    """Menu and footer of the page's language; empty lists while nobody has made one."""
    row = apps.get_model("cms", "Navigation").objects.filter(locale_id=page.locale_id).first()
    if row is None:
        return {"nav_items": [], "footer_links": []}
    found = {
        "nav_items": links(row.menu, page, request),
        "footer_links": links(row.footer, page, request),
    }
    return found | ({"postal_address": row.postal_address} if row.postal_address else {})


def links(stream: Iterable[Any], page: Page, request: HttpRequest) -> list[dict[str, Any]]:
    """The live pages of a menu, as the components want them; the one we are on, or else above us, is marked."""
    chosen = [(item.value["page"], item.value["label"]) for item in stream]
    shown = [(target, label) for target, label in chosen if target is not None and target.live]
    above = [target.path for target, _label in shown if page.path.startswith(target.path)]
    here = max(above, key=len, default="")
    return [
        {"label": label or target.title, "url": target.get_url(request), "current": target.path == here}
        for target, label in shown
    ]


def share_image(page: "SitePage", request: HttpRequest) -> dict[str, Any] | None:
    """The picture other sites show beside a link to this page."""
    if page.image is None:
        return None
    rendition = page.image.get_rendition(SHARE_SIZE)
    return {
        "url": request.build_absolute_uri(rendition.url),
        "width": rendition.width,
        "height": rendition.height,
        "alt": page.image.default_alt_text,
    }


def hero_image(page: "SitePage") -> dict[str, str] | None:
    """The picture at the top in two sizes."""
    if page.image is None:
        return None
    small, large = page.image.get_renditions(*HERO_SIZES).values()
    return {"url": large.url, "srcset": f"{small.url} 480w, {large.url} 960w", "alt": page.image.default_alt_text}


def things(page: "SitePage", steps: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """The schema.org graph of a page: who publishes, what it is, where it stands."""
    title, url = steps[-1]
    language = page.locale.language_code
    found = [jsonld.organization(settings.ORGANISATION_NAME, steps[0][1])]
    found += page.structured_data(url) or [jsonld.webpage(title, url, language, page.search_description)]
    return found + ([jsonld.breadcrumb_list(steps)] if len(steps) > 1 else [])


def card(page: Any, request: HttpRequest, *, text: str = "", meta: str = "") -> dict[str, Any]:
    """A page as `components/card.html` wants it. The caller prefetches `image__renditions`."""
    rendition = page.image.get_rendition(CARD_SIZE) if page.image_id else None
    return {
        "title": page.title,
        "url": page.get_url(request),
        "text": text,
        "meta": meta,
        "image_url": rendition.url if rendition else "",
        "image_alt": "",
    }


def newest_updates(page: Page, *, limit: int | None = None) -> Any:
    """Published updates below a page, newest first, with what their cards need."""
    rows = apps.get_model("cms", "ArticlePage").objects.descendant_of(page).live().public().defer_streamfields()
    return rows.select_related("image").prefetch_related("image__renditions").order_by("-first_published_at")[:limit]


def children_of(page: Page, model: str) -> Any:
    """Published pages of one kind (`CampaignPage`) right below, in tree order, with what their cards need."""
    rows = apps.get_model("cms", model).objects.child_of(page).live().public().defer_streamfields()
    return rows.select_related("image").prefetch_related("image__renditions").order_by("path")


def sections_of(page: Page, request: HttpRequest) -> list[dict[str, Any]]:
    """The published pages below a campaign, as cards."""
    below = page.get_children().live().public().defer_streamfields().specific()
    return [card(row, request, text=row.intro) for row in below if row.is_listed]


def petition_pages(page: "SitePage", streams: Iterable[Any]) -> dict[Any, Any]:
    """The petition pages chosen in these streams, by translation key: in the language of `page`, else as chosen.

    One query for all of them, their petitions included; drafts stay away.
    """
    chosen = [row for stream in streams for row in chosen_pages(stream)]
    if not chosen:
        return {}
    local = Q(translation_key__in=[row.translation_key for row in chosen], locale_id=page.locale_id)
    rows = apps.get_model("cms", "PetitionPage").objects.public_ones().filter(local | Q(pk__in=[r.pk for r in chosen]))
    local_last = sorted(rows.defer_streamfields(), key=lambda row: row.locale_id == page.locale_id)
    return {row.translation_key: row for row in local_last}


def address_of_petition(petition: "Petition", language: str) -> str:
    """Where a petition is signed, in this language if it has such a page, else in any; empty without one."""
    rows = apps.get_model("cms", "PetitionPage").objects.public_ones().filter(petition=petition)
    pages = sorted(rows.select_related("locale"), key=lambda row: row.locale.language_code != language)
    parts = pages[0].get_url_parts() if pages else None
    return f"{settings.PUBLIC_URL}{parts[2]}" if parts else ""


def chosen_pages(stream: Iterable[Any]) -> Iterable[Any]:
    for item in stream:
        if item.block_type in {"ask", "counter", "districts"} and item.value["page"]:
            yield item.value["page"]
