from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.availability.enums import DayWish, InstitutionKind, Missing
from meetings.availability.errors import SearchError
from meetings.availability.queries import Search, find_slots
from tests.factories.access import user
from tests.factories.availability import (
    busy_block,
    busy_calendar,
    institution_calendar,
    institution_event,
    travel_time,
    working_exception,
    working_hours,
)
from tests.factories.meetings import attendee, meeting, meeting_request, offered_time, venue
from tests.factories.people import person

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 2)
NINE = datetime(2026, 6, 2, 13, tzinfo=UTC)
"""In New York, where everybody here works."""
HOUR = timedelta(hours=1)


@pytest.fixture
def ada(db):
    return user(time_zone="America/New_York")


@pytest.fixture
def ben(db):
    return user(time_zone="America/New_York")


def search(**fields) -> Search:
    values = {"first_on": DAY, "last_on": DAY, "zone": "America/New_York", "minutes": 60, "per_day": 100} | fields
    return Search(**values)


def clocks(slots) -> list[str]:
    return [f"{slot.starts_at - timedelta(hours=4):%H:%M}" for slot in slots]


def whole_hours(slots) -> list[str]:
    return [clock for clock in clocks(slots) if clock.endswith(":00")]


def test_without_any_row_people_work_nine_to_five(ada) -> None:
    found = clocks(find_slots(search(), [ada]))

    assert (found[0], found[-1], len(found)) == ("09:00", "16:00", 29)


def test_busy_times_and_buffers_keep_away(ada) -> None:
    busy_block(calendar=busy_calendar(owner=ada), starts_at=NINE + 3 * HOUR)

    assert whole_hours(find_slots(search(), [ada])) == ["09:00", "10:00", "11:00", "13:00", "14:00", "15:00", "16:00"]
    assert whole_hours(find_slots(search(before=10, after=5), [ada])) == [
        "09:00", "10:00", "14:00", "15:00", "16:00",
    ]  # fmt: skip


def test_most_optional_people_come_first_and_who_cannot_is_named(ada, ben) -> None:
    calendar = busy_calendar(owner=ben)
    busy_block(calendar=calendar, starts_at=NINE, ends_at=NINE + 7 * HOUR)

    found = find_slots(search(), [ada], [ben])

    assert clocks(found)[0] == "16:00"
    assert (found[0].free, found[0].missing) == (1, ())
    assert (found[1].free, found[1].missing) == (0, ((ben.pk, Missing.BUSY),))


def test_hours_and_exceptions_are_those_of_the_person(ada) -> None:
    working_hours(user=ada, weekday=1, starts=time(10), ends=time(12))

    assert clocks(find_slots(search(), [ada])) == ["10:00", "10:15", "10:30", "10:45", "11:00"]
    working_exception(user=ada, first_on=DAY, last_on=DAY, starts=time(14), ends=time(15))
    assert clocks(find_slots(search(), [ada])) == ["14:00"]
    working_exception(user=ada, first_on=DAY - timedelta(days=3), last_on=DAY)
    assert find_slots(search(), [ada]) == []


def test_outside_hours_are_proposed_last_and_said(ada) -> None:
    found = find_slots(search(outside_hours=True, earliest=time(7), latest=time(18), limit=400), [ada])

    assert clocks(found)[0] == "09:00"
    late = [slot for slot in found if slot.outside]
    assert (clocks(late)[0], clocks(late)[-1], late[0].outside) == ("07:00", "17:00", (ada.pk,))
    assert found == [slot for slot in found if not slot.outside] + late


def test_our_meetings_count_with_the_way_there(ada) -> None:
    there = venue(name="Far House")
    here = venue(name="Near House")
    planned = meeting(starts_at=NINE + 3 * HOUR, ends_at=NINE + 4 * HOUR, venue=there)
    attendee(meeting=planned, user=ada)

    assert whole_hours(find_slots(search(), [ada]))[2:4] == ["11:00", "13:00"]
    far = search(venue=here, default_travel=20)
    assert whole_hours(find_slots(far, [ada]))[1:3] == ["10:00", "14:00"]
    assert clocks(find_slots(far, [ada])).count("13:30") == 1
    travel_time(one=there, other=here, minutes=45)
    assert [c for c in clocks(find_slots(far, [ada])) if c > "12:00"][0] == "13:45"
    assert whole_hours(find_slots(search(venue=venue(name="Far House", room="9")), [ada]))[2:4] == ["11:00", "13:00"]


@pytest.mark.parametrize("state", ["cancelled", "held"])
def test_meetings_that_are_over_or_off_do_not_count(ada, state: str) -> None:
    off = meeting(starts_at=NINE, ends_at=NINE + 8 * HOUR, state=state)
    attendee(meeting=off, user=ada)
    on = meeting(starts_at=NINE, ends_at=NINE + 8 * HOUR)
    attendee(meeting=on, user=ada, partstat="DECLINED")
    attendee(meeting=on, user=ada, removed_at=NINE)

    assert len(find_slots(search(), [ada])) == 29


def test_offered_times_stand_as_holds_but_for_their_own_request(ada) -> None:
    request = meeting_request(owner=ada, state="offered")
    offered_time(request=request, starts_at=NINE, ends_at=NINE + 7 * HOUR)
    released = meeting_request(owner=ada, state="offered")
    offered_time(request=released, starts_at=NINE, ends_at=NINE + 8 * HOUR, state="released")
    closed = meeting_request(owner=ada, state="declined")
    offered_time(request=closed, starts_at=NINE, ends_at=NINE + 8 * HOUR)

    assert clocks(find_slots(search(), [ada])) == ["16:00"]
    assert len(find_slots(search(request=request), [ada])) == 29


def test_the_policymaker_is_not_asked_twice_at_once(ada) -> None:
    robin = person()
    meeting(person=robin, starts_at=NINE, ends_at=NINE + 6 * HOUR)
    other = meeting_request(person=robin, state="offered")
    offered_time(request=other, starts_at=NINE + 7 * HOUR, ends_at=NINE + 8 * HOUR)

    assert clocks(find_slots(search(person=robin), [ada])) == ["15:00"]


@pytest.mark.parametrize(("wish", "days"), [(DayWish.ANY, {2, 3, 4}), (DayWish.NEEDED, {3}), (DayWish.AVOIDED, {2, 4})])
def test_session_days_are_needed_avoided_or_only_said(ada, wish: DayWish, days: set[int]) -> None:
    floor = institution_calendar(name="Floor")
    institution_event(calendar=floor, starts_at=NINE + 30 * HOUR)
    wanted = search(last_on=date(2026, 6, 4), calendars=[floor], wishes={InstitutionKind.SESSION: wish}, limit=400)

    found = find_slots(wanted, [ada])

    assert {slot.starts_at.day for slot in found} == days
    told = {slot.events for slot in found}
    assert told == ({()} if wish == DayWish.AVOIDED else {(), ("session: Floor votes",)})


def test_committee_hours_are_avoided_to_the_minute(ada) -> None:
    room = institution_calendar()
    institution_event(calendar=room, kind="committee", starts_at=NINE, ends_at=NINE + 7 * HOUR)

    found = find_slots(search(calendars=[room], wishes={InstitutionKind.COMMITTEE: DayWish.AVOIDED}), [ada])

    assert clocks(found) == ["16:00"]


@pytest.mark.parametrize("day", [date(2026, 3, 6), date(2026, 3, 9), date(2026, 10, 30), date(2026, 11, 2)])
def test_nine_stays_nine_around_the_change_of_the_clocks(ada, day: date) -> None:
    found = find_slots(search(first_on=day, last_on=day), [ada])

    local = [slot.starts_at.astimezone(ZoneInfo("America/New_York")) for slot in found]
    assert (f"{local[0]:%H:%M}", f"{local[-1]:%H:%M}") == ("09:00", "16:00")


@pytest.mark.parametrize(
    "fields",
    [
        {"last_on": DAY - timedelta(days=1)},
        {"last_on": DAY + timedelta(days=60)},
        {"minutes": 4},
        {"minutes": 721},
        {"before": -1},
        {"default_travel": 721},
    ],
)
def test_what_cannot_be_searched_is_refused(ada, fields) -> None:
    with pytest.raises(SearchError):
        find_slots(search(**fields), [ada])


def test_nobody_is_refused_and_who_is_required_is_not_optional_too(ada) -> None:
    with pytest.raises(SearchError):
        find_slots(search(), [])

    assert find_slots(search(), [ada, ada], [ada])[0].free == 0


def test_the_number_of_queries_does_not_grow_with_people_and_days(ada) -> None:
    def count(people, last: date) -> int:
        with CaptureQueriesContext(
            connection,
        ) as taken:
            find_slots(search(last_on=last, calendars=[institution_calendar()], person=person()), people)
        return len([q for q in taken if q["sql"].startswith("SELECT")])

    more = [user() for _ in range(3)]
    for each in more:
        busy_block(calendar=busy_calendar(owner=each))
        attendee(meeting=meeting(), user=each)

    assert count([ada], DAY) == count(more, DAY + timedelta(days=20))
