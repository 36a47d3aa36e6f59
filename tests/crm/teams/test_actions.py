from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from crm.access.enums import Role
from crm.access.models import Team
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.changes.models import Change
from crm.people.enums import Visibility
from crm.people.models import Person
from crm.teams.actions import create_team, rename_team, set_members
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


def told() -> list[tuple[str, object, dict[str, object]]]:
    return [(row.verb, row.actor, row.data) for row in ActivityEntry.objects.order_by("id")]


def test_who_came_and_who_left_is_one_entry_and_a_second_call_none() -> None:
    carla, colm, director = make_user(), make_user(), make_user(role=Role.DIRECTOR)
    team = create_team(name="Sources", by=director, at=AT)

    for members in ([carla], [carla], [colm], [colm]):
        set_members(team, members, by=director, at=AT)

    assert told() == [
        ("team.created", director, {}),
        ("team.members_changed", director, {"added": [carla.pk], "removed": []}),
        ("team.members_changed", director, {"added": [colm.pk], "removed": [carla.pk]}),
    ]
    assert [len(timeline_of(each)) for each in (carla, colm, team)] == [2, 1, 3]


def test_another_name_is_an_entry_with_the_old_one_and_a_second_call_none() -> None:
    director = make_user(role=Role.DIRECTOR)
    team = create_team(name="Sources", by=director, at=AT)

    for _time in range(2):
        rename_team(team, name="Press room", by=director, at=AT)

    assert told()[1:] == [("team.renamed", director, {})]
    change = Change.objects.get(entry__verb="team.renamed")
    assert (change.before, change.after) == ({"name": "Sources"}, {"name": "Press room"})


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
