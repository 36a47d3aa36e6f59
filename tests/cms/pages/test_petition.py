from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.messaging.models import Message
from crm.petitions.enums import PetitionState, SignatureState
from crm.petitions.models import Petition, Signature
from tests.factories.cms import Website
from tests.factories.petitions import signature
from tests.factories.places import area

CLOSED_AT = datetime(2026, 2, 1, 17, tzinfo=UTC)


def answers(**changes: Any) -> dict[str, Any]:
    given = {
        "given_name": "Ada",
        "family_name": "Quist",
        "email": "ada@people.example",
        "postcode": "00001",
        "signature_consent": "on",
    }
    return given | changes


def change(petition: Petition, **fields: Any) -> None:
    Petition.objects.filter(pk=petition.pk).update(**fields)


def test_page_shows_words_count_and_goal(site: Website, client: Client) -> None:
    for _number in range(3):
        signature(petition=site.petition)

    page = client.get(site.petition_page.url).content.decode()

    assert "<h1>Two drains, one clean harbour</h1>" in page
    assert "Petition to Fairhaven City Council" in page
    assert '<span class="progress__count">3</span>' in page
    assert 'max="1000"' in page
    assert page.count("<form") == 1


def test_count_is_the_same_in_every_language(site: Website, site_es: Website, client: Client) -> None:
    signature(petition=site.petition)

    pages = [client.get(each.petition_page.url).content.decode() for each in (site, site_es)]

    assert ['<span class="progress__count">1</span>' in page for page in pages] == [True, True]
    assert '<html lang="es"' in pages[1]


def test_small_districts_are_not_named(site: Website, client: Client) -> None:
    large, small = area(name="Fairhaven North"), area(name="Old Mill")
    for _number in range(6):
        signature(petition=site.petition, area=large)
    for _number in range(4):
        signature(petition=site.petition, area=small)

    page = client.get(site.petition_page.url).content.decode()

    assert "Fairhaven North" in page
    assert "Old Mill" not in page
    assert "Elsewhere" in page


def test_sign_takes_the_signature_and_sends_to_the_thanks(site: Website, client: Client) -> None:
    response = client.post(site.petition_page.url, answers())

    row = Signature.objects.get(petition=site.petition)
    assert (response.status_code, response["Location"]) == (303, f"{site.petition_page.url}thank-you/")
    assert (row.state, row.given_name, row.language) == (SignatureState.PENDING, "Ada", "en")
    assert [mail.to_email for mail in Message.objects.all()] == ["ada@people.example"]


def test_sign_on_the_spanish_page_keeps_the_language(site_es: Website, client: Client) -> None:
    client.post(site_es.petition_page.url, answers())

    assert Signature.objects.get(petition=site_es.petition).language == "es"


def test_sign_twice_answers_alike_and_keeps_one_row(site: Website, client: Client) -> None:
    answered = [client.post(site.petition_page.url, answers()) for _time in range(2)]

    assert {(response.status_code, response["Location"]) for response in answered} == {
        (303, f"{site.petition_page.url}thank-you/")
    }
    assert Signature.objects.filter(petition=site.petition).count() == 1


def test_thanks_says_check_your_inbox_to_everybody(site: Website, client: Client) -> None:
    page = client.get(f"{site.petition_page.url}thank-you/").content.decode()

    assert "<h1>Please check your inbox</h1>" in page
    assert '<meta name="robots" content="noindex">' in page


def test_wrong_answers_come_back_with_what_to_mend(site: Website, client: Client) -> None:
    response = client.post(site.petition_page.url, answers(email="ada@", postcode=""))

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: Two drains, one clean harbour" in page
    assert '<a href="#id_email">' in page
    assert 'value="Ada"' in page
    assert Signature.objects.count() == 0


def test_closed_petition_shows_the_result_and_no_form(site: Website, client: Client) -> None:
    change(site.petition, state=PetitionState.CLOSED, closes_at=CLOSED_AT, signature_count=4212)

    response = client.get(site.petition_page.url)

    page = response.content.decode()
    assert response.status_code == 200
    assert "<form" not in page
    assert "closed on Feb. 1, 2026. 4,212 confirmed signatures go to Fairhaven City Council." in page


def test_sign_a_closed_petition_answers_409_and_takes_nothing(site: Website, client: Client) -> None:
    change(site.petition, closes_at=timezone.now() - timedelta(minutes=1))

    response = client.post(site.petition_page.url, answers())

    assert response.status_code == 409
    assert "This petition closed on" in response.content.decode()
    assert Signature.objects.count() == 0


@pytest.mark.parametrize("path", ["", "thank-you/"])
def test_draft_petition_has_no_public_page(site: Website, client: Client, path: str) -> None:
    change(site.petition, state=PetitionState.DRAFT)

    assert client.get(f"{site.petition_page.url}{path}").status_code == 404
    assert client.post(site.petition_page.url, answers()).status_code == 404


def test_draft_petition_can_be_previewed(site: Website) -> None:
    change(site.petition, state=PetitionState.DRAFT)
    site.petition_page.petition.refresh_from_db()

    response = site.petition_page.make_preview_request()

    assert response.status_code == 200
    assert "This petition is not open yet." in response.render().content.decode()


def test_form_needs_its_token(site: Website) -> None:
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(site.petition_page.url)
    token = page.context["csrf_token"]

    without = browser.post(site.petition_page.url, answers())
    with_token = browser.post(site.petition_page.url, answers(csrfmiddlewaretoken=str(token)))

    assert (without.status_code, with_token.status_code) == (403, 303)


def test_page_is_private_to_its_reader(site: Website, client: Client) -> None:
    header = client.get(site.petition_page.url)["Cache-Control"]

    assert header == "private, no-cache"
