"""The two links of the confirmation mail, pressed as a browser without JavaScript presses them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from crm.activity.models import ActivityEntry
from crm.base.links import make_token
from crm.consent.models import ConsentRecord, Suppression
from crm.messaging.models import Message
from crm.petitions.actions import sign_petition
from crm.petitions.models import Petition, Signature
from crm.petitions.registry import register_petition_page
from crm.petitions.rules import SIGNATURE_WORDING
from tests.factories.petitions import petition, signature

AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
AGENTS = ["Mozilla/5.0", "Barracuda Sentinel", "Proofpoint", "Microsoft Safe Links", "curl/8.0", ""]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel(AT + timedelta(minutes=5), tick=False) as traveller:
        yield traveller


def waiting(owner: Petition | None = None, language: str = "en") -> Signature:
    sign_petition(
        owner or petition(title="Clean harbour"),
        given_name="Ada",
        family_name="Harbour",
        email="ada@people.example",
        postcode="02134",
        consents=[SIGNATURE_WORDING],
        language=language,
        at=AT,
    )
    return Signature.objects.get(state="pending")


def address(letter: str, row: Signature) -> str:
    return f"/l/{make_token(letter, row.public_id)}/"


def text_of(content: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", content.decode()).split())


def world() -> tuple[object, ...]:
    return (
        list(Signature.objects.values_list()),
        list(Petition.objects.values_list()),
        list(Message.objects.values_list("status", flat=True)),
        ActivityEntry.objects.count(),
        ConsentRecord.objects.count(),
        Suppression.objects.count(),
    )


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize("letter", ["c", "n"])
def test_a_scanner_changes_nothing_and_the_person_can_still_press(
    client: Client, letter: str, method: str, agent: str
) -> None:
    row = waiting()
    before = world()

    for _time in range(3):
        getattr(client, method)(address(letter, row), headers={"user-agent": agent})
    after = world()
    client.post(address("c", row), {"answer": "confirm"})

    assert after == before
    assert Signature.objects.get().state == "validated"


def test_the_mail_leads_to_the_button_that_counts() -> None:
    waiting()
    person = Client(enforce_csrf_checks=True)
    links = re.findall(r"http://localhost:8000(/l/\S+/)", Message.objects.get().text)

    shown = person.get(links[0])
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.content.decode())
    assert token is not None
    pressed = person.post(links[0], {"answer": "confirm", "csrfmiddlewaretoken": token[1]})
    later = person.get(links[0])

    assert [letter[3] for letter in links] == ["c", "n"]
    assert [part in text_of(shown.content) for part in ("Confirm my signature", "Ada Harbour", "02134")] == [True] * 3
    assert "Thank you. 1 signature is confirmed." in text_of(pressed.content)
    assert "Thank you. 1 signature is confirmed." in text_of(later.content)
    assert Petition.objects.get().signature_count == 1


def test_the_page_has_no_script_and_no_style_of_its_own(client: Client) -> None:
    page = client.get(address("c", waiting())).content.decode()

    assert [found for found in ("<script", "style=", "onclick", "<style") if found in page] == []


def test_pressing_twice_counts_once(client: Client) -> None:
    row = waiting()

    answers = [client.post(address("c", row), {"answer": "confirm"}).status_code for _time in range(3)]

    assert answers == [200, 200, 200]
    assert (Petition.objects.get().signature_count, ActivityEntry.objects.count()) == (1, 2)


def test_a_link_too_old_says_what_to_do(client: Client, clock: time_machine.Traveller) -> None:
    row = waiting()
    clock.move_to(AT + timedelta(days=7))

    shown = client.get(address("c", row))
    pressed = client.post(address("c", row), {"answer": "confirm"})

    sentence = "The link in this mail was good for seven days. Sign again and we send you a new one."
    assert [sentence in text_of(answer.content) for answer in (shown, pressed)] == [True, True]
    assert (Signature.objects.get().state, Petition.objects.get().signature_count) == ("pending", 0)


@pytest.mark.parametrize("fields", [{"state": "closed", "closes_at": AT}, {"closes_at": AT}])
def test_a_petition_closed_meanwhile_says_so(client: Client, fields: dict[str, object]) -> None:
    row = waiting()
    Petition.objects.update(**fields)

    pressed = client.post(address("c", row), {"answer": "confirm"})

    assert "It closed on April 1, 2026, before this signature was confirmed, so it was not counted." in text_of(
        pressed.content
    )
    assert (Signature.objects.get().state, Petition.objects.get().signature_count) == ("pending", 0)


def test_the_way_on_leads_to_the_page_of_the_petition(client: Client) -> None:
    from crm.petitions import registry

    known = registry._page_address[:]
    register_petition_page(lambda owner, language: f"http://localhost:8000/{language}/{owner.slug}/")
    row = signature(language="es")

    page = client.get(address("c", row)).content.decode()

    registry._page_address[:] = known
    assert f'href="http://localhost:8000/es/{row.petition.slug}/"' in page
    assert '<html lang="es"' in page


def test_not_me_forgets_and_says_so(client: Client) -> None:
    row = waiting()

    answers = [client.post(address("n", row), {"answer": "disown"}) for _time in range(2)]

    said = "We deleted what was entered and send no more such mails to this address."
    assert [said in text_of(answer.content) for answer in answers] == [True, True]
    assert (Signature.objects.get().state, Signature.objects.get().email) == ("disowned", "")
    assert Suppression.objects.count() == 1


def test_not_me_does_not_show_what_was_typed(client: Client) -> None:
    page = text_of(client.get(address("n", waiting())).content)

    assert [word for word in ("Ada", "02134", "ada@people.example") if word in page] == []


def test_a_confirmed_signature_can_be_taken_back_by_its_own_link(client: Client) -> None:
    row = signature()

    shown = text_of(client.get(address("n", row)).content)
    pressed = [client.post(address("n", row), {"answer": "withdraw"}) for _time in range(2)]

    assert "I signed, but take my signature back" in shown
    assert ["Your signature is withdrawn" in text_of(answer.content) for answer in pressed] == [True, True]
    assert Petition.objects.get().signature_count == 0


def test_an_answer_nobody_offered_changes_nothing(client: Client) -> None:
    row = signature()
    before = world()

    client.post(address("n", row), {"answer": "delete everything"})

    assert world() == before


def test_a_link_is_good_for_its_purpose_only(client: Client) -> None:
    row = waiting()
    token = make_token("n", row.public_id)

    response = client.post(f"/l/c{token[1:]}/", {"answer": "confirm"})

    assert (response.status_code, Signature.objects.get().state) == (404, "pending")
