from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.models import ActivityEntry
from crm.changes.actions import CHANGED_SINCE, IN_USE, record_created, record_deleted, undo_changes
from crm.changes.errors import NothingToUndoError, TooLateToUndoError
from crm.changes.models import Change
from crm.changes.queries import changes_of, undoable_entries
from crm.memberships.actions import add_membership, end_membership
from crm.people.actions import create_organization, edit_organization, edit_people, edit_person
from crm.people.enums import OrganizationClassification
from crm.people.models import Membership, OtherName, Person
from crm.people.queries import search_people
from tests.factories.people import membership, organization, person

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


def latest_entry(verb: str) -> ActivityEntry:
    return ActivityEntry.objects.filter(verb=verb).latest("id")


def test_an_edit_keeps_only_the_columns_that_changed(coordinator: User) -> None:
    ada = person(name="Ada Quist", language="en")

    edit_person(ada, version=1, by=coordinator, at=AT, name="Ada Holm", language="en")

    change = Change.objects.get()
    assert (change.act, change.before, change.after) == ("updated", {"name": "Ada Quist"}, {"name": "Ada Holm"})
    assert change.entry == latest_entry("person.edited")


def test_an_edit_is_taken_back(coordinator: User) -> None:
    ada = person(name="Ada Quist")
    edit_person(ada, version=1, by=coordinator, at=AT, name="Ada Holm", family_name="Holm")

    undone = undo_changes(latest_entry("person.edited"), by=coordinator, at=LATER)

    ada.refresh_from_db()
    assert (ada.name, ada.family_name, ada.version, ada.updated_at) == ("Ada Quist", "", 3, LATER)
    assert (undone.set_back, undone.kept) == (1, [])


def test_search_follows_an_undo(coordinator: User) -> None:
    ada = person(name="Ada Quist")
    edit_person(ada, version=1, by=coordinator, at=AT, name="Ada Holm")

    undo_changes(latest_entry("person.edited"), by=coordinator, at=LATER)

    assert list(search_people(coordinator, "quist")) == [ada]
    assert list(search_people(coordinator, "holm")) == []


def test_undoing_twice_is_refused(coordinator: User) -> None:
    edit_person(person(), version=1, by=coordinator, at=AT, name="Ada Holm")
    entry = latest_entry("person.edited")
    undo_changes(entry, by=coordinator, at=LATER)

    with pytest.raises(NothingToUndoError):
        undo_changes(entry, by=coordinator, at=LATER)

    assert undoable_entries([entry.pk]) == set()
    assert ActivityEntry.objects.filter(verb="change.undone").count() == 1


def test_what_changed_again_since_stays(coordinator: User) -> None:
    ada = person(name="Ada Quist")
    edit_person(ada, version=1, by=coordinator, at=AT, name="Ada Holm")
    entry = latest_entry("person.edited")
    edit_person(ada, version=2, by=coordinator, at=AT, name="Ada Berg")

    undone = undo_changes(entry, by=coordinator, at=LATER)

    ada.refresh_from_db()
    assert (ada.name, undone.set_back) == ("Ada Berg", 0)
    assert [reason for _change, reason in undone.kept] == [CHANGED_SINCE]


def test_after_thirty_days_it_is_too_late(coordinator: User) -> None:
    edit_person(person(), version=1, by=coordinator, at=AT, name="Ada Holm")

    with pytest.raises(TooLateToUndoError):
        undo_changes(latest_entry("person.edited"), by=coordinator, at=AT + timedelta(days=31))


def test_an_added_row_is_taken_away(coordinator: User) -> None:
    add_membership(person=person(), organization=organization(), by=coordinator, at=AT)

    undo_changes(latest_entry("membership.added"), by=coordinator, at=LATER)

    assert Membership.objects.count() == 0


def test_an_added_row_something_refers_to_stays(coordinator: User) -> None:
    ada = person()
    entry = record("person.created", ada, by=coordinator, at=AT)
    record_created(entry, ada)
    membership(person=ada)

    undone = undo_changes(entry, by=coordinator, at=LATER)

    assert Person.objects.filter(pk=ada.pk).exists()
    assert [reason for _change, reason in undone.kept] == [IN_USE]


def test_a_deleted_row_comes_back_with_its_key(coordinator: User) -> None:
    ada = person()
    name = OtherName.objects.create(person=ada, name="Ada Holm", start_date="1975-03")
    entry = record("person.edited", ada, by=coordinator, at=AT)
    record_deleted(entry, name)
    key = name.pk
    name.delete()

    undo_changes(entry, by=coordinator, at=LATER)

    row = OtherName.objects.get()
    assert (row.pk, row.person, row.name, row.start_date) == (key, ada, "Ada Holm", "1975-03")


def test_an_end_is_taken_back(coordinator: User) -> None:
    seat = membership(start_date="2025-01-03")
    end_membership(seat, end_date="2026-05", by=coordinator, at=AT)

    undo_changes(latest_entry("membership.ended"), by=coordinator, at=LATER)

    seat.refresh_from_db()
    assert (seat.start_date, seat.end_date) == ("2025-01-03", "")


def test_the_history_of_a_row_is_read_newest_first(coordinator: User) -> None:
    body = create_organization(
        name="Harbour Board", classification=OrganizationClassification.AGENCY, by=coordinator, at=AT
    )
    edit_organization(body, version=1, by=coordinator, at=AT, name="Port Board")
    edit_organization(body, version=2, by=coordinator, at=AT, name="Port Authority")

    assert [change.after for change in changes_of(body)] == [{"name": "Port Authority"}, {"name": "Port Board"}]


def test_many_alike_edits_are_taken_back_together(
    coordinator: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    people = [person(language="en") for _number in range(10)]
    entry = record("bulk.set_language", people[0], by=coordinator, at=AT)
    edit_people(people, by=coordinator, at=AT, entry=entry, language="es")
    edit_person(people[3], version=2, by=coordinator, at=AT, language="fr")

    with django_assert_max_num_queries(20):
        undone = undo_changes(entry, by=coordinator, at=LATER)

    assert (undone.set_back, [change.object_id for change, _why in undone.kept]) == (9, [people[3].pk])
    assert sorted(Person.objects.values_list("language", "version")) == [("en", 3)] * 9 + [("fr", 3)]


def test_several_edits_of_one_row_are_taken_back_in_turn(coordinator: User) -> None:
    ada = person(language="en")
    entry = record("person.edited", ada, by=coordinator, at=AT)
    for version, language in enumerate(("es", "fr", "de"), start=1):
        edit_person(ada, version=version, by=coordinator, at=AT, entry=entry, language=language)

    undone = undo_changes(entry, by=coordinator, at=LATER)

    ada.refresh_from_db()
    assert (undone.set_back, ada.language) == (3, "en")
