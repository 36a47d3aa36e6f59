from datetime import UTC, date, datetime, time

import pytest

from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from meetings.lobbydays import actions
from meetings.lobbydays.enums import DayState
from meetings.lobbydays.errors import (
    AlreadyConfirmedError,
    DayOverError,
    DayTimesError,
    DelegateTwiceError,
    SameBuildingError,
)
from meetings.lobbydays.models import Building, Delegate, LobbyDay, LobbyOffice, WalkingTime
from tests.factories.issues import ask
from tests.factories.lobbydays import building, delegate, lobby_day, lobby_office
from tests.factories.meetings import meeting
from tests.factories.people import contact_detail, legislator, person
from tests.factories.places import area

AT = datetime(2026, 6, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def verbs(row: object) -> list[str]:
    return [entry.verb for entry in timeline_of(row)]  # type: ignore[arg-type]


def test_create_day_keeps_its_terms(coordinator) -> None:
    wish = ask()
    given = {"held_on": date(2026, 10, 28), "time_zone": "America/New_York", "opens": time(9), "closes": time(17)}

    for _again in range(2):
        actions.create_day(
            title=" Water  day ", ask=wish, owner=coordinator, by=coordinator, at=AT, slot_minutes=15, **given
        )

    days = LobbyDay.objects.values_list("title", "slot_minutes", "buffer_minutes", "state")
    assert list(days) == [("Water day", 15, 5, "planning")] * 2
    assert verbs(wish) == ["lobby_day.created"] * 2


def test_create_day_needs_an_end_after_the_start(coordinator) -> None:
    given = {"held_on": date(2026, 10, 28), "time_zone": "America/New_York", "opens": time(9), "closes": time(9)}

    with pytest.raises(DayTimesError):
        actions.create_day(title="x", ask=ask(), owner=coordinator, by=coordinator, at=AT, **given)


def test_edit_day_writes_only_what_changes(coordinator) -> None:
    day = lobby_day()

    actions.edit_day(day, version=1, team_size=3, by=coordinator, at=AT)
    actions.edit_day(day, version=1, team_size=3, by=coordinator, at=AT)

    assert (day.team_size, day.version) == (3, 2)
    assert verbs(day) == ["lobby_day.edited"]
    with pytest.raises(StaleVersionError):
        actions.edit_day(day, version=1, team_size=5, by=coordinator, at=AT)


def test_finish_day_ends_it(coordinator) -> None:
    day = lobby_day()

    actions.finish_day(day, version=1, by=coordinator, at=AT)

    assert day.state == DayState.DONE
    with pytest.raises(DayOverError):
        actions.finish_day(day, version=2, by=coordinator, at=AT)
    with pytest.raises(DayOverError):
        actions.add_offices(day, [person()], by=coordinator, at=AT)


def test_add_offices_brings_district_and_body_once(coordinator) -> None:
    day, home = lobby_day(), area()
    robin = legislator(area=home)

    first = actions.add_offices(day, [robin, robin], by=coordinator, at=AT)
    again = actions.add_offices(day, [robin], by=coordinator, at=AT)

    assert ([office.person for office in first], again) == ([robin], [])
    assert first[0].area == home
    assert first[0].organization == robin.memberships.get().organization
    assert verbs(robin) == ["lobby_day.offices_added"]


def test_edit_office_is_locked_by_version(coordinator) -> None:
    office, house = lobby_office(), building()

    actions.edit_office(office, version=1, building=house, room=" 12 ", by=coordinator, at=AT)
    actions.edit_office(office, version=1, building=house, room="12", by=coordinator, at=AT)

    assert (office.building, office.room, office.version) == (house, "12", 2)
    with pytest.raises(StaleVersionError):
        actions.edit_office(office, version=1, room="13", by=coordinator, at=AT)


def test_remove_office_takes_it_off_once(coordinator) -> None:
    office = lobby_office()

    for _again in range(2):
        actions.remove_office(office, by=coordinator, at=AT)

    assert not LobbyOffice.objects.exists()
    assert verbs(office.person) == ["lobby_day.office_removed"]


def test_remove_office_leaves_a_confirmed_one(coordinator) -> None:
    office = lobby_office()
    LobbyOffice.objects.filter(pk=office.pk).update(meeting=meeting(person=office.person))

    with pytest.raises(AlreadyConfirmedError):
        actions.remove_office(office, by=coordinator, at=AT)


def test_add_delegate_takes_each_address_once(coordinator) -> None:
    day = lobby_day()
    given = actions.DelegateInput("Kim Vale", "Kim@Home.example ", note="shy")

    kim = actions.add_delegate(day, given, by=coordinator, at=AT)

    assert (kim.name, kim.email, kim.note) == ("Kim Vale", "kim@home.example", "shy")
    assert verbs(day) == ["delegate.added"]
    with pytest.raises(DelegateTwiceError):
        actions.add_delegate(day, given, by=coordinator, at=AT)


def test_add_people_brings_address_and_district_once(coordinator) -> None:
    day, home = lobby_day(), area()
    kim = legislator(area=home, name="Kim Vale")
    contact_detail(person=kim, value="kim@home.example")

    first = actions.add_people(day, [kim], by=coordinator, at=AT)
    again = actions.add_people(day, [kim], by=coordinator, at=AT)

    assert [(d.name, d.email, d.area) for d in first] == [("Kim Vale", "kim@home.example", home)]
    assert again == []


def test_edit_delegate_refuses_the_address_of_another(coordinator) -> None:
    kim = delegate(email="kim@home.example")
    lou = delegate(lobby_day=kim.lobby_day)

    actions.edit_delegate(lou, version=1, can_lead=False, by=coordinator, at=AT)

    assert (lou.can_lead, lou.version) == (False, 2)
    assert actions.edit_delegate(lou, version=1, can_lead=False, by=coordinator, at=AT) == lou
    with pytest.raises(DelegateTwiceError):
        actions.edit_delegate(lou, version=2, email="KIM@home.example", by=coordinator, at=AT)
    assert Delegate.objects.get(pk=lou.pk).version == 2


def test_set_walk_holds_both_ways(coordinator) -> None:
    one, two = building(), building()

    actions.set_walk(two, one, minutes=7, by=coordinator, at=AT)
    actions.set_walk(one, two, minutes=7, by=coordinator, at=AT)

    assert list(WalkingTime.objects.values_list("start", "end", "minutes")) == [(one.pk, two.pk, 7)]
    assert verbs(one) == ["building.walk_set"]
    with pytest.raises(SameBuildingError):
        actions.set_walk(one, one, minutes=7, by=coordinator, at=AT)


def test_add_building_gives_the_one_there_is(coordinator) -> None:
    made = [actions.add_building(name="Hart", by=coordinator, at=AT) for _again in range(2)]

    assert made[0] == made[1] == Building.objects.get()
    assert verbs(made[0]) == ["building.added"]
