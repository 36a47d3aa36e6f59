"""What a headless front end reads without a token."""

import json

from django.test import Client

from cms.models import PetitionPage
from tests.factories.cms import Website
from tests.factories.petitions import signature

LIST = "/api/v3/pages/?type=cms.PetitionPage"
PRIVATE = {"petition", "petition_id", "hash_key", "campaign", "ask", "owner", "live_revision"}


def test_petition_pages_show_public_fields(site: Website, client: Client) -> None:
    signature(petition=site.petition)

    rows = client.get(f"/api/v3/pages/{site.petition_page.pk}/").json()

    assert (rows["title"], rows["signature_count"], rows["goal"]) == ("Two drains, one clean harbour", 1, 1000)
    assert (rows["addressed_to"], rows["petition_state"]) == ("Fairhaven City Council", "open")
    assert [block["type"] for block in rows["body"]] == ["paragraph", "quote"]
    assert PRIVATE & rows.keys() == set()


def test_drafts_are_never_shown_to_the_anonymous(site: Website, client: Client) -> None:
    site.petition_page.unpublish()
    draft = PetitionPage.objects.get(pk=site.petition_page.pk)
    draft.intro = "CANARY of a draft"
    draft.save_revision()
    site.article.title = "CANARY of an unpublished change"
    site.article.save_revision()

    paths = [
        LIST,
        "/api/v3/pages/",
        f"/api/v3/pages/{draft.pk}/",
        f"/api/v3/pages/{draft.pk}/?version=draft",
        f"/api/v3/pages/{site.article.pk}/?version=draft",
        "/api/v3/pages/?search=CANARY",
        "/sitemap.xml",
        f"{site.article.get_parent().url}feed/",
    ]
    answers = {path: client.get(path) for path in paths}

    assert [path for path, answer in answers.items() if "CANARY" in answer.content.decode()] == []
    assert answers[f"/api/v3/pages/{draft.pk}/"].status_code == 404
    assert [row["id"] for row in answers[LIST].json()["items"] if row["id"] == draft.pk] == []


def test_campaign_body_is_data_not_markup(site: Website, client: Client) -> None:
    body = client.get(f"/api/v3/pages/{site.campaign.pk}/").json()["body"]

    counter = next(block for block in body if block["type"] == "counter")
    assert counter["value"] == {"page": site.petition_page.pk, "title": "So far"}
    assert "mailbox" not in json.dumps(body)
