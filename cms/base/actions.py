"""The site's content, made by code: the demo and the tests build their pages here and nowhere else.

Every function finds a page by its slug below its parent: the second call changes nothing and returns it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, TypeVar

from django.core.files import File
from django.db import transaction
from django.utils.text import slugify
from wagtail.documents import get_document_model
from wagtail.models import Locale, Page, Site

from cms.base.errors import ParentNotTranslatedError
from cms.base.models import Navigation, SitePage
from cms.base.rules import translated
from cms.pages.article import ArticlePage, UpdatesPage
from cms.pages.campaign import CampaignPage
from cms.pages.home import HomePage
from cms.pages.petition import PetitionPage
from cms.pages.standard import StandardPage
from cms.pages.toolkit import ToolkitPage
from crm.access.models import User
from crm.activity.actions import record
from crm.activity.models import ActivityEntry
from crm.activity.rules import type_key
from crm.campaigns.models import Campaign
from crm.petitions.models import Petition

P = TypeVar("P", bound=SitePage)
Body = Sequence[tuple[str, Any]]
Download = tuple[str, str, bytes, str, str]
SUMMARY = 300


def create_home(
    *,
    title: str,
    headline: str,
    intro: str,
    by: User | None,
    at: datetime,
    kicker: str = "",
    body: Body = (),
    slug: str = "start",
    image: Any = None,
) -> HomePage:
    """The start page in the site's first language. `ensure_site` makes it answer."""
    page = HomePage(title=title, slug=slug, headline=headline, kicker=kicker, intro=intro, body=list(body), image=image)
    return _publish(Page.get_first_root_node(), page, by=by, at=at)


def create_campaign_page(
    parent: HomePage,
    campaign: Campaign,
    *,
    title: str,
    intro: str,
    by: User | None,
    at: datetime,
    body: Body = (),
    kicker: str = "",
    slug: str = "",
    image: Any = None,
) -> CampaignPage:
    """The hub of a campaign. A body that shows its petition page is set afterwards by `set_body`."""
    page = CampaignPage(
        campaign=campaign, title=title, slug=slug, kicker=kicker, intro=intro, body=list(body), image=image
    )
    return _publish(parent, page, by=by, at=at)


def create_petition_page(
    parent: CampaignPage,
    petition: Petition,
    *,
    title: str,
    intro: str,
    by: User | None,
    at: datetime,
    body: Body = (),
    thank_you: Body = (),
    slug: str = "",
    image: Any = None,
) -> PetitionPage:
    """The words around a petition."""
    words = {"intro": intro, "body": list(body), "thank_you": list(thank_you)}
    page = PetitionPage(petition=petition, title=title, slug=slug, image=image, **words)
    return _publish(parent, page, by=by, at=at)


def create_article(
    parent: CampaignPage,
    *,
    title: str,
    intro: str,
    by: User | None,
    at: datetime,
    body: Body = (),
    slug: str = "",
    image: Any = None,
    updates_title: str = "Updates",
) -> ArticlePage:
    """An update, dated `at`. The list of updates below the campaign page is made with the first one."""
    updates = parent.get_children().type(UpdatesPage).first()
    if updates is None:
        updates = _publish(parent, UpdatesPage(title=updates_title, slug="updates"), by=by, at=at)
    page = ArticlePage(title=title, slug=slug, intro=intro, body=list(body), image=image)
    return _publish(updates.specific, page, by=by, at=at)


def create_toolkit(
    parent: HomePage | CampaignPage,
    *,
    title: str,
    intro: str,
    downloads: Sequence[Download],
    by: User | None,
    at: datetime,
    body: Body = (),
    slug: str = "",
    image: Any = None,
) -> ToolkitPage:
    """Files by audience and language; a download is (title, file name, content, language, audience)."""
    found = _existing(parent, ToolkitPage, slug or slugify(title))
    if found is not None:
        return found
    page = ToolkitPage(title=title, slug=slug, intro=intro, body=list(body), image=image)
    page.downloads = [("download", _download(*download, by=by)) for download in downloads]
    return _publish(parent, page, by=by, at=at)


def create_standard_page(
    parent: HomePage | StandardPage,
    *,
    title: str,
    body: Body,
    by: User | None,
    at: datetime,
    intro: str = "",
    slug: str = "",
) -> StandardPage:
    """Privacy, about, contact."""
    return _publish(parent, StandardPage(title=title, slug=slug, intro=intro, body=list(body)), by=by, at=at)


@transaction.atomic
def set_body(page: P, body: Body, *, by: User | None) -> P:
    """Publish a page with another body. A second call with the same body changes nothing."""
    before = list(page.body.get_prep_value())
    page.body = list(body)
    if _plain(before) != _plain(page.body.get_prep_value()):
        page.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    return page


def _plain(raw: Any) -> Any:
    """Stored blocks without the ids they are given on each save."""
    if isinstance(raw, list):
        return [_plain(item) for item in raw]
    if isinstance(raw, Mapping):
        return {key: _plain(value) for key, value in raw.items() if key != "id"}
    return raw


@transaction.atomic
def translate_page(page: P, *, locale: Locale, strings: Mapping[str, str], by: User | None, at: datetime) -> P:
    """Publish the page in another language: every text found in `strings` is replaced, the rest stays.

    Keys are whole texts as they were given: a title, a slug, a paragraph's HTML, a line of a block. A page
    without its own slug there keeps the first language's. Raises ParentNotTranslatedError.
    """
    found = page.get_translation_or_none(locale)
    if found is not None:
        return found.specific
    parent = page.get_parent()
    if not parent.is_root() and parent.get_translation_or_none(locale) is None:
        raise ParentNotTranslatedError
    copy = page.copy_for_translation(locale).specific
    for name, value in translated(page, strings).items():
        setattr(copy, name, value)
    copy.first_published_at = at
    copy.save()
    copy.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    return type(page).objects.get(pk=copy.pk)


@transaction.atomic
def set_navigation(
    *, locale: Locale, menu: Sequence[Page], footer: Sequence[Page], postal_address: str = ""
) -> Navigation:
    """Menu and footer of one language. The second call replaces the first."""
    streams = {"menu": menu, "footer": footer}
    values = {name: [("link", {"page": page, "label": ""}) for page in pages] for name, pages in streams.items()}
    row, _made = Navigation.objects.update_or_create(
        locale=locale, defaults={**values, "postal_address": postal_address}
    )
    return row


@transaction.atomic
def ensure_site(*, hostname: str, port: int, root: Page, site_name: str = "") -> Site:
    """Make `root` answer at this address, and take Wagtail's welcome page away. The second call changes nothing."""
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.hostname, site.port, site.root_page, site.site_name = hostname, port, root, site_name
    site.save()
    welcome = Page.objects.filter(depth=2, content_type__model="page", content_type__app_label="wagtailcore")
    for page in welcome.exclude(sites_rooted_here__isnull=False).filter(numchild=0):
        page.delete()
    return site


def note_published(page: Page, *, by: User | None, at: datetime) -> ActivityEntry | None:
    """One entry when a page goes live for the first time; later publications stay in Wagtail's own history."""
    if ActivityEntry.objects.filter(verb="page.published", object_type=type_key(page), object_id=page.pk).exists():
        return None
    about = [getattr(page, "campaign", None), getattr(page, "petition", None)]
    return record("page.published", page, by=by, at=at, about=about)


@transaction.atomic
def _publish(parent: Page, page: P, *, by: User | None, at: datetime) -> P:
    """Add the page below `parent` and publish it as of `at`, unless its slug is taken by one of its kind."""
    page.slug = page.slug or slugify(page.title)
    found = _existing(parent, type(page), page.slug)
    if found is not None:
        return found
    page.live, page.owner, page.first_published_at = False, by, at
    page.locale = Locale.get_default() if parent.is_root() else parent.locale
    page.search_description = page.search_description or getattr(page, "intro", "")[:SUMMARY]
    parent.add_child(instance=page)
    page.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    return type(page).objects.get(pk=page.pk)


def _existing(parent: Page, model: type[P], slug: str) -> P | None:
    return model.objects.child_of(parent).filter(slug=slug).first()


def _download(title: str, filename: str, content: bytes, language: str, audience: str, *, by: User | None) -> Any:
    file = File(BytesIO(content), name=filename)
    document = get_document_model()(title=title, file=file, uploaded_by_user=by, file_size=len(content))
    document.save()
    return {"document": document, "title": "", "audience": audience, "language": language, "note": ""}
