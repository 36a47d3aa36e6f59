"""The day, its buildings, its offices and its delegation. Who goes where is `meetings.teams`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.base.locking import save_version
from crm.base.rows import lock_owner
from crm.base.text import clean_text, one_line
from crm.issues.models import Ask
from crm.people.models import Person
from crm.people.queries import district_of, mail_address_of, seat_of
from crm.places.models import Area
from meetings.lobbydays.enums import DayState
from meetings.lobbydays.errors import (
    AlreadyConfirmedError,
    DayOverError,
    DayTimesError,
    DelegateTwiceError,
    SameBuildingError,
)
from meetings.lobbydays.models import Building, Delegate, LobbyDay, LobbyOffice, WalkingTime
from meetings.lobbydays.queries import is_confirmed, people_to_add
from meetings.scheduling.queries import language_of
from meetings.scheduling.rules import zone_of

Values = Mapping[str, Any]
DAY_FIELDS = frozenset(
    "title held_on time_zone opens closes slot_minutes buffer_minutes walk_minutes team_size max_meetings".split()
)
OFFICE_FIELDS = frozenset("building room area free_from free_until priority".split())
DELEGATE_FIELDS = frozenset("name email area can_lead free_from free_until language note".split())


@dataclass(frozen=True)
class DelegateInput:
    """Somebody to take along: a person of ours, or a name with perhaps an address."""

    name: str
    email: str = ""
    person: Person | None = None
    area: Area | None = None
    can_lead: bool = False
    free_from: time | None = None
    free_until: time | None = None
    language: str = "en"
    note: str = ""


@transaction.atomic
def create_day(
    *,
    title: str,
    held_on: date,
    time_zone: str,
    opens: time,
    closes: time,
    ask: Ask,
    owner: User,
    by: User,
    at: datetime,
    **terms: int,
) -> LobbyDay:
    """A lobby day without offices or delegates. `terms` are the minutes and sizes. A second call makes a second day."""
    _check(terms, DAY_FIELDS)
    _in_order(opens, closes)
    zone_of(time_zone)
    day = LobbyDay.objects.create(
        title=one_line(title, limit=150),
        held_on=held_on,
        time_zone=time_zone,
        opens=opens,
        closes=closes,
        ask=ask,
        owner=owner,
        created_at=at,
        updated_at=at,
        **terms,
    )
    record("lobby_day.created", day, by=by, at=at, about=(ask,))
    return day


@transaction.atomic
def edit_day(day: LobbyDay, *, version: int, by: User, at: datetime, **values: Any) -> LobbyDay:
    """Other times or terms; plan again afterwards. The same values again write nothing, an old version is stale."""
    _check(values, DAY_FIELDS)
    check_open(day)
    _in_order(values.get("opens", day.opens), values.get("closes", day.closes))
    zone_of(values.get("time_zone", day.time_zone))
    return _edit(day, "lobby_day.edited", day, _changed(day, values), version, by, at)


@transaction.atomic
def finish_day(day: LobbyDay, *, version: int, by: User, at: datetime) -> LobbyDay:
    """planning | published → done: nothing is planned or mailed any more. The second call raises DayOverError."""
    check_open(day)
    save_version(day, version=version, at=at, state=DayState.DONE)
    record("lobby_day.finished", day, by=by, at=at, about=(day.ask,))
    return day


def check_open(day: LobbyDay) -> None:
    """Raises DayOverError."""
    if day.state == DayState.DONE:
        raise DayOverError


@transaction.atomic
def add_building(*, name: str, by: User, at: datetime, address: str = "") -> Building:
    """A house with offices. The second call with a name gives the same row."""
    name = one_line(name, limit=100)
    building, is_new = Building.objects.get_or_create(name=name, defaults={"address": one_line(address, limit=300)})
    if is_new:
        record("building.added", building, by=by, at=at)
    return building


@transaction.atomic
def set_walk(start: Building, end: Building, *, minutes: int, by: User, at: datetime) -> WalkingTime:
    """How long the way between two buildings takes, both ways. The second call with the same minutes writes nothing."""
    if start.pk == end.pk:
        raise SameBuildingError
    first, last = sorted((start, end), key=lambda each: each.pk)
    walk, is_new = WalkingTime.objects.get_or_create(start=first, end=last, defaults={"minutes": minutes})
    if is_new or walk.minutes != minutes:
        WalkingTime.objects.filter(pk=walk.pk).update(minutes=minutes)
        walk.minutes = minutes
        record("building.walk_set", first, by=by, at=at, about=(last,), data={"minutes": minutes})
    return walk


@transaction.atomic
def add_offices(
    day: LobbyDay, people: Iterable[Person], *, by: User, at: datetime, building: Building | None = None
) -> list[LobbyOffice]:
    """Put the offices of these policymakers on the day, each with the district and body of its seat.

    Gives those that are new; the second call with the same people adds nobody and leaves no entry.
    """
    check_open(day)
    lock_owner(day)
    made = []
    for person in people_to_add(day, people):
        seat = seat_of(person, day.held_on)
        made.append(
            LobbyOffice.objects.create(
                lobby_day=day,
                person=person,
                organization=seat.organization if seat else None,
                area=district_of(person, day.held_on),
                building=building,
                created_at=at,
                updated_at=at,
            )
        )
    if made:
        names = [each.person for each in made]
        record("lobby_day.offices_added", day, by=by, at=at, about=names, data={"count": len(made)})
    return made


@transaction.atomic
def edit_office(office: LobbyOffice, *, version: int, by: User, at: datetime, **values: Any) -> LobbyOffice:
    """Another building, room, district, priority or other times; plan again afterwards.

    The same values again write nothing; an old version raises StaleVersionError.
    """
    _check(values, OFFICE_FIELDS)
    check_open(office.lobby_day)
    _in_order(values.get("free_from", office.free_from), values.get("free_until", office.free_until))
    return _edit(office, "lobby_office.edited", office.lobby_day, _changed(office, values), version, by, at)


@transaction.atomic
def remove_office(office: LobbyOffice, *, by: User, at: datetime) -> None:
    """Take an office off the day. Raises AlreadyConfirmedError while a meeting stands. The second call does nothing."""
    check_open(office.lobby_day)
    found = LobbyOffice.objects.select_for_update(of=("self",)).select_related("meeting").filter(pk=office.pk).first()
    if found is None:
        return
    if is_confirmed(found):
        raise AlreadyConfirmedError
    record("lobby_day.office_removed", office.lobby_day, by=by, at=at, about=(office.person,))
    found.delete()


@transaction.atomic
def add_delegate(day: LobbyDay, given: DelegateInput, *, by: User, at: datetime) -> Delegate:
    """Somebody comes along. The second call with the same person or address raises DelegateTwiceError."""
    check_open(day)
    _in_order(given.free_from, given.free_until)
    delegate = _delegate(day, given, at)
    try:
        with transaction.atomic():
            delegate.save(force_insert=True)
    except IntegrityError as error:
        raise DelegateTwiceError from error
    record("delegate.added", delegate, by=by, at=at, about=(day, given.person))
    return delegate


@transaction.atomic
def add_delegates(day: LobbyDay, given: Sequence[DelegateInput], *, by: User, at: datetime) -> list[Delegate]:
    """Many come along at once, all or none: one entry for the day and everybody.

    The second call with any of them raises DelegateTwiceError and adds nobody.
    """
    check_open(day)
    for each in given:
        _in_order(each.free_from, each.free_until)
    try:
        with transaction.atomic():
            made = Delegate.objects.bulk_create([_delegate(day, each, at) for each in given], batch_size=500)
    except IntegrityError as error:
        raise DelegateTwiceError from error
    if made:
        about = (*made, *(each.person for each in made))
        record("lobby_day.delegates_added", day, by=by, at=at, about=about, data={"count": len(made)})
    return made


def _delegate(day: LobbyDay, given: DelegateInput, at: datetime) -> Delegate:
    return Delegate(
        lobby_day=day,
        name=one_line(given.name, limit=200),
        email=given.email.strip().lower(),
        person=given.person,
        area=given.area,
        can_lead=given.can_lead,
        free_from=given.free_from,
        free_until=given.free_until,
        language=given.language,
        note=clean_text(given.note),
        created_at=at,
        updated_at=at,
    )


def add_people(day: LobbyDay, people: Iterable[Person], *, by: User, at: datetime) -> list[Delegate]:
    """Take people of ours along, each with address, language and district. The second call adds only the new."""
    made = []
    there = set(day.delegates.exclude(person=None).values_list("person_id", flat=True))
    for person in dict.fromkeys(people):
        if person.pk not in there:
            email, area = mail_address_of(person, day.held_on) or "", district_of(person, day.held_on)
            given = DelegateInput(person.name, email, person, area, language=language_of(person))
            made.append(add_delegate(day, given, by=by, at=at))
    return made


@transaction.atomic
def edit_delegate(delegate: Delegate, *, version: int, by: User, at: datetime, **values: Any) -> Delegate:
    """Other hours, district or words; plan again afterwards. The same values again write nothing."""
    _check(values, DELEGATE_FIELDS)
    check_open(delegate.lobby_day)
    _in_order(values.get("free_from", delegate.free_from), values.get("free_until", delegate.free_until))
    changed = _changed(delegate, values)
    try:
        with transaction.atomic():
            return _edit(delegate, "delegate.edited", delegate.lobby_day, changed, version, by, at)
    except IntegrityError as error:
        raise DelegateTwiceError from error


def _edit(row: Any, verb: str, day: LobbyDay, changed: Values, version: int, by: User, at: datetime) -> Any:
    if not changed:
        return row
    save_version(row, version=version, at=at, **changed)
    record(verb, row, by=by, at=at, about=(day, getattr(row, "person", None)), data={"fields": sorted(changed)})
    return row


def _changed(row: Any, values: Values) -> dict[str, Any]:
    kept = {
        name: (clean_text(value) if name == "note" else one_line(value)) if isinstance(value, str) else value
        for name, value in values.items()
    }
    if "email" in kept:
        kept["email"] = kept["email"].lower()
    return {name: value for name, value in kept.items() if getattr(row, name) != value}


def _check(values: Values, known: frozenset[str]) -> None:
    if unknown := set(values) - known:
        raise TypeError(f"cannot change {sorted(unknown)}")


def _in_order(start: time | None, end: time | None) -> None:
    if start is not None and end is not None and end <= start:
        raise DayTimesError
