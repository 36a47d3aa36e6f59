from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm.access.models import User
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.changes.actions import undo_changes
from crm.prospects.actions import add_prospect, edit_prospect, move_prospect
from crm.prospects.enums import Stage
from crm.prospects.errors import ProspectExistsError, StageNotAllowedError
from crm.prospects.models import Prospect
from crm.prospects.rules import can_move, is_late
from tests.factories.campaigns import campaign
from tests.factories.people import organization, person
from tests.factories.prospects import prospect

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def verbs(row: Any) -> list[str]:
    return [entry.verb for entry in timeline_of(row)]


@pytest.mark.parametrize("make", [person, organization])
def test_somebody_is_a_prospect_of_a_campaign_once(make: Any, coordinator: User) -> None:
    who, wanted = make(), campaign()
    row = add_prospect(who, campaign=wanted, alignment=" Both want clean water. ", by=coordinator, at=AT)

    with pytest.raises(ProspectExistsError):
        add_prospect(who, campaign=wanted, by=coordinator, at=AT)

    assert (row.who, row.stage, row.alignment, row.moved_at) == (who, "identified", "Both want clean water.", AT)
    assert (verbs(who), verbs(wanted), Prospect.objects.count()) == (["prospect.added"], ["prospect.added"], 1)


def test_adding_a_prospect_can_be_undone(coordinator: User) -> None:
    row = add_prospect(person(), campaign=campaign(), by=coordinator, at=AT)

    undo_changes(timeline_of(row).get(), by=coordinator, at=AT)

    assert Prospect.objects.count() == 0


def test_editing_twice_from_one_form_is_refused(coordinator: User) -> None:
    row = prospect()
    values = {"alignment": "Ports", "assigned_to": coordinator, "next_step_on": date(2026, 4, 9)}
    edit_prospect(row, version=1, **values, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        edit_prospect(row, version=1, **values, by=coordinator, at=AT)

    assert (row.alignment, row.assigned_to, row.next_step_on) == ("Ports", coordinator, date(2026, 4, 9))
    assert verbs(row) == ["prospect.edited"]


def test_a_move_is_kept_and_a_second_from_the_same_stage_refused(coordinator: User) -> None:
    row = prospect()
    moved = move_prospect(row, was="identified", stage=Stage.APPROACHED, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        move_prospect(row, was="identified", stage=Stage.DECLINED, by=coordinator, at=AT)

    entry = timeline_of(row).get()
    assert (moved.stage, moved.moved_at) == ("approached", AT)
    assert (entry.verb, entry.data) == ("prospect.moved", {"from": "identified", "to": "approached"})
    undo_changes(entry, by=coordinator, at=AT)
    assert [found.stage for found in Prospect.objects.all()] == ["identified"]


def test_a_stage_is_not_skipped(coordinator: User) -> None:
    row = prospect()

    with pytest.raises(StageNotAllowedError):
        move_prospect(row, was="identified", stage=Stage.PARTNER, by=coordinator, at=AT)

    assert (Prospect.objects.get().stage, verbs(row)) == ("identified", [])


def test_the_moves_are_those_drawn_at_the_stages() -> None:
    allowed = {(stage.value, to.value) for stage in Stage for to in Stage if can_move(stage, to)}

    path = ["identified", "approached", "engaged", "partner", "champion"]
    forth = set(zip(path, path[1:], strict=False))
    assert allowed == forth | {(to, stage) for stage, to in forth} | {(stage, "declined") for stage in path} | {
        ("declined", "approached")
    }


@pytest.mark.parametrize(
    ("stage", "day", "late"),
    [("engaged", 8, True), ("engaged", 9, False), ("declined", 8, False), ("champion", 8, False)],
)
def test_a_next_step_is_late_the_day_after(stage: str, day: int, late: bool) -> None:
    row = Prospect(stage=stage, next_step_on=date(2026, 4, day))

    assert is_late(row, date(2026, 4, 9)) == late
