from datetime import UTC, datetime, time

import pytest

from crm.activity.queries import timeline_of
from crm.people.enums import Visibility
from meetings.lobbydays.actions import finish_day
from meetings.lobbydays.errors import DayOverError
from meetings.lobbydays.models import Delegate
from meetings.rosters.actions import import_roster
from meetings.rosters.enums import Fate
from meetings.rosters.errors import RosterChangedError, WrongRowsError
from meetings.rosters.queries import roster_rows
from meetings.rosters.resources import read_upload
from meetings.rosters.rules import digest_of
from tests.factories.access import user as make_user
from tests.factories.lobbydays import delegate, lobby_day
from tests.factories.people import contact_detail, person
from tests.factories.places import area, postcode_area
from tests.meetings.rosters.tables import csv_file

AT = datetime(2026, 6, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def day(coordinator):
    return lobby_day(owner=coordinator)


def look(day, by, *lines: str):
    sheet = read_upload(csv_file(*lines))
    return sheet, roster_rows(day, sheet.drafts(), sheet.columns, by)


def bring(day, by, *lines: str) -> list[Delegate]:
    sheet, rows = look(day, by, *lines)
    return import_roster(day, sheet.drafts(), sheet.columns, digest=digest_of(rows), by=by, at=AT)


def fates(rows) -> list[tuple[int, str]]:
    return [(row.draft.number, str(row.fate)) for row in rows]


def faults(rows) -> list[tuple[int, str, str]]:
    return [(row.draft.number, fault.column, fault.sentence) for row in rows for fault in row.faults]


def test_a_table_brings_everybody_once(day, coordinator) -> None:
    home, ours = area(code="FH-99"), person(name="Lou Known", language="es")
    contact_detail(person=ours, value="Lou@home.example")
    lines = ("Kim Vale,kim@home.example,fh-99,,yes,09:00,13:00,en", ",lou@home.example", "Ann Noaddress")

    made = bring(day, coordinator, *lines)
    again = bring(day, coordinator, *reversed(lines))

    fields = ("name", "email", "person", "area", "can_lead", "free_from", "free_until", "language")
    assert list(day.delegates.order_by("id").values_list(*fields)) == [
        ("Kim Vale", "kim@home.example", None, home.pk, True, time(9), time(13), "en"),
        ("Lou Known", "lou@home.example", ours.pk, None, False, None, None, "es"),
        ("Ann Noaddress", "", None, None, False, None, None, "en"),
    ]
    assert (len(made), again) == (3, [])
    assert [entry.verb for entry in timeline_of(day)] == ["lobby_day.delegates_added"]
    assert [entry.data for entry in timeline_of(ours)] == [{"count": 3}]
    assert [entry.verb for entry in timeline_of(made[0])] == ["lobby_day.delegates_added"]


def test_an_error_keeps_everybody_out(day, coordinator) -> None:
    with pytest.raises(WrongRowsError):
        bring(day, coordinator, "Kim Vale,kim@home.example", "Lou,lou@")

    assert (Delegate.objects.count(), timeline_of(day).count()) == (0, 0)


def test_what_was_not_looked_at_is_not_done(day, coordinator) -> None:
    sheet, rows = look(day, coordinator, "Kim Vale,kim@home.example", "Lou,lou@home.example")
    delegate(lobby_day=day, email="lou@home.example")

    with pytest.raises(RosterChangedError):
        import_roster(day, sheet.drafts(), sheet.columns, digest=digest_of(rows), by=coordinator, at=AT)

    assert Delegate.objects.count() == 1


def test_nobody_joins_a_day_that_is_over(day, coordinator) -> None:
    finish_day(day, version=1, by=coordinator, at=AT)

    with pytest.raises(DayOverError):
        bring(day, coordinator, "Kim Vale")


def test_who_is_there_already_stays_and_it_is_said_what_differs(day, coordinator) -> None:
    ours = person(name="Lou Known")
    contact_detail(person=ours, value="lou@new.example")
    delegate(lobby_day=day, name="Lou", email="lou@old.example", person=ours)
    delegate(lobby_day=day, name="Kim Vale", email="kim@home.example", can_lead=True, left_at=AT)

    _sheet, rows = look(day, coordinator, "Kim Vale,KIM@home.example,,,no", "Lou,lou@new.example")

    assert fates(rows) == [(2, "there"), (3, "there")]
    assert rows[0].notes == [
        "The file says something else in: Can lead. Change the entry by hand if it is right.",
        "It was noted that they cannot come.",
    ]
    assert rows[1].notes == []


def test_two_rows_about_one_person(day, coordinator) -> None:
    lines = ("Kim,kim@home.example", "Kim,KIM@home.example", "Kim V,kim@home.example", "Ann", "Ann", "ann,,,,yes")

    _sheet, rows = look(day, coordinator, *lines)

    assert [str(row.fate) for row in rows] == ["new", "repeated", "wrong", "new", "repeated", "wrong"]
    assert rows[1].notes == ["The same as row 2."]
    assert faults(rows) == [
        (4, "E-mail", "Row 2 is about the same person and says something else; keep one of them."),
        (7, "Name", "Row 5 is about the same person and says something else; keep one of them."),
    ]


def test_a_name_alone_is_never_taken_for_somebody_with_an_address(day, coordinator) -> None:
    delegate(lobby_day=day, name="Kim Vale", email="kim@home.example")

    _sheet, rows = look(day, coordinator, "kim vale")

    sentence = "Somebody of this name is in the delegation with an address; write the address in the file."
    assert faults(rows) == [(2, "Name", sentence)]
    _sheet, rows = look(day, coordinator, "kim vale,kim@")
    assert [fault[1] for fault in faults(rows)] == ["E-mail"]


def test_a_person_one_may_not_see_is_not_taken(day, coordinator) -> None:
    hidden = person(name="Kept Apart", visibility=Visibility.TEAM, owner=make_user())
    contact_detail(person=hidden, value="kim@home.example")

    _sheet, rows = look(day, coordinator, "Kim,kim@home.example", ",kim@home.example")

    assert rows[0].values["person"] is None
    assert faults(rows)[0] == (3, "Name", "This is empty; fill it in the file.")


def test_two_people_of_one_address_are_not_guessed(day, coordinator) -> None:
    for name in ("Kim", "Lou"):
        contact_detail(person=person(name=name), value="both@home.example")

    _sheet, rows = look(day, coordinator, "Kim,both@home.example")

    assert (rows[0].values["person"], fates(rows)) == (None, [(2, "new")])
    assert rows[0].notes == ["Several people of ours have this address, so none was taken for this one."]


def test_a_district_is_a_code_a_name_a_division_or_a_postcode(day, coordinator) -> None:
    home = area(code="FH-99", name="Harbour", identifier="ocd-division/country:us/state:fh/cd:99")
    postcode_area(postcode="01234", area=home)
    district = (home.code, home.name.upper(), home.identifier, "01234-5555", "")

    _sheet, rows = look(day, coordinator, *(f"Kim {n},,{text},01234" for n, text in enumerate(district)))

    assert [row.values["area"] for row in rows] == [home] * 5


def test_a_district_in_doubt_is_an_error_and_a_postcode_in_doubt_a_note(day, coordinator) -> None:
    one, two = area(code="7", identifier="ocd-division/a"), area(code="7", identifier="ocd-division/b")
    area(code="8", valid_until="2020")
    for each in (one, two):
        postcode_area(postcode="01234", area=each, share="0.5")

    _sheet, rows = look(day, coordinator, "Kim,,7", "Lou,,Nowhere", "Ann,,8", "Bea,,,01234", "Cy,,,99999")

    unknown = "No district has this code or name. Correct it, or give a postcode instead."
    several = "This means several districts. Write the division id, for example one of: ocd-division/a, ocd-division/b."
    assert faults(rows) == [(2, "District", several), (3, "District", unknown), (4, "District", unknown)]
    assert [row.notes for row in rows[3:]] == [
        ["This postcode lies in several districts, so none was taken: write the district."],
        ["No table of ours has this postcode, so no district was taken: write the district."],
    ]
    assert [row.fate for row in rows[3:]] == [Fate.NEW, Fate.NEW]


def test_the_end_comes_after_the_start(day, coordinator) -> None:
    _sheet, rows = look(day, coordinator, "Kim,,,,,14:00,13:00")

    assert faults(rows) == [(2, "Free until", "The end must come after the start. Correct the times.")]


def test_many_rows_take_as_many_queries_as_one(day, coordinator, django_assert_max_num_queries) -> None:
    for n in range(40):
        home = area()
        postcode_area(postcode=f"9{n:04}", area=home)
        contact_detail(person=person(), value=f"kim{n}@home.example")
    lines = [f"Kim {n},kim{n}@home.example,{'' if n % 2 else f'9{n:04}'},9{n:04}" for n in range(40)]

    with django_assert_max_num_queries(12) as one:
        look(day, coordinator, lines[0])
    with django_assert_max_num_queries(12) as many:
        _sheet, rows = look(day, coordinator, *lines)

    assert len(many) == len(one)
    assert {row.fate for row in rows} == {Fate.NEW}
