from datetime import UTC, date, datetime

import pytest

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.changes.actions import undo_changes
from crm.issues.enums import Position
from crm.issues.models import Stance
from crm.people.enums import Visibility
from crm.targets.actions import (
    add_members,
    add_targets,
    create_target_list,
    edit_target,
    edit_target_list,
    move_target,
    remove_quota,
    remove_target,
    repoint_target,
    return_target,
    set_quota,
)
from crm.targets.errors import OlderPositionError, QuotaExistsError
from crm.targets.models import Quota, Target, TargetList
from tests.factories.access import user
from tests.factories.issues import ask, stance
from tests.factories.people import membership, organization, person, post
from tests.factories.targets import quota, target, target_list

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
SAID = {"observed_on": AT.date(), "source": "Hearing"}


def verbs(row: object) -> list[str]:
    return [entry.verb for entry in timeline_of(row)]  # type: ignore[arg-type]


def entry_of(row: object) -> ActivityEntry:
    return timeline_of(row).first()  # type: ignore[arg-type, return-value]


def test_making_a_board_twice_makes_two_and_each_can_be_undone(coordinator: User) -> None:
    wanted = ask()

    boards = [create_target_list(name="Floor  vote", ask=wanted, by=coordinator, at=AT) for _time in range(2)]
    undo_changes(entry_of(boards[0]), by=coordinator, at=AT)

    assert [board.name for board in TargetList.objects.all()] == ["Floor vote"]
    assert verbs(boards[1]) == ["target_list.created"]


def test_editing_a_board_twice_from_one_form_is_refused(coordinator: User) -> None:
    board = target_list()
    values = {"name": "Committee vote", "organization": None, "is_open": False}
    edit_target_list(board, version=1, **values, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        edit_target_list(board, version=1, **values, by=coordinator, at=AT)

    assert (board.name, board.is_open, verbs(board)) == ("Committee vote", False, ["target_list.edited"])


def test_a_quota_is_set_once_for_a_milestone(coordinator: User) -> None:
    board = target_list()
    set_quota(board, milestone="mark-up", needed=7, due_on=date(2026, 4, 9), by=coordinator, at=AT)

    with pytest.raises(QuotaExistsError):
        set_quota(board, milestone="mark-up", needed=9, by=coordinator, at=AT)

    assert [(row.needed, row.due_on) for row in Quota.objects.all()] == [(7, date(2026, 4, 9))]
    assert verbs(board) == ["quota.set"]


def test_removing_a_quota_twice_removes_it_once_and_can_be_undone(coordinator: User) -> None:
    row = quota(needed=4)
    board = row.target_list

    for _time in range(2):
        remove_quota(row, by=coordinator, at=AT)

    assert (Quota.objects.count(), verbs(board)) == (0, ["quota.removed"])
    undo_changes(entry_of(board), by=coordinator, at=AT)
    assert [found.needed for found in Quota.objects.all()] == [4]


def test_all_members_come_with_one_click_and_the_second_adds_only_the_new(coordinator: User) -> None:
    body, board = organization(name="Harbour Committee"), target_list()
    seat = membership(organization=body, post=post(organization=body))
    membership(organization=body, end_date="2026-03-31")
    hidden = membership(organization=body, person=person(visibility=Visibility.TEAM, owner=user()))

    first = add_members(board, body=body, on=AT.date(), by=coordinator, at=AT)
    again = add_members(board, body=body, on=AT.date(), by=coordinator, at=AT)
    late = membership(organization=body)
    third = add_members(board, body=body, on=AT.date(), by=coordinator, at=AT)

    assert [(row.person, row.post) for row in first.new] == [(seat.person, seat.post)]
    assert (again.new, again.back) == ([], [])
    assert [row.person for row in third.new] == [late.person]
    assert (verbs(board), verbs(hidden.person)) == (["targets.added"] * 2, [])


def test_adding_everybody_can_be_undone(coordinator: User) -> None:
    body, board = organization(), target_list()
    membership(organization=body)
    add_members(board, body=body, on=AT.date(), by=coordinator, at=AT)

    undone = undo_changes(entry_of(board), by=coordinator, at=AT)

    assert (undone.set_back, Target.objects.count()) == (1, 0)


def test_who_left_comes_back_when_added_again(coordinator: User) -> None:
    row = target(left_at=AT)

    added = add_targets(row.target_list, [(row.person, None)], by=coordinator, at=AT)

    assert (added.new, added.back) == ([], [row])
    assert [found.left_at for found in Target.objects.all()] == [None]


def test_leaving_and_returning_twice_change_once(coordinator: User) -> None:
    row = target()

    for _time in range(2):
        remove_target(row, by=coordinator, at=AT)
    gone = [found.left_at for found in Target.objects.all()]
    for _time in range(2):
        return_target(row, by=coordinator, at=AT)

    assert (gone, [found.left_at for found in Target.objects.all()]) == ([AT], [None])
    assert verbs(row) == ["target.returned", "target.left"]


def test_leaving_can_be_undone(coordinator: User) -> None:
    row = target()
    remove_target(row, by=coordinator, at=AT)

    undo_changes(entry_of(row), by=coordinator, at=AT)

    assert [found.left_at for found in Target.objects.all()] == [None]


def test_editing_a_target_twice_from_one_form_is_refused(coordinator: User) -> None:
    row = target()
    values = {"wanted": Position.CHAMPION, "is_champion": True, "assigned_to": coordinator, "note": "Chairs  it"}
    edit_target(row, version=1, **values, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        edit_target(row, version=1, **values, by=coordinator, at=AT)

    assert (row.wanted, row.is_champion, row.note, verbs(row)) == ("champion", True, "Chairs it", ["target.edited"])


def test_moving_records_a_stance_and_a_second_move_from_the_same_place_is_refused(coordinator: User) -> None:
    row = target()
    move_target(row, was="", position=Position.SUPPORT, **SAID, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError) as refused:
        move_target(row, was="", position=Position.OPPOSE, **SAID, by=coordinator, at=AT)

    assert refused.value.current.position == "support"
    assert [(found.position, found.source, found.recorded_by) for found in Stance.objects.all()] == [
        ("support", "Hearing", coordinator)
    ]
    assert (verbs(row), verbs(row.person)) == (["target.moved"], ["target.moved"])


def test_a_move_can_be_undone(coordinator: User) -> None:
    row = target()
    move_target(row, was="", position=Position.SUPPORT, **SAID, by=coordinator, at=AT)

    undo_changes(entry_of(row), by=coordinator, at=AT)

    assert Stance.objects.count() == 0


def test_a_move_to_an_older_day_is_refused(coordinator: User) -> None:
    row = target()
    stance(person=row.person, ask=row.target_list.ask, observed_on=date(2026, 4, 2))

    with pytest.raises(OlderPositionError):
        move_target(row, was="support", position=Position.OPPOSE, **SAID, by=coordinator, at=AT)

    assert Stance.objects.count() == 1


def test_a_board_follows_the_seat_to_its_new_holder(coordinator: User) -> None:
    seat, heir = post(), person()
    row = target(post=seat, wanted=Position.CHAMPION, is_champion=True, note="Old friend", assigned_to=coordinator)

    new = repoint_target(row, heir, by=coordinator, at=AT)
    again = repoint_target(row, heir, by=coordinator, at=AT)

    row.refresh_from_db()
    assert (row.left_at, again) == (AT, new)
    assert (new.person, new.post, new.wanted, new.assigned_to) == (heir, seat, "champion", coordinator)
    assert (new.is_champion, new.note, Target.objects.count()) == (False, "", 2)
    assert [verbs(found) for found in (row.person, heir)] == [["target.repointed"]] * 2


def test_repointing_can_be_undone(coordinator: User) -> None:
    row = target()
    repoint_target(row, person(), by=coordinator, at=AT)

    undo_changes(entry_of(row), by=coordinator, at=AT)

    assert [(found, found.left_at) for found in Target.objects.all()] == [(row, None)]
