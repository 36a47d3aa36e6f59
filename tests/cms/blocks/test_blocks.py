import gc
import re

import pytest
from django.test import Client

from cms.base.actions import set_body
from cms.models import PetitionPage
from crm.petitions.enums import PetitionState
from crm.petitions.models import Petition
from tests.factories.cms import Website, call_to, image

# Wagtail leaves the temporary file of a picture's rendition to the garbage collector.
WITH_PICTURE = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def shown(client: Client, url: str) -> str:
    return client.get(url).content.decode()


class TestPictures:
    pytestmark = WITH_PICTURE

    @pytest.mark.slow
    def test_picture_block_has_sizes_and_words(self, site: Website, client: Client) -> None:
        picture = {"image": image(), "caption": "Low tide"}
        set_body(site.article, [("picture", picture)], by=None)

        page = shown(client, site.article.url)
        gc.collect()

        assert 'alt="Boats in the inner harbour at low tide"' in page
        assert len(re.findall(r"srcset=\"[^\"]+480w, [^\"]+960w\"", page)) == 2
        assert "Low tide</figcaption>" in page

    @pytest.mark.slow
    def test_picture_of_a_page_is_on_top_on_cards_and_shared(self, site: Website, client: Client) -> None:
        site.campaign.image = image()
        site.campaign.save_revision().publish()

        page, home = shown(client, site.campaign.url), shown(client, site.home.url)
        gc.collect()

        assert re.search(r'<div class="hero__picture"><img src="[^"]*960x720[^"]*" srcset=', page)
        assert re.search(r'property="og:image" content="http://testserver/media/[^"]*1200x630', page)
        assert re.search(r'<div class="card__image"><img src="[^"]*640x360[^"]*" alt=""', home)


def test_call_has_its_own_words_on_the_button(site: Website, client: Client) -> None:
    set_body(site.home, [("ask", call_to(site.petition_page) | {"button": "Add your name"})], by=None)

    assert f'href="{site.petition_page.url}">Add your name</a>' in shown(client, site.home.url)


def test_blocks_of_a_draft_petition_are_left_out(site: Website, client: Client) -> None:
    Petition.objects.filter(pk=site.petition.pk).update(state=PetitionState.DRAFT)

    page = shown(client, site.campaign.url)

    assert "Two drains, one clean harbour" not in page
    assert 'class="call"' not in page


def test_blocks_of_an_unpublished_page_are_left_out(site: Website, client: Client) -> None:
    PetitionPage.objects.get(pk=site.petition_page.pk).unpublish()

    assert 'class="counter"' not in shown(client, site.campaign.url)


def test_downloads_block_lists_its_files(site: Website, client: Client) -> None:
    file = site.toolkit.downloads[0].value
    set_body(site.campaign, [("downloads", {"title": "Take away", "files": [file]})], by=None)

    page = shown(client, site.campaign.url)

    assert "<h2>Take away</h2>" in page
    assert f'<a href="{file["document"].url}">One-page summary' in page


def test_updates_block_shows_as_many_as_asked(site: Website, client: Client) -> None:
    set_body(site.campaign, [("updates", {"title": "What is new", "number": 1})], by=None)

    assert shown(client, site.campaign.url).count('class="card__meta"') == 1
