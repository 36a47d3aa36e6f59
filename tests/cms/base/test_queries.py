from django.test import Client

from cms.base.queries import address_of_petition
from crm.petitions.registry import petition_url
from tests.factories.cms import Website
from tests.factories.petitions import petition


def test_address_of_a_petition_is_its_page_in_the_language(site: Website, site_es: Website, client: Client) -> None:
    owner = site.petition

    addresses = [petition_url(owner, language) for language in ("en", "es")]

    assert [address.split("/")[3] for address in addresses] == ["en", "es"]
    assert [client.get(address.removeprefix("http://localhost:8000")).status_code for address in addresses] == [200] * 2


def test_address_of_a_petition_without_a_page_is_the_front_page(site: Website) -> None:
    owner = petition()

    assert (address_of_petition(owner, "en"), petition_url(owner, "en")) == ("", "http://localhost:8000/")
