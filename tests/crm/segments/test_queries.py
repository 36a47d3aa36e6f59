from datetime import date
from typing import Any

import pytest

from crm.access.enums import Role
from crm.access.models import User
from crm.people.actions import refresh_search_text
from crm.people.enums import PersonCategory, Visibility
from crm.people.models import Person
from crm.segments.errors import EmptySegmentError, SegmentUnusableError
from crm.segments.queries import count_capped, count_steps, members_of, nested_in, people_of, reading_of
from tests.factories.access import user
from tests.factories.people import contact_detail, membership, organization, person
from tests.factories.segments import frozen_list, segment

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)


def step(act: str, key: str, **args: Any) -> dict[str, Any]:
    return {"act": act, "filter": key, "args": args}


def names(steps: Any, who: User) -> list[str]:
    return list(people_of(steps, who, ON).order_by("name").values_list("name", flat=True))


@pytest.fixture
def harbour() -> dict[str, Any]:
    """A committee of three: Ann with an address, Bo without, and Cy whom only directors see."""
    body = organization(name="Harbour Committee", classification="committee")
    ann, bo = person(name="Ann"), person(name="Bo")
    cy = person(name="Cy", visibility=Visibility.TEAM)
    for member in (ann, bo, cy):
        membership(person=member, organization=body)
        person(name=f"Not {member.name}", category=PersonCategory.PARTNER)
    contact_detail(person=ann)
    refresh_search_text([ann.pk], on=ON)
    return {"body": body, "ann": ann, "bo": bo, "cy": cy, "arg": f"#{body.public_id}"}


def test_steps_add_remove_and_limit_in_order(harbour: dict[str, Any]) -> None:
    who = user()
    members = step("add", "body", body=harbour["arg"])
    reached = step("remove", "reach", by="email")
    partners = step("add", "category", category=["partner"])

    assert names([members], who) == ["Ann", "Bo"]
    assert names([members, reached], who) == ["Bo"]
    assert names([members, {**reached, "act": "limit"}], who) == ["Ann"]
    assert names([members, partners, reached], who) == ["Bo", "Not Ann", "Not Bo", "Not Cy"]
    assert names([members, reached, partners], who) == ["Bo", "Not Ann", "Not Bo", "Not Cy"]
    assert names([reached, members], who) == ["Ann", "Bo"]


def test_segment_holds_only_people_its_reader_sees(harbour: dict[str, Any]) -> None:
    steps = [step("add", "body", body=harbour["arg"])]

    found = {role: names(steps, user(role=role)) for role in (Role.COORDINATOR, Role.DIRECTOR)}

    assert found == {Role.COORDINATOR: ["Ann", "Bo"], Role.DIRECTOR: ["Ann", "Bo", "Cy"]}
    assert names([step("add", "everybody")], user(role=Role.ADVOCATE)) == []


def test_words_of_a_segment_read_as_one_line(harbour: dict[str, Any]) -> None:
    steps = [
        step("add", "body", body=harbour["arg"]),
        step("add", "category", category=["partner"]),
        step("remove", "reach", by="email"),
        step("limit", "random", number=2, seed=7),
    ]

    assert reading_of(steps, user(), ON).words == (
        "Members of Harbour Committee, and people of the kind partner, without people with an e-mail address, "
        "limited to 2 at random (seed 7)"
    )


def test_counts_say_what_each_step_brought(harbour: dict[str, Any], django_assert_num_queries: Any) -> None:
    steps = [
        step("add", "everybody"),
        step("remove", "reach", by="email"),
        step("limit", "category", category=["partner"]),
        step("limit", "newest", number=1),
    ]
    reading = reading_of(steps, user(), ON)

    with django_assert_num_queries(2):
        count_steps(reading)

    assert [(each.total, each.change) for each in reading.steps] == [(5, 5), (4, -1), (3, -1), (1, -2)]


def test_people_of_a_segment_are_one_query_and_one_for_each_sample(
    harbour: dict[str, Any], django_assert_num_queries: Any
) -> None:
    steps = [step("add", "everybody"), step("remove", "reach", by="email"), step("limit", "newest", number=2)]
    who = user()

    with django_assert_num_queries(1):
        assert len(people_of(steps[:2], who, ON)) == 4
    with django_assert_num_queries(2):
        assert len(people_of(steps, who, ON)) == 2

    assert count_capped(people_of(steps, who, ON)) == 2


def test_same_seed_draws_the_same_people_and_another_draws_others() -> None:
    for number in range(40):
        person(name=f"P{number:02}")
    who = user()
    everybody = step("add", "everybody")

    first = names([everybody, step("limit", "random", number=10, seed=7)], who)
    again = names([everybody, step("limit", "random", number=10, seed=7)], who)
    other = names([everybody, step("limit", "random", number=10, seed=8)], who)

    assert (len(first), first == again, first == other) == (10, True, False)


def test_sample_is_drawn_from_visible_people_only(harbour: dict[str, Any]) -> None:
    steps = [step("add", "body", body=harbour["arg"]), step("limit", "newest", number=1)]

    assert names(steps, user()) == ["Bo"]
    assert names(steps, user(role=Role.DIRECTOR)) == ["Cy"]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (step("add", "retired"), "It asks something that is no longer offered; remove it."),
        (
            step("add", "body", body="#gone"),
            "It names something that is gone or that you may not see; remove it or choose again.",
        ),
        (
            step("add", "category", category=["pirate"]),
            "It names something that is gone or that you may not see; remove it or choose again.",
        ),
        (
            step("add", "term_end", before=7),
            "It names something that is gone or that you may not see; remove it or choose again.",
        ),
        (step("steal", "everybody"), "It cannot be read; remove it."),
        ("nonsense", "It cannot be read; remove it."),
        ({"act": "add", "filter": [], "args": None}, "It cannot be read; remove it."),
    ],
)
def test_step_that_cannot_be_used_says_so_and_the_segment_refuses(raw: Any, problem: str) -> None:
    steps = [step("add", "everybody"), raw]
    reading = reading_of(steps, user(), ON)

    with pytest.raises(SegmentUnusableError) as caught:
        reading.people()

    assert reading.steps[1].problem == problem
    assert str(caught.value) == f"Step 2 of this segment cannot be used. {problem}"
    assert count_steps(reading).steps[0].total is None


def test_steps_that_are_no_list_are_one_unreadable_step() -> None:
    assert [each.problem for each in reading_of({"a": 1}, user(), ON).steps] == ["It cannot be read; remove it."]  # type: ignore[arg-type]


def test_segment_without_steps_is_refused() -> None:
    with pytest.raises(EmptySegmentError):
        people_of(segment(), user(), ON)


def test_segment_in_a_segment_means_what_the_inner_one_means(harbour: dict[str, Any]) -> None:
    inner = segment(steps=[step("add", "body", body=harbour["arg"])])
    outer = segment(steps=[step("add", "everybody"), step("remove", "segment", segment=inner.public_id)])

    assert names(outer, user()) == ["Not Ann", "Not Bo", "Not Cy"]
    assert nested_in(inner) == [outer]


def test_segment_that_contains_itself_is_refused_with_a_sentence() -> None:
    first, second = segment(name="First"), segment(name="Second")
    first.steps = [step("add", "segment", segment=second.public_id)]
    second.steps = [step("add", "segment", segment=first.public_id)]
    first.save()
    second.save()

    reading = reading_of(first, user(), ON)

    assert [each.problem for each in reading.steps] == ["“Second” cannot be used now; open it and mend its steps."]
    assert [
        each.problem for each in reading_of([step("add", "segment", segment=first.public_id)], user(), ON).steps
    ] == ["“First” cannot be used now; open it and mend its steps."]


def test_private_segment_of_another_cannot_be_used_inside_ones_own() -> None:
    hidden = segment(name="Zanzibar", is_shared=False, owner=user(), steps=[step("add", "everybody")])

    reading = reading_of([step("add", "segment", segment=hidden.public_id)], user(), ON)

    assert "Zanzibar" not in reading.words
    assert reading.steps[0].problem == (
        "It names something that is gone or that you may not see; remove it or choose again."
    )


def test_frozen_list_counts_whom_its_reader_may_not_see(harbour: dict[str, Any]) -> None:
    merged = person(name="Dee", merged_into=harbour["ann"])
    kept = frozen_list(harbour["ann"], harbour["cy"], merged)

    coordinator, director = members_of(kept, user()), members_of(kept, user(role=Role.DIRECTOR))

    assert ([each.name for each in coordinator.people], coordinator.visible, coordinator.hidden) == (["Ann"], 1, 1)
    assert ([each.name for each in director.people], director.hidden) == (["Ann", "Cy"], 0)


def test_removing_people_by_a_nullable_key_keeps_the_others() -> None:
    ann = person(name="Ann")
    contact_detail(organization=organization(), type="voice", value="555 1")
    contact_detail(person=person(name="Bo"), type="voice", value="555 2")

    found = names([step("add", "everybody"), step("remove", "reach", by="voice")], user())

    assert found == [ann.name]
    assert Person.objects.count() == 2
