import pytest
from wagtail.models import Locale, Page

from cms.base.actions import set_body, translate_page
from cms.base.errors import ParentNotTranslatedError
from cms.models import Navigation
from crm.activity.models import ActivityEntry
from crm.activity.registry import sentence_for
from crm.activity.rules import type_key
from tests.factories.access import user
from tests.factories.cms import (
    AT,
    SAID,
    SPANISH,
    Website,
    article_page,
    campaign_page,
    home_page,
    petition_page,
    toolkit_page,
)


@pytest.fixture
def spanish_locale(db: None) -> Locale:
    return Locale.objects.get(language_code="es")


def entries(page: Page) -> list[ActivityEntry]:
    return list(ActivityEntry.objects.filter(object_type=type_key(page), object_id=page.pk))


def test_pages_are_live_and_dated_as_asked(site: Website) -> None:
    pages = [site.home, site.campaign, site.petition_page, site.article, site.toolkit, site.privacy]

    assert [(page.live, page.first_published_at) for page in pages] == [(True, AT)] * 6
    assert {page.locale.language_code for page in pages} == {"en"}


def test_building_the_site_again_changes_nothing(site: Website) -> None:
    pages, log = Page.objects.count(), ActivityEntry.objects.count()

    again = [
        home_page(),
        campaign_page(site.home, campaign=site.campaign.campaign),
        petition_page(site.campaign, petition=site.petition),
        article_page(site.campaign),
        toolkit_page(site.campaign),
    ]

    assert again == [site.home, site.campaign, site.petition_page, site.article, site.toolkit]
    assert (Page.objects.count(), ActivityEntry.objects.count()) == (pages, log)


def test_first_publication_leaves_one_entry(site: Website) -> None:
    first = entries(site.petition_page)
    site.petition_page.save_revision(user=user()).publish()

    found = entries(site.petition_page)
    assert found == first
    assert [(entry.verb, entry.occurred_at, sentence_for(entry)) for entry in found] == [
        ("page.published", AT, "The page went live.")
    ]
    assert [link.target_type for link in found[0].links.all()] == ["crm.petition"]


def test_publication_by_an_editor_names_the_editor(site: Website) -> None:
    editor = user()
    page = article_page(site.campaign, title="Another update")
    draft = page.copy(update_attrs={"slug": "copy", "title": "Copy"}, keep_live=False, user=editor)

    draft.save_revision(user=editor).publish(user=editor, skip_permission_checks=True)

    assert [(entry.verb, entry.actor) for entry in entries(draft)] == [("page.published", editor)]


def test_set_body_publishes_a_change_once(site: Website) -> None:
    page = set_body(site.article, [("quote", SAID)], by=None)
    revision = page.live_revision_id

    again = set_body(page, [("quote", SAID)], by=None)

    assert [block.block_type for block in again.body] == ["quote"]
    assert again.live_revision_id == revision


def test_translation_shares_the_petition_and_the_key(site: Website, site_es: Website) -> None:
    here, there = site.petition_page, site_es.petition_page

    assert (there.title, there.slug, there.url) == (
        "Dos desagües, un puerto limpio",
        "dos-desagues",
        "/es/puertos-limpios/dos-desagues/",
    )
    assert (there.petition, there.translation_key) == (here.petition, here.translation_key)
    assert (there.live, there.first_published_at) == (True, AT)


def test_translation_made_twice_is_the_first(site: Website, site_es: Website, spanish_locale: Locale) -> None:
    again = translate_page(site.campaign, locale=spanish_locale, strings={}, by=None, at=AT)

    assert (again, again.title) == (site_es.campaign, "Puertos limpios")


def test_translation_keeps_what_has_no_other_words(site_es: Website) -> None:
    quote = next(block for block in site_es.campaign.body if block.block_type == "quote")

    assert quote.value["text"] == SAID["text"]


def test_translation_needs_a_translated_parent(site: Website, site_es: Website, spanish_locale: Locale) -> None:
    site_es.campaign.delete()

    with pytest.raises(ParentNotTranslatedError) as refusal:
        translate_page(site.toolkit, locale=spanish_locale, strings=SPANISH, by=None, at=AT)

    assert "Translate it first." in str(refusal.value)


def test_navigation_has_one_row_per_language(site: Website) -> None:
    row = Navigation.objects.get(locale=site.home.locale)

    assert [link.value["page"].title for link in row.menu] == ["Clean harbours", "Toolkit"]
    assert row.postal_address == "1 Harbour Row\nFairhaven"
