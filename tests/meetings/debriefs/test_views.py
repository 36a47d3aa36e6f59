import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.base.links import make_token
from crm.issues.models import Stance
from crm.people.enums import Visibility
from crm.people.models import Person
from meetings.debriefs.actions import Told, tell_visit
from meetings.debriefs.models import Debrief
from meetings.lobbydays.models import Delegate, LobbyOffice
from meetings.outcomes.models import Outcome
from tests.factories.access import user
from tests.meetings.debriefs.conftest import AFTER

HOSTILE = "<script>alert(1)</script> {{ 7 }} '; DROP TABLE \u202e =1+1"


@pytest.fixture
def token(office) -> str:
    return make_token("v", office.public_id)


def filled(client: Client, token: str, **more: object) -> dict[str, object]:
    """What a browser sends back: the hidden key of the form that was shown."""
    form = client.get(f"/l/{token}/visit/").context["form"]
    ada = Delegate.objects.get(name="Ada Lead").public_id
    given = {"form_key": form["form_key"].value(), "from_name": "Ada Lead", "came": ["policymaker", ada]}
    return given | {"position": "support", "commitments": "I will vote for it", "story": HOSTILE} | more


def test_the_form_is_sent_once_without_javascript(client, token) -> None:
    given = filled(client, token, wants_follow_up="on")

    answers = [client.post(f"/l/{token}/visit/", given) for _again in range(2)]

    thanks = client.get(answers[0].headers["Location"])
    debrief = Debrief.objects.get()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (thanks.status_code, "We have it." in thanks.content.decode()) == (200, True)
    assert (debrief.position, debrief.wants_follow_up, debrief.commitments) == ("support", True, "I will vote for it")
    assert "\u202e" not in debrief.story
    assert not Outcome.objects.exists()


def test_a_form_without_a_token_is_refused(token) -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.post(f"/l/{token}/visit/", {"from_name": "Ada"}).status_code == 403
    assert not Debrief.objects.exists()


def test_an_empty_or_wrong_form_comes_back_with_sentences(client, token) -> None:
    empty = client.post(f"/l/{token}/visit/", {"form_key": "k", "from_name": "Ada"})
    wrong = client.post(f"/l/{token}/visit/", filled(client, token, position="x", came=["nobody"], story="y" * 6000))

    assert (empty.status_code, wrong.status_code) == (422, 422)
    assert "Tell us at least one thing" in empty.content.decode()
    assert not Debrief.objects.exists()


def test_the_form_names_only_its_own_office_and_team(client, token, office) -> None:
    page = client.get(f"/l/{token}/visit/").content.decode()

    assert ("Robin Holder" in page, "Ada Lead" in page, "ada@home.example" in page) == (True, True, False)


@pytest.mark.parametrize("token", ["nonsense", "v" + "A" * 44])
def test_a_forged_link_finds_nothing(client, db, token) -> None:
    assert client.get(f"/l/{token}/visit/").status_code == 404
    assert client.post(f"/l/{token}/visit/", {}).status_code == 404
    assert client.get(f"/l/{token}/visit/thanks/").status_code == 404


def test_staff_take_over_what_was_told(client, token, office, coordinator) -> None:
    client.post(f"/l/{token}/visit/", filled(client, token, wants_follow_up="on"))
    debrief = Debrief.objects.get()
    client.force_login(coordinator)

    told = client.get(reverse("lobby_debriefs", args=[office.lobby_day.public_id])).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in told
    assert "<script>alert" not in told
    take = reverse("lobby_debrief_take_over", args=[debrief.public_id])
    with time_machine.travel(AFTER, tick=False):
        form = client.get(take).context["form"]
        given = {name: form[name].value() for name in form.fields if form[name].value() is not None}
        for part in form.parts:
            given |= {part[name].html_name: part[name].value() or "" for name in part.fields}
        answer = client.post(take, given)

    outcome = Outcome.objects.get()
    assert answer.status_code == 302
    assert (outcome.position, outcome.next_step) == ("support", "Get back to the office")
    assert "Told by Ada Lead:" in outcome.summary
    assert Stance.objects.get().position == "support"
    assert list(office.meeting.attendees.order_by("name").values_list("name", "came")) == [
        ("Ada Lead", True),
        ("Robin Holder", True),
    ]
    debrief.refresh_from_db()
    assert debrief.state == "taken_over"
    assert client.get(take).status_code == 302


def test_staff_set_aside(client, token, office, coordinator) -> None:
    debrief = tell_visit(office, Told("Ada", story="x"), form_key="k", at=AFTER)
    client.force_login(coordinator)

    client.post(reverse("lobby_debrief_set_aside", args=[debrief.public_id]))

    debrief.refresh_from_db()
    assert debrief.state == "set_aside"
    page = client.get(reverse("lobby_debriefs", args=[office.lobby_day.public_id])).content.decode()
    assert "Nothing to look at." in page


def test_without_a_meeting_there_is_nothing_to_take_over_into(client, office, coordinator) -> None:
    debrief = tell_visit(office, Told("Ada", story="x"), form_key="k", at=AFTER)
    LobbyOffice.objects.update(meeting=None)
    client.force_login(coordinator)

    page = client.get(reverse("lobby_debriefs", args=[office.lobby_day.public_id])).content.decode()

    assert "Confirm the office first" in page
    assert client.get(reverse("lobby_debrief_take_over", args=[debrief.public_id])).status_code == 404


def test_what_is_told_of_somebody_hidden_is_on_no_list(sign_in, office) -> None:
    debrief = tell_visit(office, Told("Ada", story="CANARY"), form_key="k", at=AFTER)
    Person.objects.filter(name="Robin Holder").update(
        visibility=Visibility.TEAM, owner=user(role=Role.DIRECTOR, username="keeper")
    )
    url = reverse("lobby_debriefs", args=[office.lobby_day.public_id])

    for role in (Role.COORDINATOR, Role.AUDITOR):
        client = sign_in(role)
        assert "CANARY" not in client.get(url).content.decode()
        for name in ("lobby_debrief_take_over", "lobby_debrief_set_aside"):
            assert client.get(reverse(name, args=[debrief.public_id])).status_code == 404
    assert sign_in(Role.VOLUNTEER).get(url).status_code == 404
    assert "CANARY" in sign_in(Role.DIRECTOR).get(url).content.decode()


def test_three_debriefs_take_as_many_queries_as_one(sign_in, office, django_assert_max_num_queries) -> None:
    url, client = reverse("lobby_debriefs", args=[office.lobby_day.public_id]), sign_in(Role.DIRECTOR)
    found = []
    for number in range(3):
        tell_visit(office, Told("Ada", ["policymaker"], story="x"), form_key=str(number), at=AFTER)
        client.get(url)
        with django_assert_max_num_queries(100) as queries:
            client.get(url)
        found.append(len(queries))

    assert found[0] == found[2]
