from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.activity.views import timeline_context
from crm.base.errors import StaleVersionError
from crm.changes.actions import undo_changes
from crm.duplicates.actions import merge_organizations, merge_people
from crm.duplicates.errors import AlreadyMergedError, MergeWithItselfError
from crm.people.actions import edit_person, refresh_search_text
from crm.people.enums import ContactType
from crm.people.models import ContactDetail, Identifier, Membership, Organization, OtherName, Person, Post
from crm.people.queries import search_people, survivor_of
from tests.factories.access import user as make_user
from tests.factories.followups import commitment, task
from tests.factories.meetings import meeting
from tests.factories.people import contact_detail, membership, organization, person, post

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


def dump() -> dict[str, list[dict[str, Any]]]:
    """Every row a merge may touch, without what only says that it was touched."""
    skipped = {"version", "updated_at"}
    models = (Person, ContactDetail, Identifier, Membership, Organization, OtherName, Post)
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name not in skipped}
            for row in model._base_manager.order_by("pk").values()
        ]
        for model in models
    }


def test_one_person_is_made_of_two_with_a_choice_per_field(coordinator: User) -> None:
    ada = person(name="Ada Quist", language="", birth_date="1975")
    twin = person(name="Ada M. Quist", language="es", birth_date="1975-03-02")

    merge_people(ada, twin, taken=["birth_date", "language"], version=1, by=coordinator, at=AT)

    ada.refresh_from_db()
    twin.refresh_from_db()
    assert (ada.name, ada.language, ada.birth_date) == ("Ada Quist", "es", "1975-03-02")
    assert (twin.merged_into, survivor_of(twin.public_id)) == (ada, ada)
    assert list(Person.objects.visible_to(coordinator)) == [ada]
    assert [row.name for row in ada.othernames.all()] == ["Ada M. Quist"]


def test_the_name_given_up_still_finds_the_survivor(coordinator: User) -> None:
    ada, twin = person(name="Ada Quist"), person(name="Adelheid Holm")

    merge_people(ada, twin, taken=["name"], version=1, by=coordinator, at=AT)

    assert list(search_people(coordinator, "ada quist")) == [ada]
    assert list(search_people(coordinator, "adelheid")) == [ada]


def test_everything_that_named_the_one_names_the_other(coordinator: User) -> None:
    ada, twin = person(), person()
    rows = [contact_detail(person=twin), commitment(twin), task(person=twin), meeting(person=twin)]
    seat = membership(person=twin)

    merged = merge_people(ada, twin, version=1, by=coordinator, at=AT)

    for row in (*rows, seat):
        row.refresh_from_db()
        assert row.person == ada
    assert merged.stayed == []


def test_what_both_had_is_kept_once(coordinator: User) -> None:
    ada, twin, body = person(), person(), organization()
    for each in (ada, twin):
        contact_detail(person=each, type=ContactType.EMAIL, value="ada@quist.example")
        membership(person=each, organization=body, start_date="2025-01-03")

    merged = merge_people(ada, twin, version=1, by=coordinator, at=AT)

    assert ContactDetail.objects.count() == 1
    assert Membership.objects.count() == 1
    assert dict(merged.dropped) == {"crm.contactdetail": 1, "crm.membership": 1}


@pytest.mark.parametrize("turned", [False, True])
def test_a_term_with_and_without_its_dates_becomes_one(coordinator: User, turned: bool) -> None:
    ada, twin, body = person(), person(), organization()
    seat = post(organization=body)
    term = {"start_date": "2023-01-04", "end_date": "2025-01-03", "legislative_period": "118"}
    for each, dates in zip((twin, ada) if turned else (ada, twin), ({}, term), strict=True):
        membership(person=each, organization=body, post=seat, label="Member" if dates else "", **dates)
    refresh_search_text([ada.pk, twin.pk], on=AT.date())
    before = dump()

    merged = merge_people(ada, twin, version=1, by=coordinator, at=AT)
    kept = Membership.objects.values("person", "post", "label", *term).get()
    undone = undo_changes(merged.entry, by=coordinator, at=LATER)

    assert kept == {"person": ada.pk, "post": seat.pk, "label": "Member", **term}
    assert (dump(), undone.kept) == (before, [])


@pytest.mark.parametrize(
    ("of_ada", "of_twin"),
    [
        ([{"start_date": "2023"}], [{"start_date": "2019"}]),
        ([{}], [{"start_date": "2019"}, {"start_date": "2023"}]),
        ([{"legislative_period": "117"}], [{"start_date": "2023", "legislative_period": "118"}]),
        ([{"label": "Clerk"}], [{"start_date": "2023", "label": "Speaker"}]),
    ],
)
def test_what_may_be_two_terms_stays_two(
    coordinator: User, of_ada: list[dict[str, str]], of_twin: list[dict[str, str]]
) -> None:
    ada, twin, body = person(), person(), organization()
    for each, held in ((ada, of_ada), (twin, of_twin)):
        for fields in held:
            membership(person=each, organization=body, **fields)

    merge_people(ada, twin, version=1, by=coordinator, at=AT)

    assert Membership.objects.filter(person=ada).count() == len(of_ada) + len(of_twin)


def test_a_merge_is_taken_back_whole(coordinator: User) -> None:
    ada, twin, body = person(name="Ada Quist"), person(name="Ada Holm", language="es"), organization()
    for each in (ada, twin):
        contact_detail(person=each, value="ada@quist.example")
        membership(person=each, organization=body)
    Identifier.objects.create(person=twin, scheme="wikidata", identifier="Q1")
    refresh_search_text([ada.pk, twin.pk], on=AT.date())
    before = dump()

    merged = merge_people(ada, twin, taken=["language"], version=1, by=coordinator, at=AT)
    undone = undo_changes(merged.entry, by=coordinator, at=LATER)

    assert dump() == before
    assert undone.kept == []


def test_merging_again_is_refused(coordinator: User) -> None:
    ada, twin = person(), person()
    merge_people(ada, twin, version=1, by=coordinator, at=AT)

    with pytest.raises(AlreadyMergedError):
        merge_people(ada, twin, version=2, by=coordinator, at=LATER)

    assert ActivityEntry.objects.filter(verb="person.merged").count() == 1


def test_nobody_is_merged_with_herself(coordinator: User) -> None:
    ada = person()

    with pytest.raises(MergeWithItselfError):
        merge_people(ada, ada, version=1, by=coordinator, at=AT)


def test_a_stale_merge_changes_nothing(coordinator: User) -> None:
    ada, twin = person(), person()
    edit_person(ada, version=1, by=coordinator, at=AT, name="Ada Holm")
    contact_detail(person=twin)
    before = dump()

    with pytest.raises(StaleVersionError):
        merge_people(ada, twin, version=1, by=coordinator, at=LATER)

    assert dump() == before


def test_a_chain_of_merges_leads_to_the_last_survivor(coordinator: User) -> None:
    first, second, third = person(), person(), person()

    merge_people(second, first, version=1, by=coordinator, at=AT)
    merge_people(third, second, version=1, by=coordinator, at=AT)

    first.refresh_from_db()
    assert (first.merged_into, survivor_of(first.public_id)) == (third, third)


def test_the_timeline_goes_on(coordinator: User) -> None:
    ada, twin = person(), person()
    edit_person(twin, version=1, by=coordinator, at=AT, summary="Met in Fairhaven")

    merge_people(ada, twin, version=1, by=coordinator, at=LATER)

    assert [entry.verb for entry in timeline_of(ada)] == ["person.merged", "person.edited"]
    shown = timeline_context(ada, make_user(role=Role.AUDITOR))
    assert shown is not None
    assert len(shown["entries"]) == 2


def test_two_bodies_become_one_with_their_posts(coordinator: User) -> None:
    board, twin = organization(name="Harbour Board"), organization(name="Harbour Bd.")
    seat, same, other = (
        post(organization=board, label="Chair"),
        post(organization=twin, label="Chair"),
        post(organization=twin, label="Clerk"),
    )
    held = membership(organization=twin, post=same)
    refresh_search_text([held.person_id or 0], on=AT.date())
    before = dump()

    merged = merge_organizations(board, twin, version=1, by=coordinator, at=AT)

    held.refresh_from_db()
    other.refresh_from_db()
    assert (held.organization, held.post, other.organization) == (board, seat, board)
    assert not Post.objects.filter(pk=same.pk).exists()
    assert list(Organization.objects.visible_to(coordinator)) == [board]
    undo_changes(merged.entry, by=coordinator, at=LATER)
    assert dump() == before


def test_a_parent_merged_into_its_part_leaves_no_loop(coordinator: User) -> None:
    whole = organization(name="Harbour Board")
    part = organization(name="Harbour Board proper", parent=whole)

    merge_organizations(part, whole, version=1, by=coordinator, at=AT)

    part.refresh_from_db()
    assert part.parent is None
