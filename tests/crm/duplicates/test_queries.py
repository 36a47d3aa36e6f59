from datetime import UTC, datetime
from typing import Any

import pytest

from crm.access.enums import Role
from crm.access.models import User
from crm.duplicates.actions import mark_not_duplicate, renew_duplicate_pairs
from crm.duplicates.enums import Reason
from crm.duplicates.models import DuplicatePair, NotDuplicate
from crm.duplicates.queries import similar_people, undecided_pairs
from crm.duplicates.tasks import look_for_duplicates
from crm.people.actions import refresh_search_text
from crm.people.enums import Visibility
from tests.factories.access import user as make_user
from tests.factories.people import contact_detail, person

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
ON = AT.date()


def known(name: str, email: str = "", **fields: Any) -> Any:
    row = person(name=name, **fields)
    if email:
        contact_detail(person=row, value=email)
    refresh_search_text([row.pk], on=ON)
    return row


def test_a_name_with_a_slip_is_found_while_typing(coordinator: User) -> None:
    ada = known("Ada Quist")
    known("Bo Lund")

    found = similar_people(coordinator, name="Ada Quisst", on=ON)

    assert [(similar.person, similar.reasons) for similar in found] == [(ada, [Reason.NAME])]


def test_the_same_address_comes_first(coordinator: User) -> None:
    namesake = known("Ada Quist")
    mailed = known("A. Quist-Holm", "ada@quist.example")

    found = similar_people(coordinator, name="Ada Quist", email="ADA@quist.example ", on=ON)

    assert [similar.person for similar in found] == [mailed, namesake]


def test_hidden_people_are_never_similar(coordinator: User) -> None:
    known("Ada Quist", "ada@quist.example", visibility=Visibility.TEAM, owner=make_user(role=Role.DIRECTOR))

    assert similar_people(coordinator, name="Ada Quist", email="ada@quist.example", on=ON) == []


def test_the_nightly_look_finds_pairs_and_repeats_itself(coordinator: User) -> None:
    ada = known("Ada Quist", "ada@quist.example")
    twin = known("Quist, Ada", "ada@quist.example")
    known("Bo Lund", "bo@lund.example")

    counts = [renew_duplicate_pairs(at=AT) for _time in range(2)]

    assert counts == [1, 1]
    pair = DuplicatePair.objects.get()
    assert (pair.first, pair.second, pair.reasons) == (ada, twin, ["email", "name"])
    assert list(undecided_pairs(coordinator)) == [pair]


def test_the_look_rests_for_most_of_a_day() -> None:
    assert look_for_duplicates(AT) == 0
    known("Ada Quist", "ada@quist.example")
    known("Ada Quist", "ada@quist.example")

    assert look_for_duplicates(AT.replace(hour=20)) == 0
    assert look_for_duplicates(AT.replace(day=2)) == 1


def test_two_called_two_are_not_offered_again(coordinator: User) -> None:
    ada, twin = known("Ada Quist", "ada@quist.example"), known("Ada Quist", "ada@quist.example")

    for _time in range(2):
        mark_not_duplicate(twin, ada, by=coordinator, at=AT)
    renew_duplicate_pairs(at=AT)

    row = NotDuplicate.objects.get()
    assert (row.first, row.second, row.decided_by) == (ada, twin, coordinator)
    assert list(undecided_pairs(coordinator)) == []


def test_pairs_with_somebody_hidden_are_hidden(coordinator: User) -> None:
    known("Ada Quist", "ada@quist.example")
    known("Ada Quist", "ada@quist.example", visibility=Visibility.TEAM, owner=make_user(role=Role.DIRECTOR))
    renew_duplicate_pairs(at=AT)

    assert list(undecided_pairs(coordinator)) == []
    assert DuplicatePair.objects.visible_to(make_user(role=Role.DIRECTOR)).count() == 1
