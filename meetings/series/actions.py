"""Meetings that repeat: single meetings, each with its own UID, kept in step with one rule."""

from collections.abc import Collection
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.db.models import Model

from crm.access.models import User
from crm.activity.actions import record
from crm.base.locking import save_version
from crm.followups.models import Task
from meetings.agendas.actions import add_items
from meetings.agendas.models import AgendaItem
from meetings.attendees.actions import AttendeeInput, create_attendee, link_schedulers
from meetings.scheduling.actions import cancel_meeting, move_meeting
from meetings.scheduling.enums import AttendeeRole
from meetings.scheduling.models import Meeting
from meetings.scheduling.registry import Change, MeetingChange, announce
from meetings.scheduling.rules import check_running, zone_of
from meetings.series.enums import SeriesState
from meetings.series.errors import InSeriesError, NoNextMeetingError, NothingChosenError, SeriesEndedError
from meetings.series.models import CarriedItem, CarriedTask, MeetingSeries, SeriesOccurrence
from meetings.series.queries import next_of, occurrences_of, open_items, pattern_of, to_come, undone_tasks
from meetings.series.rules import HORIZON, Rule, check_rule, days_of, moments, parse_rule, was_moved_by_hand


@transaction.atomic
def start_series(meeting: Meeting, *, rule: Rule, until: date, by: User, at: datetime) -> MeetingSeries:
    """Repeat a meeting: it becomes the first of its series, and those up to `until` are planned.

    The second call raises InSeriesError. Raises RuleError or FirstDayError.
    """
    check_running(meeting)
    start = meeting.starts_at.astimezone(zone_of(meeting.time_zone))
    check_rule(rule, start.date())
    try:
        with transaction.atomic():
            series = MeetingSeries.objects.create(
                first_meeting=meeting,
                rule=str(rule),
                first_on=start.date(),
                starts_at_time=start.time(),
                duration_minutes=int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60,
                time_zone=meeting.time_zone,
                planned_until=start.date(),
                owner=by,
                created_at=at,
                updated_at=at,
            )
            _keep(series, start.date(), meeting)
    except IntegrityError as error:
        raise InSeriesError from error
    record("series.started", series, by=by, at=at, about=(meeting, meeting.person, meeting.ask))
    plan_occurrences(series, until=until, by=by, at=at)
    return series


@transaction.atomic
def plan_occurrences(series: MeetingSeries, *, until: date, by: User, at: datetime) -> list[Meeting]:
    """Make the meetings of the rule's days up to `until`, at most 400 days ahead, like those that follow the series.

    Days that had their meeting, also a cancelled one, and days that are over get none: the second call makes
    nothing. Raises SeriesEndedError.
    """
    series = lock_running(series)
    last = min(until, at.date() + HORIZON)
    taken = set(series.occurrences.values_list("occurs_on", flat=True))
    pattern, made = pattern_of(series, at), list[Meeting]()
    invited = _invited(pattern)
    for day in days_of(parse_rule(series.rule), series.first_on, last):
        times = moments(day, series.starts_at_time, series.duration_minutes, series.time_zone)
        if day not in taken and times[0] > at:
            made.append(_plan(series, day, times, pattern, invited, by, at))
    if last > series.planned_until:
        save_version(series, version=series.version, at=at, planned_until=last)
    if made:
        record("series.planned", series, by=by, at=at, about=_about(series), data={"meetings": len(made)})
    return made


@transaction.atomic
def change_series(
    series: MeetingSeries,
    *,
    rule: Rule,
    first_on: date,
    starts_at_time: time,
    duration_minutes: int,
    version: int,
    by: User,
    at: datetime,
) -> MeetingSeries:
    """Another rule or time from `first_on` on, counted from there; COUNT too.

    Moves what has neither begun nor was moved by hand, so that everybody gets a correct update; what the new
    rule has no day for is cancelled and leaves the series, and days it adds are planned. What happened stays as
    it was. The second call with the same version raises StaleVersionError; one that changes nothing moves nothing.
    """
    check_rule(rule, first_on)
    lock_running(series)
    values = {"rule": str(rule), "first_on": first_on, "starts_at_time": starts_at_time}
    series = save_version(series, version=version, at=at, duration_minutes=duration_minutes, **values)
    record("series.changed", series, by=by, at=at, about=_about(series))
    movable = [each for each in to_come(series, at) if not was_moved_by_hand(each)]
    movable_keys = {each.pk for each in movable}
    fixed = {each.occurs_on for each in occurrences_of(series) if each.pk not in movable_keys}
    days = [
        day for day in days_of(rule, first_on, series.planned_until) if day not in fixed and _is_ahead(series, day, at)
    ]
    for occurrence, day in _matched(movable, days):
        if day is None:
            meeting = occurrence.meeting
            cancel_meeting(meeting, version=meeting.version, by=by, at=at)
            occurrence.delete()
        else:
            _move(occurrence, day, series, by, at)
    plan_occurrences(series, until=series.planned_until, by=by, at=at)
    series.refresh_from_db()
    return series


@transaction.atomic
def end_series(series: MeetingSeries, *, version: int, by: User, at: datetime) -> MeetingSeries:
    """running → ended; what has not begun is cancelled and everybody told. The second call raises SeriesEndedError."""
    lock_running(series)
    series = save_version(series, version=version, at=at, state=SeriesState.ENDED)
    record("series.ended", series, by=by, at=at, about=_about(series))
    for occurrence in to_come(series, at):
        cancel_meeting(occurrence.meeting, version=occurrence.meeting.version, by=by, at=at)
    return series


@transaction.atomic
def carry_over(
    meeting: Meeting, *, items: Collection[AgendaItem], tasks: Collection[Task], by: User, at: datetime
) -> Meeting:
    """Hand open points and undone tasks on to the next meeting of the series that stands; gives that meeting.

    Points are added to the end of its agenda, so everybody invited hears of them. Each point and task goes on
    once: what was carried before is left out, and a call that has nothing left raises NothingChosenError.
    Raises NoNextMeetingError.
    """
    following = next_of(meeting)
    if following is None:
        raise NoNextMeetingError
    following = Meeting.objects.select_for_update(of=("self",)).get(pk=following.pk)
    wanted = {each.pk for each in items}
    points = [each for each in open_items(meeting) if each.pk in wanted]
    asked = {each.pk for each in tasks}
    undone = [each for each in undone_tasks(meeting, by) if each.pk in asked]
    if not points and not undone:
        raise NothingChosenError
    if points:
        CarriedItem.objects.bulk_create(
            CarriedItem(from_item=each, to_meeting=following, carried_at=at) for each in points
        )
        add_items(following, points, by=by, at=at)
    CarriedTask.objects.bulk_create(
        CarriedTask(task=each, from_meeting=meeting, to_meeting=following, carried_at=at) for each in undone
    )
    data = {"items": len(points), "tasks": len(undone)}
    record("meeting.carried_over", meeting, by=by, at=at, about=(following, meeting.person), data=data)
    return following


def lock_running(series: MeetingSeries) -> MeetingSeries:
    """The row, held until the end: two planners make no day twice and no half of a change is seen."""
    found = MeetingSeries.objects.select_for_update(of=("self",)).get(pk=series.pk)
    if found.state != SeriesState.RUNNING:
        raise SeriesEndedError
    return found


def _is_ahead(series: MeetingSeries, day: date, at: datetime) -> bool:
    return moments(day, series.starts_at_time, series.duration_minutes, series.time_zone)[0] > at


def _matched(movable: list[SeriesOccurrence], days: list[date]) -> list[tuple[SeriesOccurrence, date | None]]:
    """Whoever keeps the day stays; the others take the free days in order, and None when there is none left."""
    kept = {each.occurs_on for each in movable} & set(days)
    free = iter([day for day in days if day not in kept])
    return [(each, each.occurs_on if each.occurs_on in kept else next(free, None)) for each in movable]


def _move(occurrence: SeriesOccurrence, day: date, series: MeetingSeries, by: User, at: datetime) -> None:
    starts_at, ends_at = moments(day, series.starts_at_time, series.duration_minutes, series.time_zone)
    SeriesOccurrence.objects.filter(pk=occurrence.pk).update(
        occurs_on=day, planned_starts_at=starts_at, planned_ends_at=ends_at
    )
    meeting = occurrence.meeting
    move_meeting(meeting, version=meeting.version, by=by, at=at, starts_at=starts_at, ends_at=ends_at)


def _keep(series: MeetingSeries, day: date, meeting: Meeting) -> None:
    SeriesOccurrence.objects.create(
        series=series,
        occurs_on=day,
        meeting=meeting,
        planned_starts_at=meeting.starts_at,
        planned_ends_at=meeting.ends_at,
    )


def _plan(
    series: MeetingSeries,
    day: date,
    times: tuple[datetime, datetime],
    pattern: Meeting,
    invited: list[AttendeeInput],
    by: User,
    at: datetime,
) -> Meeting:
    copied = {name: getattr(pattern, name) for name in _COPIED}
    meeting = Meeting.objects.create(
        starts_at=times[0], ends_at=times[1], time_zone=series.time_zone, created_at=at, updated_at=at, **copied
    )
    _keep(series, day, meeting)
    for each in invited:
        create_attendee(meeting, each)
    link_schedulers(meeting)
    record("meeting.confirmed", meeting, by=by, at=at, about=(series, meeting.person, meeting.ask))
    announce(MeetingChange(Change.CONFIRMED, meeting, by, at))
    return meeting


_COPIED = (
    "person ask title description format venue join_url owner organizer_name organizer_email is_confidential".split()
)


def _invited(pattern: Meeting) -> list[AttendeeInput]:
    people = pattern.attendees.filter(removed_at=None).select_related("person", "user").order_by("id")
    return [AttendeeInput(a.name, a.email, AttendeeRole(a.role), a.person, a.user) for a in people]


def _about(series: MeetingSeries) -> tuple[Model, ...]:
    return (series.first_meeting, series.first_meeting.person)
