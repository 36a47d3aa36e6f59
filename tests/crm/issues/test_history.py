"""Moving issues, and positions that are never overwritten."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm.access.models import User
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.changes.actions import undo_changes
from crm.issues.actions import (
    close_ask,
    create_issue,
    edit_issue,
    record_stance,
    record_stances,
    reopen_ask,
    take_back_stance,
)
from crm.issues.enums import Confidence, Position
from crm.issues.errors import IssueLoopError
from crm.issues.models import Issue, Stance
from crm.issues.queries import latest_stance, moved_since, movements, stance_history, stances_on
from crm.people.enums import Visibility
from tests.factories.access import user
from tests.factories.issues import ask, issue, stance
from tests.factories.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def verbs(row: Any) -> list[str]:
    return [entry.verb for entry in timeline_of(row)]


def test_an_issue_is_renamed_and_moved_once_per_version(coordinator: User) -> None:
    row, place = issue(slug="ports"), issue()
    edit_issue(row, version=1, name="Harbours ", parent=place, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        edit_issue(row, version=1, name="Late", parent=None, by=coordinator, at=AT)

    assert (row.name, row.parent, row.slug) == ("Harbours", place, "ports")
    assert (verbs(row), verbs(place)) == (["issue.edited"], ["issue.edited"])


def test_an_issue_is_not_moved_below_itself(coordinator: User) -> None:
    root = issue()
    leaf = issue(parent=issue(parent=root))

    with pytest.raises(IssueLoopError):
        edit_issue(root, version=1, name=root.name, parent=leaf, by=coordinator, at=AT)

    assert (Issue.objects.get(pk=root.pk).parent, verbs(root)) == (None, [])


def test_taking_a_move_back_makes_no_circle_either(coordinator: User) -> None:
    old, new, row = issue(), issue(), issue()
    edit_issue(row, version=1, name=row.name, parent=old, by=coordinator, at=AT)
    edit_issue(row, version=2, name=row.name, parent=new, by=coordinator, at=AT)
    edit_issue(old, version=1, name=old.name, parent=row, by=coordinator, at=AT)

    with pytest.raises(IssueLoopError):
        undo_changes(timeline_of(new).get(), by=coordinator, at=AT)

    assert Issue.objects.get(pk=row.pk).parent == new


def test_a_new_issue_can_be_undone(coordinator: User) -> None:
    row = create_issue(name="Ports", slug="ports", by=coordinator, at=AT)

    undo_changes(timeline_of(row).get(), by=coordinator, at=AT)

    assert Issue.objects.count() == 0


def test_a_closed_ask_is_pursued_again(coordinator: User) -> None:
    row = ask()
    close_ask(row, version=1, by=coordinator, at=AT)
    reopen_ask(row, version=2, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        reopen_ask(row, version=2, by=coordinator, at=AT)

    assert (row.is_open, verbs(row)) == (True, ["ask.reopened", "ask.closed"])


def test_a_position_keeps_who_recorded_it_and_how_sure_we_are(coordinator: User) -> None:
    row = record_stance(
        person(), ask=ask(), position=Position.SUPPORT, observed_on=AT.date(), source="Hearing",
        source_url="https://record.example/1", confidence=Confidence.SURE, by=coordinator, at=AT,
    )  # fmt: skip

    assert (row.recorded_by, row.confidence, row.source_url) == (coordinator, "sure", "https://record.example/1")


def test_a_position_taken_back_lets_the_one_before_hold_and_can_be_put_back(coordinator: User) -> None:
    who, wanted = person(), ask()
    stance(person=who, ask=wanted, position="oppose", observed_on=date(2026, 3, 1))
    wrong = stance(person=who, ask=wanted, position="support", observed_on=date(2026, 3, 9))

    entry = take_back_stance(wrong, by=coordinator, at=AT)
    again = take_back_stance(Stance(pk=999), by=coordinator, at=AT)
    before = latest_stance(who, wanted)
    undo_changes(entry, by=coordinator, at=AT)  # type: ignore[arg-type]
    after = latest_stance(who, wanted)

    assert (again, before and before.position, after and after.position) == (None, "oppose", "support")
    assert verbs(who)[-1] == "stance.taken_back"


def test_positions_after_a_hearing_are_one_entry_and_undone_together(coordinator: User) -> None:
    ada, ben, wanted = person(), person(), ask()
    given = [(ada, Position.SUPPORT, "Said yes"), (ben, Position.OPPOSE, "")]

    made = record_stances(given, ask=wanted, observed_on=AT.date(), source="Hearing", by=coordinator, at=AT)
    nothing = record_stances([], ask=wanted, observed_on=AT.date(), by=coordinator, at=AT)

    assert [(row.person, row.position, row.evidence) for row in made] == [
        (ada, "support", "Said yes"),
        (ben, "oppose", ""),
    ]
    assert (nothing, verbs(wanted), verbs(ada)) == (
        [],
        ["stance.recorded_together"],
        ["stance.recorded_together"],
    )
    undo_changes(timeline_of(wanted).get(), by=coordinator, at=AT)
    assert Stance.objects.count() == 0


def test_recording_a_hearing_twice_adds_second_rows(coordinator: User) -> None:
    who, wanted = person(), ask()

    for _time in range(2):
        record_stances([(who, Position.SUPPORT, "")], ask=wanted, observed_on=AT.date(), by=coordinator, at=AT)

    assert Stance.objects.count() == 2


def test_what_moved_since_a_day_compares_with_what_held_before_it(coordinator: User) -> None:
    wanted, since = ask(), date(2026, 4, 1)
    moved, still, new, old = (person() for _place in range(4))
    for who, position, day in (
        (moved, "oppose", 1),
        (moved, "undecided", 20),
        (still, "support", 1),
        (old, "oppose", 1),
        (old, "support", 31),
    ):
        stance(person=who, ask=wanted, position=position, observed_on=date(2026, 3, day))
    for who in (moved, still, new):
        stance(person=who, ask=wanted, position="support", observed_on=date(2026, 4, 2))

    found = moved_since(stances_on(wanted), since)

    assert {(row.person, row.before) for row in found} == {(moved, "undecided"), (new, None)}  # type: ignore[attr-defined]
    assert {row.person for row in movements(coordinator, since)} == {moved, new}


def test_what_moved_leaves_out_closed_asks_and_hidden_people(coordinator: User) -> None:
    stance(ask=ask(is_open=False))
    stance(person=person(visibility=Visibility.TEAM, owner=user()))

    assert list(movements(coordinator, date(2026, 1, 1))) == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_history_takes_one_query(count: int, coordinator: User, django_assert_num_queries: Any) -> None:
    who, wanted = person(), ask()
    for day in range(count):
        stance(person=who, ask=wanted, observed_on=date(2026, 3, day + 1), recorded_by=coordinator)

    with django_assert_num_queries(1):
        history = stance_history(who, coordinator)
        words = [str(row.recorded_by) for row in history[wanted]]

    assert len(words) == count
