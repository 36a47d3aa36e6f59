from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from crm.followups.actions import finish_task
from meetings.agendas.actions import AgendaItemInput, set_agenda
from meetings.invitations.models import InvitationSend
from meetings.scheduling.actions import cancel_meeting, move_meeting
from meetings.scheduling.models import Meeting
from meetings.series.actions import carry_over, change_series, end_series, plan_occurrences, start_series
from meetings.series.enums import Frequency
from meetings.series.errors import (
    FirstDayError,
    InSeriesError,
    NoNextMeetingError,
    NothingChosenError,
    SeriesEndedError,
)
from meetings.series.models import CarriedTask, MeetingSeries
from meetings.series.queries import carried_tasks, next_of, open_items, undone_tasks
from meetings.series.rules import Rule
from tests.factories.followups import task
from tests.meetings.conftest import AT, CONSTITUENT, LEAD, NOTES, SCHEDULER, Delegation

pytestmark = pytest.mark.django_db
WEEKLY = Rule(Frequency.WEEKLY, 1, (2,))
NEW_YORK = ZoneInfo("America/New_York")
FIRST, SECOND, THIRD, FOURTH = (date(2026, 10, 28) + timedelta(weeks=n) for n in range(4))
Start = Callable[..., MeetingSeries]


@pytest.fixture
def start(delegation: Delegation) -> Start:
    def build(rule: Rule = WEEKLY, until: date = FOURTH) -> MeetingSeries:
        return start_series(delegation.meeting, rule=rule, until=until, by=delegation.coordinator, at=AT)

    return build


def standing(series: MeetingSeries) -> list[tuple[str, str]]:
    """What stands, as clocks in New York show it."""
    found = Meeting.objects.filter(occurrence__series=series).order_by("starts_at")
    return [(f"{each.starts_at.astimezone(NEW_YORK):%m-%d %H:%M}", each.state) for each in found]


def change(series: MeetingSeries, at: datetime = AT, **values: Any) -> MeetingSeries:
    series.refresh_from_db()
    given = {"rule": WEEKLY, "first_on": FIRST, "starts_at_time": time(15), "duration_minutes": 30} | values
    return change_series(series, version=series.version, by=series.owner, at=at, **given)


def test_series_makes_single_meetings_with_their_own_uid_and_people(start: Start) -> None:
    series = start()

    made = Meeting.objects.filter(occurrence__series=series).order_by("starts_at")
    assert standing(series) == [
        ("10-28 15:00", "confirmed"),
        ("11-04 15:00", "confirmed"),
        ("11-11 15:00", "confirmed"),
        ("11-18 15:00", "confirmed"),
    ]
    assert len({each.uid for each in made}) == 4
    assert [each.starts_at.hour for each in made] == [19, 20, 20, 20]
    people = {LEAD, NOTES, CONSTITUENT, SCHEDULER}
    assert [people < set(each.attendees.values_list("email", flat=True)) for each in made] == [True] * 4
    assert InvitationSend.objects.filter(attendee__meeting=made[3]).count() == 4
    calendar = InvitationSend.objects.filter(attendee__meeting=made[3]).first().message.calendar  # type: ignore[union-attr]
    assert ("RRULE:FREQ=WEEKLY" in calendar, "DTSTART;TZID=America/New_York:20261118T150000" in calendar) == (
        False,
        True,
    )


def test_series_across_spring_keeps_the_clock(confirm) -> None:
    made = confirm(starts_at=datetime(2027, 3, 10, 20, tzinfo=UTC))

    series = start_series(made.meeting, rule=WEEKLY, until=date(2027, 3, 24), by=made.coordinator, at=AT)

    rows = Meeting.objects.filter(occurrence__series=series).order_by("starts_at")
    assert [clock for clock, _state in standing(series)] == ["03-10 15:00", "03-17 15:00", "03-24 15:00"]
    assert [each.starts_at.hour for each in rows] == [20, 19, 19]


def test_planning_again_makes_nothing_and_further_only_what_is_new(start: Start, delegation) -> None:
    series = start(until=SECOND)
    by = {"by": delegation.coordinator, "at": AT}

    again, further = plan_occurrences(series, until=SECOND, **by), plan_occurrences(series, until=FOURTH, **by)

    assert (len(again), len(further), len(standing(series))) == (0, 2, 4)


def test_day_whose_meeting_was_cancelled_or_is_over_is_not_planned_again(start: Start, delegation) -> None:
    series = start()
    second = next_of(delegation.meeting)
    cancel_meeting(second, version=1, by=delegation.coordinator, at=AT)

    made = plan_occurrences(series, until=FOURTH, by=delegation.coordinator, at=AT)

    assert (made, [state for _clock, state in standing(series)].count("cancelled")) == ([], 1)


def test_no_more_than_four_hundred_days_are_planned(start: Start) -> None:
    series = start(rule=Rule(Frequency.MONTHLY, 1, (2,), 4), until=date(2035, 1, 1))

    assert (len(standing(series)), series.occurrences.last().occurs_on) == (9, date(2027, 6, 23))


def test_one_meeting_starts_one_series(start: Start) -> None:
    start()

    with pytest.raises(InSeriesError):
        start()
    with pytest.raises(FirstDayError):
        start(rule=Rule(Frequency.WEEKLY, 1, (0,)))

    assert MeetingSeries.objects.count() == 1


def test_another_time_moves_what_is_ahead_but_nothing_moved_by_hand_or_over(start: Start, delegation) -> None:
    series = start()
    third = Meeting.objects.get(occurrence__occurs_on=THIRD)
    moved = {"starts_at": third.starts_at + timedelta(days=1), "ends_at": third.ends_at + timedelta(days=1)}
    move_meeting(third, version=1, by=delegation.coordinator, at=AT, **moved)
    uids = set(Meeting.objects.values_list("uid", flat=True))

    change(series, at=datetime(2026, 11, 1, 12, tzinfo=UTC), starts_at_time=time(9, 30))

    assert [clock for clock, _state in standing(series)] == ["10-28 15:00", "11-04 09:30", "11-12 15:00", "11-18 09:30"]
    assert set(Meeting.objects.values_list("uid", flat=True)) == uids
    assert list(Meeting.objects.order_by("starts_at").values_list("sequence", flat=True)) == [0, 1, 1, 1]


def test_another_weekday_moves_each_to_its_new_day(start: Start) -> None:
    series = start()

    change(series, rule=Rule(Frequency.WEEKLY, 1, (3,)), first_on=FIRST + timedelta(days=1))

    # The last Thursday lies beyond what is planned, so its meeting has no day.
    assert [clock for clock, _state in standing(series)] == ["10-29 15:00", "11-05 15:00", "11-12 15:00"]
    assert Meeting.objects.filter(state="cancelled").count() == 1


def test_rarer_rule_cancels_and_denser_one_plans(start: Start) -> None:
    series = start()

    change(series, rule=Rule(Frequency.WEEKLY, 2, (2,)))
    rarer = standing(series)
    change(series, rule=WEEKLY)

    assert rarer == [("10-28 15:00", "confirmed"), ("11-11 15:00", "confirmed")]
    assert [clock for clock, _state in standing(series)] == ["10-28 15:00", "11-04 15:00", "11-11 15:00", "11-18 15:00"]
    assert Meeting.objects.filter(state="cancelled").count() == 2


def test_same_rule_again_moves_nothing_and_an_old_version_is_stale(start: Start) -> None:
    series = start()
    change(series)

    with pytest.raises(StaleVersionError):
        change_series(
            series,
            rule=WEEKLY,
            first_on=FIRST,
            starts_at_time=time(9),
            duration_minutes=30,
            version=1,
            by=series.owner,
            at=AT,
        )

    assert set(Meeting.objects.values_list("sequence", flat=True)) == {0}


def test_ending_cancels_what_is_ahead_once(start: Start) -> None:
    series = start()
    series.refresh_from_db()
    at = datetime(2026, 11, 5, 12, tzinfo=UTC)

    end_series(series, version=series.version, by=series.owner, at=at)
    with pytest.raises(SeriesEndedError):
        end_series(series, version=series.version, by=series.owner, at=at)
    with pytest.raises(SeriesEndedError):
        plan_occurrences(series, until=FOURTH, by=series.owner, at=at)

    assert [state for _clock, state in standing(series)] == ["confirmed", "confirmed", "cancelled", "cancelled"]
    assert ActivityEntry.objects.filter(verb="series.ended").count() == 1


def test_open_points_and_undone_tasks_are_carried_once(start: Start, delegation) -> None:
    start()
    first, by = delegation.meeting, delegation.coordinator
    points = [AgendaItemInput("Done"), AgendaItemInput("Open", 10), AgendaItemInput("Part", 5, is_part=True)]
    _done, point, part = set_agenda(first, items=points, version=1, by=by, at=AT)
    call, done = (task(title=name, obj=first, by=by) for name in ("Call back", "Write"))
    finish_task(done, version=1, by=by, at=AT)

    following = carry_over(first, items=[point, part], tasks=[call, done], by=by, at=AT)
    with pytest.raises(NothingChosenError):
        carry_over(first, items=[point, part], tasks=[call], by=by, at=AT)

    rows = following.agenda_items.values_list("title", "duration_minutes", "parent__title")
    assert list(rows) == [("Open", 10, None), ("Part", 5, "Open")]
    assert ([each.title for each in open_items(first)], list(undone_tasks(first, by))) == (["Done"], [])
    assert list(carried_tasks(following, by)) == [call]
    assert list(undone_tasks(following, by)) == [call]
    assert CarriedTask.objects.count() == 1


def test_last_meeting_has_nowhere_to_carry_to(start: Start, delegation) -> None:
    start(until=FIRST)

    with pytest.raises(NoNextMeetingError):
        carry_over(delegation.meeting, items=[], tasks=[], by=delegation.coordinator, at=AT)
