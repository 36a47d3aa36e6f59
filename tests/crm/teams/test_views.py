from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.access.enums import Role
from crm.access.models import Team
from crm.teams.actions import create_team, set_members
from tests.factories.access import user as make_user

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
TEAMS = "/admin/reference/teams"


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


def seen(client: Client, team: Team) -> Any:
    return client.get(f"{TEAMS}/inspect/{team.pk}/")


def changed_team(name: str = "Sources", *, times: int = 1) -> Team:
    """A team whose members changed: each time somebody came who left again."""
    director = make_user(role=Role.DIRECTOR, first_name="Dora", last_name="Lind")
    team = create_team(name=name, by=director, at=AT)
    for number in range(times):
        set_members(team, [make_user(first_name=f"Carla{number}", last_name="Holm")], by=director, at=AT)
    set_members(team, [make_user(first_name="Colm", last_name="Ray")], by=director, at=AT)
    return team


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR])
def test_the_page_says_who_came_who_left_and_who_said_so(role: Role, sign_in: Callable[[Role], Client]) -> None:
    team = changed_team()

    answer = seen(sign_in(role), team)

    entries = answer.context["timeline"]["entries"]
    assert [(item.actor, [(v.label, v.before, v.after) for v in item.changes]) for item in entries[:2]] == [
        ("Dora Lind", [("Came into the team", "", "Colm Ray"), ("Left the team", "Carla0 Holm", "")]),
        ("Dora Lind", [("Came into the team", "", "Carla0 Holm")]),
    ]
    assert list(map(str, answer.context["members"])) == ["Colm Ray"]


def test_roles_that_read_no_timelines_see_only_who_is_in_it(sign_in: Callable[[Role], Client]) -> None:
    team = changed_team()

    text = seen(sign_in(Role.VOLUNTEER), team).content.decode()

    assert ("Colm Ray" in text, "Carla0" in text) == (True, False)


def test_the_page_asks_as_often_for_three_changes_as_for_one(sign_in: Callable[[Role], Client]) -> None:
    client = sign_in(Role.DIRECTOR)
    asked = []
    for team in (changed_team("North"), changed_team("South", times=3)):
        seen(client, team)
        with CaptureQueriesContext(connection) as found:
            seen(client, team)
        asked.append(len(found))

    assert asked == [22, 22]
