from datetime import date, time

import pytest
from django.urls import reverse

from crm.access.enums import Role
from crm.people.enums import Visibility
from meetings.lobbydays.enums import DayState
from meetings.lobbydays.models import Delegate, LobbyDay, LobbyOffice, WalkingTime
from tests.factories.access import user
from tests.factories.issues import ask
from tests.factories.lobbydays import building, delegate, lobby_day, lobby_office, team_member
from tests.factories.people import membership, organization, person
from tests.factories.segments import segment
from tests.factories.targets import target

pytestmark = pytest.mark.django_db
HIDDEN = "Somebody Kept Apart"


def url(name: str, *parts: object) -> str:
    return reverse(name, args=[getattr(part, "public_id", part) for part in parts])


def planned(day: LobbyDay, **fields: object) -> LobbyOffice:
    office = lobby_office(lobby_day=day, building=building(), planned_at="2026-10-28T13:00:00Z", **fields)
    team_member(office=office, delegate=delegate(lobby_day=day))
    return office


def test_a_day_is_set_up_without_javascript(sign_in) -> None:
    wish = ask()
    given = {
        "title": "Water day",
        "ask": wish.pk,
        "held_on": "2026-10-28",
        "time_zone": "America/New_York",
        "opens": "09:00",
        "closes": "17:00",
        "slot_minutes": "20",
        "buffer_minutes": "5",
        "walk_minutes": "10",
        "team_size": "4",
        "max_meetings": "10",
    }

    answer = sign_in(Role.COORDINATOR).post(url("lobby_day_new"), given)

    day = LobbyDay.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, url("lobby_day", day))
    assert (day.title, day.held_on, day.opens, day.ask) == ("Water day", date(2026, 10, 28), time(9), wish)


def test_wrong_times_come_back_with_a_sentence(sign_in) -> None:
    day = lobby_day()
    client = sign_in(Role.COORDINATOR)
    form = client.get(url("lobby_day_edit", day)).context["form"]

    answer = client.post(url("lobby_day_edit", day), form.initial | {"closes": "08:00"})

    assert answer.status_code == 422
    assert "The end must come after the start." in answer.content.decode()


def test_an_old_version_is_shown_beside_the_new(sign_in) -> None:
    day = lobby_day()
    client = sign_in(Role.COORDINATOR)
    form = client.get(url("lobby_day_edit", day)).context["form"]
    LobbyDay.objects.update(version=2)

    answer = client.post(url("lobby_day_edit", day), form.initial | {"title": "Other"})

    assert answer.status_code == 409


def test_offices_come_from_a_person_a_board_a_committee_and_a_segment(sign_in) -> None:
    day, body = lobby_day(), organization(classification="committee", name="Tides")
    one, two, three = person(name="Ann One"), person(name="Bea Two"), person(name="Cy Three")
    on_board = target(person=two)
    membership(person=three, organization=body)
    everybody = segment(steps=[{"act": "add", "filter": "everybody", "args": {}}])
    given = {"person": f"x #{one.public_id}", "board": on_board.target_list.public_id}
    client = sign_in(Role.DIRECTOR)

    client.post(url("lobby_offices_add", day), given | {"committee": f"x #{body.public_id}"})
    client.post(url("lobby_offices_add", day), {"segment": everybody.public_id})

    assert sorted(day.offices.values_list("person__name", flat=True)) == ["Ann One", "Bea Two", "Cy Three"]


def test_adding_nothing_says_what_to_choose(sign_in) -> None:
    answer = sign_in(Role.COORDINATOR).post(url("lobby_offices_add", lobby_day()), {})

    assert answer.status_code == 422
    assert "Choose a policymaker, a whip board, a committee or a segment." in answer.content.decode()


def test_delegates_are_added_and_changed(sign_in) -> None:
    day, client = lobby_day(), sign_in(Role.COORDINATOR)
    given = {"version": 1, "name": "Kim Vale", "email": "kim@home.example", "can_lead": "on", "language": "es"}

    client.post(url("lobby_delegate_add", day), given)
    kim = Delegate.objects.get()
    client.post(url("lobby_delegate_edit", day, kim), given | {"free_until": "13:00"})
    again = client.post(url("lobby_delegate_add", day), given)
    client.post(url("lobby_people_add", day), {"person": f"x #{person(name='Lou').public_id}"})

    kim.refresh_from_db()
    assert (kim.name, kim.can_lead, kim.language, kim.free_until) == ("Kim Vale", True, "es", time(13))
    assert again.status_code == 422
    assert sorted(Delegate.objects.values_list("name", flat=True)) == ["Kim Vale", "Lou"]


def test_an_office_gets_its_building_and_leaves(sign_in) -> None:
    office, client = lobby_office(), sign_in(Role.COORDINATOR)
    given = {"version": 1, "new_building": "Hart", "room": "12", "priority": "1"}

    client.post(url("lobby_office_edit", office.lobby_day, office), given)

    office.refresh_from_db()
    assert (office.building.name, office.room, office.priority) == ("Hart", "12", 1)
    client.post(url("lobby_office_remove", office.lobby_day, office))
    assert not LobbyOffice.objects.exists()


def test_ways_and_the_end_of_the_day(sign_in) -> None:
    day, client = lobby_day(), sign_in(Role.COORDINATOR)
    one, two = building(), building()

    client.post(url("lobby_walks", day), {"start": one.public_id, "end": two.public_id, "minutes": 6})
    shown = client.get(url("lobby_walks", day)).content.decode()
    client.post(url("lobby_day_finish", day), {"version": 1})

    assert WalkingTime.objects.get().minutes == 6
    assert f"{one.name} – {two.name}: 6 min" in shown
    day.refresh_from_db()
    assert day.state == DayState.DONE


def test_the_page_shows_grid_offices_and_who_is_left_out(sign_in) -> None:
    day = lobby_day()
    office = planned(day, person=person(name="Robin Holder"), room="12")
    lobby_office(lobby_day=day, person=person(name="Alex Two"), unserved="busy")

    page = sign_in(Role.COORDINATOR).get(url("lobby_day", day)).content.decode()

    assert '<th scope="row"><time datetime="2026-10-28T09:00:00-04:00">09:00</time></th>' in page
    assert f"{office.building.name} 12" in page
    assert "Alex Two: Every lead is in another meeting or on the way then." in page


def test_the_page_shows_what_does_not_fit_together(sign_in) -> None:
    day = lobby_day()
    first = planned(day, person=person(name="Robin Holder"))
    second = lobby_office(lobby_day=day, person=person(name="Alex Two"), planned_at=first.planned_at)
    team_member(office=second, delegate=first.team.get().delegate)

    page = sign_in(Role.COORDINATOR).get(url("lobby_day", day)).content.decode()

    assert "Somebody has two meetings without enough time between." in page


def test_who_is_hidden_is_on_no_page_of_the_day(sign_in) -> None:
    day = lobby_day()
    apart = person(name=HIDDEN, visibility=Visibility.TEAM, owner=user(role=Role.DIRECTOR))
    hidden = planned(day, person=apart)
    planned(day, person=person(name="Robin Holder"))
    kept = delegate(lobby_day=day, person=apart, name=HIDDEN, email="apart@home.example")
    team_member(office=LobbyOffice.objects.get(person__name="Robin Holder"), delegate=kept, is_lead=False)

    for role in (Role.COORDINATOR, Role.AUDITOR):
        client = sign_in(role)
        page = client.get(url("lobby_day", day))

        assert (page.status_code, HIDDEN in page.content.decode()) == (200, False)
        assert "Robin Holder" in page.content.decode()
        for name in ("lobby_team", "lobby_office_edit", "lobby_office_confirm"):
            assert client.get(url(name, day, hidden)).status_code == 404
        assert client.get(url("lobby_delegate_edit", day, kept)).status_code == 404
    assert HIDDEN in sign_in(Role.DIRECTOR).get(url("lobby_day", day)).content.decode()


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.EDITOR, Role.MODERATOR, Role.SYSADMIN])
def test_others_find_no_lobby_day(sign_in, role) -> None:
    day, client = lobby_day(), sign_in(role)

    for address in (url("lobby_days"), url("lobby_day", day), url("lobby_plan", day), url("lobby_day_new")):
        assert client.get(address).status_code == 404


def test_an_auditor_reads_only(sign_in) -> None:
    day, client = lobby_day(), sign_in(Role.AUDITOR)

    assert client.get(url("lobby_day", day)).status_code == 200
    assert client.get(url("lobby_plan", day)).status_code == 403
    assert client.post(url("lobby_delegate_add", day), {"name": "x"}).status_code == 403


def test_three_offices_take_as_many_queries_as_one(sign_in, django_assert_max_num_queries) -> None:
    day, client = lobby_day(), sign_in(Role.COORDINATOR)
    planned(day)
    client.get(url("lobby_day", day))

    with django_assert_max_num_queries(100) as one:
        client.get(url("lobby_day", day))
    planned(day)
    planned(day)
    with django_assert_max_num_queries(100) as three:
        client.get(url("lobby_day", day))

    assert len(three) == len(one)
    with django_assert_max_num_queries(100) as list_of_one:
        client.get(url("lobby_days"))
    lobby_day()
    lobby_day()
    with django_assert_max_num_queries(100) as list_of_three:
        client.get(url("lobby_days"))
    assert len(list_of_three) == len(list_of_one)
