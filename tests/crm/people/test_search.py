from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q

from crm.access import queries as lookups
from crm.base.text import fold
from crm.people import fts5
from crm.people.actions import keep_search_index
from crm.people.models import Person
from crm.people.queries import matching, member_of, of_party
from tests.factories.people import membership, organization, person

pytestmark = pytest.mark.django_db
DOCUMENTS = (
    "zoe angstrom\nzoe@house.example\ncommittee on rivers",
    "lucas cano\nca-12\ncalifornia",
    "ada\ncommittee on ca rivers\nx y z",
    'o\'brien "bo" 100%_sure\nab cd ef\nab',
    "",
)
ASKED = (
    *("zoe", "ANGSTROM zoë", "ca", "c", "on", "y", "z", "ef", "ab", "cd", '"bo"', "o'brien", "100%", "%_s", "_"),
    *("committee rivers", "committee ca", "house.example", "(", "*", "a* OR b", "nobody", "a\x00da", "-12", "12"),
)


def plainly(text: str) -> set[int]:
    """What the words of the search promise, asked of the column without any index."""
    people = Person.objects.all()
    for word in fold(text.replace("\x00", "")).split():
        begins = Q(search_text__startswith=word) | Q(search_text__contains=f"\n{word}")
        begins |= Q(search_text__contains=f" {word} ")
        people = people.filter(Q(search_text__contains=word) if len(word) > 2 else begins)
    return set(people.values_list("pk", flat=True))


def found(text: str) -> set[int]:
    return set(matching(Person.objects.all(), text).values_list("pk", flat=True))


def test_the_index_finds_what_a_plain_reading_of_the_words_finds(monkeypatch) -> None:
    for document in DOCUMENTS:
        person(search_text=document)

    few = {text: found(text) for text in ASKED}
    monkeypatch.setattr(lookups, "SPARSE", 0)
    many = {text: found(text) for text in ASKED}

    assert few == {text: plainly(text) for text in ASKED}
    assert many == few
    assert len(few["ca"]) == 2


@pytest.mark.parametrize("sparse", [0, 1, 2, 100])
def test_conditions_of_many_meet_in_whoever_meets_all(sparse: int, monkeypatch) -> None:
    monkeypatch.setattr(lookups, "SPARSE", sparse)
    teal, plum = organization(name="Teal", classification="party"), organization(name="Plum", classification="party")
    chamber, today = organization(name="Assembly", classification="chamber"), date(2026, 6, 1)
    for number in range(12):
        somebody = person(name=f"Shan {number}" if number % 2 else f"Ren {number}", sort_name=f"{number:02}")
        words = f"shan {number}" if number % 2 else f"ren {number}"
        Person.objects.filter(pk=somebody.pk).update(search_text=words)
        party = teal if number % 3 else plum
        membership(person=somebody, organization=chamber, on_behalf_of=party)
        if number % 4 == 0:
            membership(person=somebody, organization=teal)

    membership(person=None, member_organization=plum, organization=teal)

    def names(people: Any) -> list[str]:
        return [each.sort_name for each in people.order_by("sort_name")]

    of_teal = {number for number in range(12) if number % 3 or number % 4 == 0}
    shans = {number for number in range(12) if number % 2}
    everybody = Person.objects.all()
    assert names(of_party(everybody, teal, today)) == [f"{number:02}" for number in sorted(of_teal)]
    found = matching(member_of(of_party(everybody, teal, today), chamber, today), "shan")
    assert names(found) == [f"{number:02}" for number in sorted(of_teal & shans)]
    assert found.count() == len(of_teal & shans)


def test_the_index_follows_every_way_of_writing() -> None:
    made = person(search_text="first words")
    rows = Person.objects.bulk_create(
        Person(name=name, sort_name=name, search_text=name, created_at=made.created_at, updated_at=made.updated_at)
        for name in ("bulk one", "bulk two")
    )
    for row in rows:
        row.search_text = f"changed {row.name}"
    Person.objects.bulk_update(rows, ["search_text"])
    Person.objects.filter(pk=made.pk).update(search_text="second words")
    rows[1].delete()

    assert [found(text) for text in ("changed", "first", "second", "bulk two")] == [
        {rows[0].pk},
        set(),
        {made.pk},
        set(),
    ]


def test_the_index_is_made_once_and_again_when_a_migration_lost_it() -> None:
    made = person(search_text="kept words")
    again = keep_search_index(connection)

    connection.check_constraints()
    lost = "TRIGGER crm_person_fts_added" if connection.vendor == "sqlite" else "INDEX crm_person_search_trigrams"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP {lost}")
    person(search_text="kept later")
    connection.check_constraints()
    mended = keep_search_index(connection)

    assert (again, mended, len(found("kept")), found("kept words")) == (False, True, 2, {made.pk})


def test_a_refused_write_leaves_no_trace_in_the_index() -> None:
    made = person(search_text="before")

    with transaction.atomic():
        Person.objects.filter(pk=made.pk).update(search_text="after")
        transaction.set_rollback(True)

    assert (found("before"), found("after")) == ({made.pk}, set())


def test_a_quote_in_a_word_stays_a_word_for_sqlite() -> None:
    assert fts5.expression(['a"b"c', "ca"]) == '"a""b""c" AND ("\n\nca" OR " ca ")'
