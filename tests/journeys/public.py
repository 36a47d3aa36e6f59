"""The acts of the walk on the public site: a page is published, people sign, the count moves."""

from dataclasses import dataclass

from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from cms.models import PetitionPage
from crm.base.email import email_hash
from crm.messaging.models import Message
from crm.people.queries import district_of
from crm.petitions.models import Signature
from crm.petitions.queries import district_breakdown
from crm.places.actions import set_postcode_areas
from tests.journeys.walk import MINUTE, World, deliver, form_in, link_in, newest, no_entry, one_entry

POSTCODE = "94612"


@dataclass(frozen=True)
class Signer:
    given: str
    family: str
    email: str
    postcode: str = POSTCODE


NEIGHBOURS = tuple(Signer(name, "Vale", f"{name.lower()}@people.example") for name in ("Ada", "Bo", "Cy", "Dee", "Eve"))
STRANGER = Signer("Far", "Away", "far@people.example", "00001")


def publish_petition(world: World) -> str:
    """The comms team writes the page in the editor and publishes it; its address."""
    client = world.sign_in(world.moderator)
    values = nested_form_data(
        {
            "title": "Two drains, one clean harbour",
            "slug": "two-drains",
            "petition": world.petition.pk,
            "intro": "Ask Congress to separate storm water from waste water.",
            "body": streamfield([("paragraph", rich_text("<p>Every storm closes the beach.</p>"))]),
            "thank_you": streamfield([]),
            "seo_title": "",
            "search_description": "",
            "image": "",
            "comments-TOTAL_FORMS": 0,
            "comments-INITIAL_FORMS": 0,
            "action-publish": "1",
        }
    )
    with one_entry("page.published"):
        done = client.post(reverse("wagtailadmin_pages:add", args=["cms", "petitionpage", world.hub.pk]), values)
    assert (done.status_code, PetitionPage.objects.filter(live=True).count()) == (302, 1)
    return str(PetitionPage.objects.get().url)


def know_district(world: World) -> None:
    """Which postcode lies where."""
    district = district_of(world.policymaker, world.now.date())
    assert district is not None
    assert district.identifier == "ocd-division/country:us/state:ca/cd:12"
    with one_entry("postcode.set"):
        set_postcode_areas(POSTCODE, district, by=world.coordinator, at=world.now)


def sign(world: World, url: str, signer: Signer) -> None:
    """Sign without JavaScript, open the link in the mail, press the button. Only the button counts."""
    before = world.petition.signature_count
    with one_entry("signature.submitted"):
        fill_in(world, url, signer)
    assert deliver() == [(signer.email, "Please confirm your signature")]
    path = link_in(newest(signer.email), "c")
    with no_entry():
        shown = world.client.get(path)
    world.petition.refresh_from_db()
    assert (shown.status_code, world.petition.signature_count) == (200, before)

    world.wait(MINUTE)
    with one_entry("petition.signed"):
        thanks = world.client.post(path)
    with no_entry():
        world.client.post(path)
    world.petition.refresh_from_db()
    assert (thanks.status_code, world.petition.signature_count) == (200, before + 1)
    row = Signature.objects.get(mailbox_hash=email_hash(signer.email, purpose=f"petition.{world.petition.hash_key}"))
    assert (row.state, row.given_name, row.is_suspect) == ("validated", signer.given, False)


def fill_in(world: World, url: str, signer: Signer) -> None:
    client = world.sign_in(None)
    data = form_in(client.get(url).content.decode(), "given_name")
    data.update(
        {
            "given_name": signer.given,
            "family_name": signer.family,
            "email": signer.email,
            "postcode": signer.postcode,
            "signature_consent": "on",
        }
    )
    world.wait(MINUTE)
    done = client.post(url, data, follow=True)
    assert done.redirect_chain == [(f"{url}thank-you/", 303)]
    assert "Please check your inbox" in done.content.decode()


def sign_twice(world: World, url: str, signer: Signer) -> None:
    """Somebody who has signed hears the same, gets no mail and is not counted again."""
    mails, count = Message.objects.count(), world.petition.signature_count
    with no_entry():
        fill_in(world, url, signer)
    world.petition.refresh_from_db()
    assert (Message.objects.count(), world.petition.signature_count) == (mails, count)


def breakdown(world: World) -> dict[str, int]:
    return {row.name: row.count for row in district_breakdown(world.petition)}
