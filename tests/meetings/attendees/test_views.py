import pytest
from django.urls import reverse

from crm.people.queries import district_of
from meetings.scheduling.models import Attendee
from tests.factories.people import contact_detail, person
from tests.factories.places import postcode_area
from tests.meetings.conftest import AT, CONSTITUENT, LEAD, Delegation

pytestmark = pytest.mark.django_db


def url(name: str, delegation: Delegation, email: str = "") -> str:
    found = [delegation.attendee(email).public_id] if email else []
    return reverse(name, args=[delegation.meeting.public_id, *found])


def test_inviting_one_more_tells_only_them(delegation, client, deliver) -> None:
    deliver()
    client.force_login(delegation.coordinator)
    values = {"version": "1", "role": "expert", "name": "Bo Lund", "email": "bo@lab.example"}

    response = client.post(url("meeting_invite", delegation), values)

    assert (response.status_code, response.url) == (302, url("meeting_page", delegation) + "#who")
    assert [each.to_email for each in deliver()] == ["bo@lab.example"]


def test_an_address_we_know_links_its_person(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    bo = person(name="Bo Lund", category="partner")
    contact_detail(person=bo, value="bo@lab.example")
    values = {"version": "1", "role": "expert", "name": "", "email": "Bo@lab.example"}

    client.post(url("meeting_invite", delegation), values)

    assert [(each.name, each.person) for each in Attendee.objects.filter(role="expert")] == [("Bo Lund", bo)]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"role": "expert"}, "Choose one of us, choose a person, or enter a name."),
        ({"name": "Bo"}, "Choose the role at the meeting."),
        ({"role": "expert", "name": "Bo", "email": "bo"}, "Enter an e-mail address like name@example.org"),
        ({"role": "lead", "name": "Ada", "email": LEAD}, "This address is already invited."),
    ],
)
def test_a_refused_invitation_says_what_to_do(values: dict, sentence: str, delegation, client) -> None:
    client.force_login(delegation.coordinator)
    before = Attendee.objects.count()

    response = client.post(url("meeting_invite", delegation), {"version": "1"} | values)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert Attendee.objects.count() == before


def test_uninviting_says_who_is_told_and_tells_only_them(delegation, client, deliver) -> None:
    deliver()
    client.force_login(delegation.coordinator)
    address = url("meeting_uninvite", delegation, CONSTITUENT)

    shown = client.get(address).content.decode()
    client.post(address, {"version": "1"})
    again = client.post(address, {"version": "2"})

    assert "Kim Vale gets a mail that takes the meeting out of the calendar" in shown
    assert [(each.to_email, each.calendar_method) for each in deliver()] == [(CONSTITUENT, "CANCEL")]
    assert again.status_code == 404


def test_role_home_and_consent_are_changed(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    postcode_area(postcode="00001", area=district_of(delegation.policymaker, AT.date()))
    address = url("meeting_attendee_edit", delegation, CONSTITUENT)
    values = {"version": "1", "role": "constituent", "postcode": "00001", "may_be_named": "on"}

    before = client.get(url("meeting_page", delegation)).content.decode()
    response = client.post(address, values)
    page = client.get(url("meeting_page", delegation)).content.decode()

    assert ("not named to the office" in before, "Not known where they live" in before.replace("not", "Not")) == (
        True,
        True,
    )
    assert response.status_code == 302
    assert ("not named to the office" in page, "lives in the district" in page) == (False, True)
    assert client.post(address, values | {"postcode": "2"}).status_code == 409
    refused = client.post(address, values | {"version": "2", "role": "lead"})
    assert (refused.status_code, "Somebody leads our side already." in refused.content.decode()) == (422, True)


def test_constituents_of_the_district_are_suggested_and_invited(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    postcode_area(postcode="00001", area=district_of(delegation.policymaker, AT.date()))
    bea = person(name="Bea Brook", category="advocate")
    panel = client.get(reverse("constituent_offer", args=[bea.public_id]))
    client.post(reverse("constituent_offer", args=[bea.public_id]), {"postcode": "00001", "agreed": "on"})

    page = client.get(url("meeting_page", delegation)).content.decode()
    invite = url("meeting_invite", delegation) + f"?person={bea.public_id}"
    shown = client.get(invite).content.decode()
    client.post(invite, {"version": "1", "role": "constituent", "person": bea.public_id})

    assert (panel.status_code, "Bea Brook" in page) == (200, True)
    assert f'<option value="{bea.public_id}" selected>' in shown
    after = client.get(url("meeting_page", delegation)).content.decode()
    assert "Constituents who would come" not in after
    about = client.get(f"/admin/people/{bea.public_id}/").content.decode()
    assert "Agreed to come to meetings; lives in 00001." in about
