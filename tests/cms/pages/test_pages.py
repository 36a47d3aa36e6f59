import json
import re
from typing import Any

import pytest
from django.test import Client

from cms.models import CampaignPage, PetitionPage
from tests.factories.cms import AT, Website, article_page
from tests.factories.petitions import signature
from tests.factories.places import area

PUBLIC = ["home", "campaign", "petition_page", "article", "toolkit", "privacy"]


def page_of(client: Client, url: str) -> str:
    return client.get(url).content.decode()


@pytest.mark.parametrize("name", PUBLIC)
def test_every_page_answers_without_inline_style_or_script(site: Website, client: Client, name: str) -> None:
    page = page_of(client, getattr(site, name).url)

    assert re.findall(r"<script(?! type=\"application/ld\+json\")", page) == []
    assert " style=" not in page
    assert page.count("<h1") == 1


def test_campaign_page_shows_the_count_of_the_petition(site: Website, client: Client) -> None:
    for _number in range(5):
        signature(petition=site.petition, area=area(name="Fairhaven North") if not _number else None)

    page = page_of(client, site.campaign.url)

    assert '<span class="progress__count">5</span>' in page
    assert f'href="{site.petition_page.url}"' in page
    assert "The hearing is set" in page


def test_translated_campaign_links_to_the_translated_petition(site_es: Website, client: Client) -> None:
    page = page_of(client, site_es.campaign.url)

    assert f'href="{site_es.petition_page.url}"' in page
    assert "/en/clean-harbours/two-drains/" not in page
    assert "Qué está mal" in page


def test_campaign_page_survives_a_deleted_petition_page(site: Website, client: Client) -> None:
    PetitionPage.objects.get(pk=site.petition_page.pk).delete()

    response = client.get(site.campaign.url)

    assert response.status_code == 200
    assert 'class="counter"' not in response.content.decode()


def test_toolkit_groups_files_by_audience(site: Website, client: Client) -> None:
    page = page_of(client, site.toolkit.url)

    assert re.findall(r'<h2 id="for-(\w+)">', page) == ["supporters", "offices"]
    assert page.count('class="download"') == 3
    assert "16\xa0bytes · English" in page


def test_toolkit_shows_one_language_when_asked(site: Website, client: Client) -> None:
    page = page_of(client, f"{site.toolkit.url}?files=es")

    assert page.count('class="download"') == 1
    assert "Resumen de una página" in page


def test_toolkit_file_can_be_downloaded(site: Website, client: Client) -> None:
    response = client.get(site.toolkit.downloads[0].value["document"].url)

    assert b"".join(response.streaming_content) == b"%PDF-1.7 summary"


def test_updates_list_the_newest_first(site: Website, client: Client) -> None:
    article_page(site.campaign, title="Older news", at=AT.replace(month=1))

    page = page_of(client, site.article.get_parent().url)

    assert re.findall(r'class="card__title"><a href="[^"]*">([^<]*)<', page) == ["The hearing is set", "Older news"]


def test_updates_feed_holds_full_addresses(site: Website, client: Client) -> None:
    response = client.get(f"{site.article.get_parent().url}feed/")

    feed = response.content.decode()
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert "<link>http://localhost/en/clean-harbours/updates/the-hearing-is-set/</link>" in feed
    assert "<pubDate>Tue, 14 Apr 2026 10:00:00 +0000</pubDate>" in feed


def structured(client: Client, url: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page_of(client, url))
    assert found is not None
    return json.loads(found[1])["@graph"]


def test_article_says_what_it_is(site: Website, client: Client) -> None:
    graph = structured(client, site.article.url)

    kinds = [thing["@type"] for thing in graph]
    assert kinds == ["Organization", "NewsArticle", "BreadcrumbList"]
    assert graph[1]["datePublished"] == "2026-04-14T10:00:00+00:00"
    assert [step["name"] for step in graph[2]["itemListElement"]] == [
        "Harbour Alliance",
        "Clean harbours",
        "Updates",
        "The hearing is set",
    ]


def test_structured_data_cannot_end_its_script(site: Website, client: Client) -> None:
    CampaignPage.objects.filter(pk=site.campaign.pk).update(title="</script><script>alert(1)</script>")

    graph = structured(client, site.campaign.url)

    assert graph[1]["name"] == "</script><script>alert(1)</script>"


def test_page_names_its_translations(site: Website, client: Client) -> None:
    page = page_of(client, site.campaign.url)

    assert '<link rel="canonical" href="http://localhost/en/clean-harbours/">' in page
    assert re.findall(r'rel="alternate" hreflang="([^"]*)" href="([^"]*)"', page) == [
        ("en", "http://localhost/en/clean-harbours/"),
        ("es", "http://localhost/es/puertos-limpios/"),
        ("x-default", "http://localhost/en/clean-harbours/"),
    ]


def test_page_without_translation_offers_no_language(site: Website, client: Client) -> None:
    page = page_of(client, site.privacy.url)

    assert "hreflang" not in page
    assert "language-switch" not in page


def test_menu_marks_where_we_are(site: Website, client: Client) -> None:
    page = page_of(client, site.toolkit.url)

    assert re.findall(r'<a href="([^"]*)" aria-current="page">', page) == [site.toolkit.url]


def test_unchanged_page_answers_304(site: Website, client: Client) -> None:
    first = client.get(site.article.url)

    second = client.get(site.article.url, headers={"If-None-Match": first["ETag"]})

    assert first["Cache-Control"] == "no-cache, public"
    assert second.status_code == 304


def test_changed_count_is_never_answered_from_a_cache(site: Website, client: Client) -> None:
    first = client.get(site.campaign.url)
    signature(petition=site.petition)

    second = client.get(site.campaign.url, headers={"If-None-Match": first["ETag"]})

    assert second.status_code == 200


def test_draft_page_is_not_public(site: Website, client: Client) -> None:
    site.article.unpublish()

    assert client.get(site.article.url).status_code == 404
    assert "The hearing is set" not in page_of(client, site.campaign.url)


def test_sitemap_holds_every_language_with_its_alternates(site: Website, client: Client) -> None:
    sitemap = page_of(client, "/sitemap.xml")

    assert sitemap.count("<loc>") == 13
    assert "<loc>http://localhost/es/puertos-limpios/</loc>" in sitemap
    assert 'hreflang="x-default" href="http://localhost/en/clean-harbours/"' in sitemap
