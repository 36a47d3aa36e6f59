from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from crm.access.actions import create_team, rename_team, set_members
from crm.access.enums import Role
from crm.access.models import Team
from crm.people.enums import Visibility
from crm.people.models import Person
from tests.factories.access import user as make_user
from tests.factories.people import person

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_a_team_is_made_once_and_keeps_its_members() -> None:
    carla = make_user()

    teams = [create_team(name=" Sources ", by=None, at=AT) for _time in range(2)]
    for _time in range(2):
        set_members(teams[0], [carla], by=None, at=AT)

    assert (Team.objects.get().name, list(carla.teams.all())) == ("Sources", [teams[0]])


def test_two_teams_do_not_share_a_name() -> None:
    create_team(name="Sources", by=None, at=AT)
    other = create_team(name="Press", by=None, at=AT)

    with pytest.raises(ValidationError):
        rename_team(other, name="Sources", by=None, at=AT)

    assert rename_team(other, name="Press room", by=None, at=AT).name == "Press room"


def test_what_is_kept_to_a_team_is_seen_by_its_members_at_once() -> None:
    carla, colm, director = make_user(), make_user(), make_user(role=Role.DIRECTOR)
    team = create_team(name="Sources", by=None, at=AT)
    hidden = person(visibility=Visibility.TEAM, owner=director, team=team)

    set_members(team, [carla], by=None, at=AT)
    seen = [list(Person.objects.visible_to(each)) for each in (carla, colm, director)]
    set_members(team, [], by=None, at=AT)

    assert seen == [[hidden], [], [hidden]]
    assert list(Person.objects.visible_to(carla)) == []


def test_directors_say_who_is_in_a_team(sign_in: Callable[[Role], Client]) -> None:
    carla = make_user()
    client = sign_in(Role.DIRECTOR)

    client.post("/admin/reference/teams/create/", {"name": "Sources", "members": [carla.pk]})
    team = Team.objects.get()
    client.post(f"/admin/reference/teams/edit/{team.pk}/", {"name": "Press", "members": []})

    team.refresh_from_db()
    assert (team.name, list(team.members.all())) == ("Press", [])


def test_coordinators_only_look_at_teams(sign_in: Callable[[Role], Client]) -> None:
    answer = sign_in(Role.COORDINATOR).post("/admin/reference/teams/create/", {"name": "Mine"})

    assert (answer.status_code, Team.objects.count()) == (403, 0)
