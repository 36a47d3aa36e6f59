from datetime import timedelta

import pytest
from django.db import IntegrityError

from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.bulk.actions import resume_act, stop_act, work_chunk
from crm.bulk.enums import BulkState
from crm.bulk.models import BulkAct
from crm.bulk.tasks import continue_bulk_acts, run_bulk_act
from crm.bulk.views import my_bulk_acts
from crm.changes.actions import undo_changes
from crm.changes.errors import NothingToUndoError, TooLateToUndoError
from crm.changes.models import Change
from crm.people.actions import edit_person
from crm.people.models import Person
from crm.undos.actions import start_undo
from crm.undos.errors import UndoUnderWayError
from crm.undos.registry import UNDO
from tests.crm.undos.rows import AT, LATER, five_edited, languages
from tests.factories.access import user

pytestmark = pytest.mark.django_db


def test_undo_in_parts_does_what_undo_at_once_does(coordinator: User) -> None:
    entry = five_edited(coordinator)

    act = start_undo(UNDO, entry, by=coordinator, at=LATER)
    run_bulk_act.func(act.pk)

    act.refresh_from_db()
    assert (act.state, act.done, act.total) == (BulkState.FINISHED, 5, 5)
    assert (act.params["set_back"], act.params["kept"]) == (5, 0)
    assert languages() == ["en"] * 5
    assert set(Person.objects.values_list("version", flat=True)) == {3}
    assert set(Change.objects.values_list("undone_in", flat=True)) == {act.entry_id}
    told = ActivityEntry.objects.get(verb="change.undone")
    assert (told.pk, told.object_id) == (act.entry_id, entry.pk)
    for each in Person.objects.all():
        assert [row.verb for row in timeline_of(each)][0] == "change.undone"


def test_what_was_changed_since_stays_and_is_counted(coordinator: User) -> None:
    entry = five_edited(coordinator)
    edit_person(Person.objects.get(name="P3"), version=2, by=coordinator, at=AT, language="fr")

    act = start_undo(UNDO, entry, by=coordinator, at=LATER)
    run_bulk_act.func(act.pk)

    act.refresh_from_db()
    assert languages() == ["en", "en", "en", "fr", "en"]
    assert [(count, str(words)) for count, words in UNDO.told(act)] == [
        (4, "set back"),
        (1, "stayed: changed again since, or something else refers to it"),
    ]


def test_second_call_gives_the_work_that_runs(coordinator: User) -> None:
    entry = five_edited(coordinator)

    acts = [start_undo(UNDO, entry, by=coordinator, at=LATER) for _time in range(2)]

    assert acts[0] == acts[1]
    assert ActivityEntry.objects.filter(verb="change.undone").count() == 1
    with pytest.raises(UndoUnderWayError):
        start_undo(UNDO, entry, by=user(role=Role.DIRECTOR), at=LATER)
    run_bulk_act.func(acts[0].pk)
    with pytest.raises(NothingToUndoError):
        start_undo(UNDO, entry, by=coordinator, at=LATER)


def test_after_thirty_days_nothing_begins(coordinator: User) -> None:
    entry = five_edited(coordinator)

    with pytest.raises(TooLateToUndoError):
        start_undo(UNDO, entry, by=coordinator, at=AT + timedelta(days=31))

    assert not BulkAct.objects.exists()


def test_killed_in_the_middle_it_goes_on_where_it_was(coordinator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = five_edited(coordinator)
    act = start_undo(UNDO, entry, by=coordinator, at=LATER)
    assert work_chunk(act.pk, at=LATER) is True

    def broken(changes: object, at: object) -> None:
        raise IntegrityError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("crm.changes.actions.after_undo", lambda _kind: broken)
        run_bulk_act.func(act.pk)
    act.refresh_from_db()
    assert (act.state, act.done, languages().count("en")) == (BulkState.FAILED, 2, 2)

    resume_act(act, at=LATER)
    run_bulk_act.func(act.pk)

    act.refresh_from_db()
    assert (act.state, act.done, languages()) == (BulkState.FINISHED, 5, ["en"] * 5)
    assert set(Person.objects.values_list("version", flat=True)) == {3}


def test_a_worker_that_fell_silent_is_replaced(coordinator: User) -> None:
    entry = five_edited(coordinator)
    act = start_undo(UNDO, entry, by=coordinator, at=LATER)
    work_chunk(act.pk, at=LATER)

    assert continue_bulk_acts(LATER + timedelta(seconds=30)) == 0
    assert continue_bulk_acts(LATER + timedelta(seconds=90)) == 1

    assert languages() == ["en"] * 5


def test_stopped_it_leaves_the_rest_until_it_goes_on(coordinator: User) -> None:
    act = start_undo(UNDO, five_edited(coordinator), by=coordinator, at=LATER)
    work_chunk(act.pk, at=LATER)

    stop_act(act, by=coordinator, at=LATER)
    run_bulk_act.func(act.pk)
    assert languages().count("en") == 2

    resume_act(act, at=LATER)
    run_bulk_act.func(act.pk)
    assert languages() == ["en"] * 5


def test_what_was_undone_at_once_meanwhile_is_not_undone_twice(coordinator: User) -> None:
    entry = five_edited(coordinator)
    act = start_undo(UNDO, entry, by=coordinator, at=LATER)
    work_chunk(act.pk, at=LATER)

    undo_changes(entry, by=coordinator, at=LATER)
    run_bulk_act.func(act.pk)

    assert languages() == ["en"] * 5
    assert set(Person.objects.values_list("version", flat=True)) == {3}


def test_a_role_lost_meanwhile_changes_nothing_and_says_so(coordinator: User) -> None:
    act = start_undo(UNDO, five_edited(coordinator), by=coordinator, at=LATER)
    User.objects.filter(pk=coordinator.pk).update(role=Role.AUDITOR)

    run_bulk_act.func(act.pk)

    act.refresh_from_db()
    assert (act.state, languages()) == (BulkState.FAILED, ["es"] * 5)
    assert act.params["sentence"] == "Your role does not allow this. Ask a coordinator or a director."


def test_a_running_undo_is_on_my_day(coordinator: User) -> None:
    start_undo(UNDO, five_edited(coordinator), by=coordinator, at=LATER)

    section = my_bulk_acts(coordinator, LATER)

    assert section is not None
    assert [(str(row["label"]), row["words"]) for row in section["rows"]] == [("Take an act back", "0 of 5 changes")]
