from django.test import Client
from wagtail.models import Page, Site

from tests.factories.cms import campaign_body, home_page, website


def test_site_takes_the_welcome_page_away(db: None) -> None:
    root = Page.get_first_root_node()
    root.add_child(instance=Page(title="Welcome to your new Wagtail site!", slug="home"))

    home = home_page(hostname="fairhaven.example", port=443)

    assert [(site.hostname, site.port, site.root_page_id) for site in Site.objects.all()] == [
        ("fairhaven.example", 443, home.pk)
    ]
    assert list(Page.objects.filter(depth=2)) == [home.page_ptr]


def test_whole_site_is_built_from_nothing(db: None, client: Client) -> None:
    built = website()

    shown = [block.block_type for block in built.campaign.body]
    assert shown == [kind for kind, _value in campaign_body(built.petition_page)]
    assert client.get(built.home.url).status_code == 200
