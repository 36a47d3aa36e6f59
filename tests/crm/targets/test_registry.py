"""What segments and the bulk bar can ask of positions, boards, prospects and votes."""

from datetime import date
from typing import Any

import pytest

from crm.access.models import User
from crm.activity.actions import record
from crm.bulk.registry import act_kind
from crm.changes.actions import undo_changes
from crm.influence.registry import ask_targets
from crm.people.enums import Visibility
from crm.people.models import Person
from crm.segments.queries import people_of
from crm.segments.registry import filter_named
from crm.targets.models import Target
from tests.factories.access import user
from tests.factories.campaigns import MADE_AT, campaign
from tests.factories.issues import ask, stance
from tests.factories.people import person
from tests.factories.prospects import prospect
from tests.factories.targets import target, target_list
from tests.factories.votes import scorecard_item, vote

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 1)


def found(who: User, key: str, **args: Any) -> set[Person]:
    return set(people_of([{"act": "add", "filter": key, "args": args}], who, ON))


def phrase(who: User, key: str, **args: Any) -> str:
    segment_filter = filter_named(key)
    assert segment_filter is not None
    form = segment_filter.form(args, user=who)
    assert form.is_valid(), form.errors
    return segment_filter.phrase(form.cleaned_data)


@pytest.fixture
def fits(coordinator: User) -> dict[str, dict[str, Any]]:
    """Two people who answer every question, one of them hidden, and the arguments that find them."""
    wanted, board, joined, item = (
        ask(title="Vote yes"),
        target_list(name="Mark-up"),
        campaign(title="Ports"),
        scorecard_item(),
    )
    for who in (person(name="Seen"), person(name="Hidden", visibility=Visibility.TEAM, owner=user())):
        stance(person=who, ask=wanted, position="oppose", observed_on=date(2026, 1, 1))
        stance(person=who, ask=wanted, position="support", observed_on=date(2026, 2, 1))
        target(person=who, target_list=board)
        prospect(person=who, campaign=joined, stage="engaged")
        vote(person=who, vote_event=item.vote_event)
    return {
        "standing": {"ask": wanted.public_id, "positions": ["support"]},
        "on_board": {"board": board.public_id},
        "prospect": {"campaign": joined.public_id, "stages": ["engaged"]},
        "voted": {"vote": f"#{item.vote_event.public_id}", "options": ["yes"]},
        "score": {"scorecard": item.scorecard.public_id, "at_least": 90, "at_most": 100},
    }


@pytest.mark.parametrize("key", ["standing", "on_board", "prospect", "voted", "score"])
def test_segments_find_the_visible_and_only_them(key: str, fits: dict[str, Any], coordinator: User) -> None:
    assert {row.name for row in found(coordinator, key, **fits[key])} == {"Seen"}


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("standing", {"positions": ["oppose"]}),
        ("prospect", {"stages": ["partner"]}),
        ("voted", {"options": ["no"]}),
        ("score", {"at_least": 0, "at_most": 99}),
    ],
)
def test_segments_leave_out_who_fits_otherwise(
    key: str, other: dict[str, Any], fits: dict[str, Any], coordinator: User
) -> None:
    assert found(coordinator, key, **fits[key] | other) == set()


def test_who_left_a_board_is_not_on_it(fits: dict[str, Any], coordinator: User) -> None:
    Target.objects.update(left_at=MADE_AT)

    assert found(coordinator, "on_board", **fits["on_board"]) == set()


def test_questions_read_as_sentences(fits: dict[str, Any], coordinator: User) -> None:
    words = [phrase(coordinator, key, **fits[key]) for key in ("standing", "on_board", "prospect")]

    assert words == [
        "people who stand at “supports” on Vote yes",
        "targets on the whip board Mark-up",
        "prospects of Ports: engaged",
    ]


def test_a_range_of_scores_runs_upwards(fits: dict[str, Any], coordinator: User) -> None:
    segment_filter = filter_named("score")
    assert segment_filter is not None

    form = segment_filter.form(fits["score"] | {"at_most": 10}, user=coordinator)

    assert form.errors == {"at_most": ["The end of the range is below its start; swap them."]}


def test_many_people_come_onto_a_board_at_once_and_leave_with_one_undo(coordinator: User) -> None:
    board, new, there = target_list(), person(), target()
    kind = act_kind("whip_board")
    assert kind is not None
    entry = record("bulk.whip_board", board, by=coordinator, at=MADE_AT)
    people = [new, there.person]

    changed = [
        kind.perform(people, {"board": where.pk}, coordinator, MADE_AT, entry) for where in (board, there.target_list)
    ]
    count = Target.objects.count()
    undo_changes(entry, by=coordinator, at=MADE_AT)

    assert (changed, count) == ([[new.pk, there.person.pk], [new.pk]], 4)
    assert list(Target.objects.all()) == [there]


def test_the_power_map_of_an_ask_names_the_people_on_its_boards(coordinator: User) -> None:
    row = target()
    target(target_list=target_list(ask=row.target_list.ask, is_open=False))
    target()

    assert ask_targets(row.target_list.ask, coordinator) == {row.person_id}
