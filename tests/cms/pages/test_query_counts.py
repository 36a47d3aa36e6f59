"""One query more per row would be felt by every reader: the numbers are the same for one row and for three."""

from typing import Any

from django.test import Client

from cms.base.actions import create_standard_page, set_body, set_navigation
from tests.factories.cms import SAID, WHY, Website, article_page, call_to, campaign_page, petition_page, toolkit_page
from tests.factories.petitions import petition, signature
from tests.factories.places import area


def queries(client: Client, url: str, django_assert_max_num_queries: Any) -> int:
    client.get(url)
    with django_assert_max_num_queries(40) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def more_of_everything(site: Website) -> None:
    """Two more campaigns, petitions, updates, blocks, districts, files and links."""
    for number in range(2):
        campaign_page(site.home, title=f"Campaign {number}")
        article_page(site.campaign, title=f"Update {number}")
        create_standard_page(
            site.home, title=f"About {number}", body=[("paragraph", WHY)], by=None, at=site.article.first_published_at
        )
    pages = [
        petition_page(site.campaign, petition=petition(slug=f"more-{number}"), slug=f"more-{number}")
        for number in range(2)
    ]
    for _number in range(2):
        district = area()
        for _signature in range(5):
            signature(petition=site.petition, area=district)
    body = [("ask", call_to(page)) for page in pages] + [("counter", {"page": page, "title": ""}) for page in pages]
    for page in (site.home, site.campaign):
        set_body(page, [*as_given(page), *body, ("quote", SAID)], by=None)
    set_navigation(
        locale=site.home.locale,
        menu=[site.campaign, site.toolkit, site.privacy],
        footer=[site.privacy, *pages],
        postal_address="1 Harbour Row",
    )


def as_given(page: Any) -> list[tuple[str, Any]]:
    return [(block.block_type, block.value) for block in page.body]


def counted(site: Website, client: Client, checker: Any) -> dict[str, int]:
    pages = {
        name: getattr(site, name) for name in ("home", "campaign", "petition_page", "article", "toolkit", "privacy")
    }
    pages["updates"] = site.article.get_parent()
    found = {name: queries(client, page.url, checker) for name, page in pages.items()}
    return found | {
        "feed": queries(client, f"{pages['updates'].url}feed/", checker),
        "sitemap": queries(client, "/sitemap.xml", checker),
        "api": queries(client, "/api/v3/pages/?type=cms.PetitionPage", checker),
    }


def test_pages_need_the_same_queries_for_one_row_and_three(
    site: Website, client: Client, django_assert_max_num_queries: Any
) -> None:
    one = counted(site, client, django_assert_max_num_queries)
    more_of_everything(site)

    three = counted(site, client, django_assert_max_num_queries)

    assert three == one
    assert one == PINNED


def test_toolkit_needs_the_same_queries_for_one_file_and_three(
    site: Website, client: Client, django_assert_max_num_queries: Any
) -> None:
    one = toolkit_page(site.campaign, title="One file", downloads=[("A", "a.pdf", b"a", "en", "press")])

    assert queries(client, one.url, django_assert_max_num_queries) == PINNED["toolkit"]


PINNED = {
    "home": 19,
    "campaign": 26,
    "petition_page": 16,
    "article": 17,
    "toolkit": 16,
    "privacy": 13,
    "updates": 18,
    "feed": 12,
    "sitemap": 23,
    "api": 5,
}
