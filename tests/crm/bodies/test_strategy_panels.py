"""What we think of a body and want of it, on its page."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.access.enums import Role
from crm.bodies.views import body_url
from crm.influence.models import Influence
from crm.people.enums import Visibility
from crm.people.models import Organization
from crm.prospects.models import Prospect
from tests.factories.access import user
from tests.factories.campaigns import campaign
from tests.factories.influence import influence
from tests.factories.issues import issue
from tests.factories.people import membership, organization, person
from tests.factories.prospects import prospect

pytestmark = [pytest.mark.django_db, pytest.mark.screens]

ASSESSED = {"kind": "current", "interest": "4", "influence": "5", "position": "support", "source": "Hearing"}
CANARY = "Zyxquill"


def assessed(**fields: Any) -> dict[str, Any]:
    return {f"influence-{name}": value for name, value in (ASSESSED | fields).items()}


def wanted(**fields: Any) -> dict[str, Any]:
    return {f"prospects-{name}": value for name, value in fields.items()}


def urls(body: Organization) -> list[str]:
    return [reverse(f"crm_add_body_{name}", args=[body.public_id]) for name in ("influence", "prospect")]


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def hidden_office() -> Organization:
    """The office of somebody kept to a team, assessed and a prospect."""
    office = organization(name=f"Office of {CANARY}", classification="office")
    hidden = person(name=f"{CANARY} Hidden", visibility=Visibility.TEAM, owner=user())
    membership(person=hidden, organization=office, role="principal")
    influence(organization=office)
    prospect(organization=office)
    return office


def test_an_assessment_of_a_body_is_recorded_and_shown_with_its_source(sign_in: Any) -> None:
    body, about = organization(), issue(name="Clean harbours")
    client = sign_in(Role.COORDINATOR)

    given = assessed(issue=about.pk, observed_on="2026-03-01")
    answers = [client.post(urls(body)[0], given) for _time in range(2)]

    text = text_of(client.get(body_url(body)))
    assert [answer.headers["Location"] for answer in answers] == [body_url(body) + "#influence"] * 2
    assert [(row.organization, row.interest, row.influence) for row in Influence.objects.all()] == [(body, 4, 5)]
    assert ("Now: interest 4, influence 5 of 5, supports" in text, "Hearing" in text) == (True, True)


def test_what_does_not_fit_is_refused_on_the_page_of_the_body(sign_in: Any) -> None:
    body = organization(name="Port Authority")

    late = assessed(issue=issue().pk, observed_on="2999-01-01")
    answer = sign_in(Role.COORDINATOR).post(urls(body)[0], late)

    assert (answer.status_code, Influence.objects.count()) == (422, 0)
    assert ("Port Authority" in text_of(answer), "That day is still to come" in text_of(answer)) == (True, True)


def test_a_body_becomes_a_prospect_once(sign_in: Any) -> None:
    body, aim = organization(), campaign(title="Safe harbours")
    client = sign_in(Role.COORDINATOR)

    answers = [client.post(urls(body)[1], wanted(campaign=aim.pk, alignment="It runs the port.")) for _time in range(2)]

    text = text_of(client.get(body_url(body)))
    assert [row.who for row in Prospect.objects.all()] == [body]
    assert ("Safe harbours" in text, "It runs the port." in text) == (True, True)
    assert [answer.status_code for answer in answers] == [302, 422]
    assert "already a prospect of this campaign" in text_of(answers[1])
    board = client.get(reverse("prospects:board", args=[aim.public_id])).content.decode()
    assert body_url(body) in board


@pytest.mark.parametrize(
    ("role", "seen", "status"), [(Role.COORDINATOR, True, 422), (Role.AUDITOR, True, 403), (Role.VOLUNTEER, False, 404)]
)
def test_who_sees_and_adds(role: Role, seen: bool, status: int, sign_in: Any) -> None:
    body = organization()
    influence(organization=body, source="Minutes of May")
    prospect(organization=body, alignment="It runs the port.")
    client = sign_in(role)

    text = text_of(client.get(body_url(body)))

    assert ["Minutes of May" in text, "It runs the port." in text] == [seen, seen]
    assert ["Record an assessment" in text, "Make a prospect" in text] == [role == Role.COORDINATOR] * 2
    assert [client.post(url, {}).status_code for url in urls(body)] == [status, status]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR])
def test_a_hidden_office_takes_and_tells_nothing(role: Role, sign_in: Any) -> None:
    office = hidden_office()
    client = sign_in(role)

    answers = [client.get(body_url(office)), *(client.post(url, {}) for url in urls(office))]

    assert [(answer.status_code, CANARY in answer.content.decode()) for answer in answers] == [(404, False)] * 3


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        client.get(url)
    return len(found)


def test_the_page_asks_as_often_for_three_as_for_one(sign_in: Any) -> None:
    client, body = sign_in(Role.COORDINATOR), organization()
    asked = []
    for count in (1, 2):
        for _number in range(count):
            influence(organization=body, issue=issue())
            prospect(organization=body, campaign=campaign())
        asked.append(queries_of(client, body_url(body)))

    assert asked == [29, 29]
