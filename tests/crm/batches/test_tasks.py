import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.batches.actions import (
    cancel_import,
    discard_import,
    preview_import,
    request_apply,
    request_undo,
    stage_import,
    tidy_imports,
)
from crm.batches.errors import FileGoneError, NotWaitingError, UnrecognisedSourceError
from crm.batches.queries import progress_of, unfinished
from crm.batches.registry import look_after_imports
from crm.batches.resources import problem_lines
from crm.batches.tasks import run_import
from crm.imports.enums import ImportMode, ImportState
from crm.imports.errors import AlreadyUndoneError, SourceError, TooLateToUndoError
from crm.imports.models import PROGRESS, STOP, ImportBatch
from crm.people.actions import create_person, edit_person
from crm.people.enums import PersonCategory
from crm.people.models import Person
from tests.crm.batches.conftest import INVENTED, applied, previewed, worked
from tests.crm.imports.steps import holder
from tests.factories.imports import AT, import_batch, upload

pytestmark = pytest.mark.django_db
Pack = Callable[..., Any]
LEGISLATORS = "legislators-current.json"
KEPT = {"crm.importbatch", "crm.importrow", "crm.importpreviewrow", "crm.activityentry", "crm.activitylink"}


def everything() -> dict[str, list[Any]]:
    """Every table of ours but the record of the import itself."""
    models = [model for model in apps.get_app_config("crm").get_models() if model._meta.label_lower not in KEPT]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}


def verbs() -> list[str]:
    return list(ActivityEntry.objects.order_by("id").values_list("verb", flat=True))


def with_bad_row() -> dict[str, bytes]:
    people = json.loads((INVENTED / LEGISLATORS).read_text())
    people[4]["name"]["last"] = "V" * 101
    return {LEGISLATORS: json.dumps(people).encode()}


def test_import_goes_from_a_file_to_applied_and_back(packed: Pack, coordinator: User, imports_root: Path) -> None:
    before = everything()
    batch = stage_import([packed()], profile="us-congress", by=coordinator, at=AT)
    staged = (batch.state, batch.source_name, everything() == before)

    batch = worked(preview_import(batch, by=coordinator, at=AT))
    seen = (batch.state, batch.report["counts"]["Person"]["created"], everything() == before)
    batch = worked(request_apply(batch, by=coordinator, at=AT))
    done = (batch.state, Person.objects.count(), batch.applied_at, batch.preview_rows.count())
    batch = worked(request_undo(batch, by=coordinator, at=AT))

    assert staged == (ImportState.STAGED, "us-congress.zip", True)
    assert seen == (ImportState.PREVIEWED, 5, True)
    assert done == (ImportState.APPLIED, 5, AT, 0)
    assert (batch.state, batch.report["undo"]["kept"]) == (ImportState.UNDONE, [])
    assert everything() == before
    assert verbs() == ["import.staged", "import.applied", "import.undone"]
    assert set(ActivityEntry.objects.values_list("actor", flat=True)) == {coordinator.pk}
    assert [path.name for path in imports_root.iterdir()] == [batch.folder]


def test_second_call_of_each_step_is_refused(packed: Pack) -> None:
    batch = previewed(packed())
    request_apply(batch, by=None, at=AT)
    with pytest.raises(NotWaitingError):
        request_apply(batch, by=None, at=AT)
    with pytest.raises(NotWaitingError):
        preview_import(batch, by=None, at=AT)
    worked(batch)
    request_undo(batch, by=None, at=AT)
    with pytest.raises(NotWaitingError):
        request_undo(batch, by=None, at=AT)
    worked(batch)

    with pytest.raises(AlreadyUndoneError):
        request_undo(batch, by=None, at=AT)

    assert verbs() == ["import.staged", "import.applied", "import.undone"]


def test_preview_names_rows_columns_values_and_sentences(packed: Pack) -> None:
    batch = previewed(packed(**with_bad_row()))

    rows = batch.preview_rows.filter(kind="errors").values_list("model", "where", "column", "value", "sentence")
    assert list(rows[:1]) == [
        (
            "Person",
            "person:X000005",
            "family_name",
            "V" * 101,
            "This is longer than 100 characters; shorten it in the file. The row is left out.",
        )
    ]
    assert batch.report["bad_rows"] == 1
    new = batch.preview_rows.get(kind="created", model="Person", where="person:X000003")
    assert new.changes["family_name"] == ["", "Umber"]


def test_one_bad_row_writes_nothing_unless_it_is_left_out(packed: Pack) -> None:
    before = everything()
    batch = previewed(packed(**with_bad_row()))

    batch = worked(request_apply(batch, by=None, at=AT))
    refused = (batch.state, batch.sentence, everything() == before)
    batch = worked(preview_import(batch, by=None, at=AT))
    batch = worked(request_apply(batch, skip_bad_rows=True, by=None, at=AT))

    assert refused == (
        ImportState.FAILED,
        "1 row has an error, so nothing was changed: mend it in the file, or leave bad rows out.",
        True,
    )
    assert (batch.state, Person.objects.count()) == (ImportState.APPLIED, 4)


def test_what_is_applied_is_what_was_previewed(packed: Pack) -> None:
    first = applied(packed())
    person = holder("X000003")
    people = json.loads((INVENTED / LEGISLATORS).read_text())
    people[2]["name"]["first"] = "Célestine"
    batch = previewed(packed(**{LEGISLATORS: json.dumps(people).encode()}))
    edit_person(person, version=person.version, given_name="Céleste", by=None, at=AT)

    batch = worked(request_apply(batch, by=None, at=AT))
    shown = (batch.state, batch.sentence, holder("X000003").given_name)
    batch = worked(request_apply(batch, by=None, at=AT))

    assert first.state == ImportState.APPLIED
    assert shown == (
        ImportState.PREVIEWED,
        "The registry changed since you looked, so nothing was written; this is the new preview.",
        "Céleste",
    )
    assert batch.state == ImportState.APPLIED
    assert (batch.report["counts"]["Person"]["conflicts"], holder("X000003").given_name) == (1, "Céleste")


def test_change_elsewhere_in_the_registry_does_not_hold_it_up(packed: Pack) -> None:
    batch = previewed(packed())
    create_person(name="Newcomer", category=PersonCategory.PARTNER, by=None, at=AT)

    batch = worked(request_apply(batch, by=None, at=AT))

    assert (batch.state, Person.objects.count()) == (ImportState.APPLIED, 6)


def test_cancel_before_work_and_the_second_cancel(packed: Pack) -> None:
    batch = previewed(packed())

    cancel_import(batch, by=None, at=AT)
    cancel_import(batch, by=None, at=AT)

    assert (batch.state, verbs()) == (ImportState.CANCELLED, ["import.staged", "import.cancelled"])
    assert worked(preview_import(batch, by=None, at=AT)).state == ImportState.PREVIEWED


@pytest.mark.parametrize("state", ["applying", "checking"])
def test_stop_is_heard_while_it_works_and_nothing_is_written(
    packed: Pack, coordinator: User, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    before = everything()
    batch = previewed(packed())
    monkeypatch.setattr("crm.batches.tasks.SECONDS_BETWEEN_BEATS", 0)
    batch = (request_apply if state == "applying" else preview_import)(batch, by=None, at=AT)

    cancel_import(batch, by=coordinator, at=AT)
    asked = batch.state
    batch = worked(batch)

    assert (asked, batch.state, everything() == before) == (state, ImportState.CANCELLED, True)
    entry = ActivityEntry.objects.get(verb="import.cancelled")
    assert (entry.actor, batch.mark(STOP).exists(), batch.mark(PROGRESS).exists()) == (coordinator, False, False)


def test_dead_workers_batch_is_taken_up_after_a_minute(packed: Pack) -> None:
    batch = request_apply(previewed(packed()), by=None, at=AT)
    ImportBatch.objects.filter(pk=batch.pk).update(owner="dead", beat_at=AT)

    early = run_import(batch.pk, clock=lambda: AT + timedelta(seconds=59))
    waiting = unfinished(AT + timedelta(seconds=61))
    done = look_after_imports(AT + timedelta(seconds=61))
    again = look_after_imports(AT + timedelta(seconds=61))

    assert (early, waiting, done, again) == ("", [batch], 1, 0)
    assert Person.objects.count() == 5


def test_worker_that_was_taken_over_writes_nothing(packed: Pack) -> None:
    batch = request_apply(previewed(packed()), by=None, at=AT)
    calls = 0

    def clock() -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:  # the slow worker is about to write
            ImportBatch.objects.filter(pk=batch.pk).update(owner="another")
        return AT

    state = run_import(batch.pk, clock=clock)

    assert (state, Person.objects.count()) == (ImportState.APPLYING, 0)


def test_broken_file_fails_with_its_sentence(packed: Pack) -> None:
    batch = previewed(packed(**{LEGISLATORS: b"[{"}))

    assert (batch.state, batch.sentence, verbs()) == (
        ImportState.FAILED,
        "“legislators-current.json” is not valid JSON at line 1; mend that line or download the file again.",
        ["import.staged", "import.failed"],
    )


def test_unknown_file_is_not_kept(imports_root: Path) -> None:
    with pytest.raises(UnrecognisedSourceError):
        stage_import([upload("notes.zzz")], by=None, at=AT)

    assert (list(imports_root.iterdir()), ImportBatch.objects.count()) == ([], 0)


def test_discard_deletes_file_and_preview_and_refuses_a_second_time(
    packed: Pack, imports_root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    batch = previewed(packed(**with_bad_row()))

    with django_capture_on_commit_callbacks(execute=True):
        discard_import(batch, by=None, at=AT)
    with pytest.raises(NotWaitingError):
        discard_import(batch, by=None, at=AT)

    assert (batch.state, batch.preview_rows.count(), list(imports_root.iterdir())) == (ImportState.DISCARDED, 0, [])
    with pytest.raises(FileGoneError):
        preview_import(batch, by=None, at=AT)


def test_files_go_thirty_days_after_applying(packed: Pack, imports_root: Path) -> None:
    batch = applied(packed())

    counts = [tidy_imports(AT + timedelta(days=days)) for days in (30, 31, 31)]

    batch.refresh_from_db()
    assert (counts, batch.folder, list(imports_root.iterdir())) == ([0, 1, 0], "", [])


def test_import_nobody_went_on_with_is_discarded(
    packed: Pack, imports_root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    batch = previewed(packed())

    with django_capture_on_commit_callbacks(execute=True):
        tidy_imports(AT + timedelta(days=31))

    batch.refresh_from_db()
    assert (batch.state, list(imports_root.iterdir())) == (ImportState.DISCARDED, [])


def test_undo_is_refused_after_thirty_days(packed: Pack) -> None:
    batch = applied(packed())
    request_undo(batch, by=None, at=AT + timedelta(days=30))
    ImportBatch.objects.filter(pk=batch.pk).update(state=ImportState.APPLIED)

    with pytest.raises(TooLateToUndoError):
        request_undo(batch, by=None, at=AT + timedelta(days=30, seconds=1))


def test_undo_reports_what_stayed(packed: Pack) -> None:
    batch = applied(packed())
    person = holder("X000003")
    edit_person(person, version=person.version, summary="Met her at the river.", by=None, at=AT)

    batch = worked(request_undo(batch, by=None, at=AT))

    assert batch.report["undo"]["kept"] == [
        {"model": "Person", "id": person.pk, "sentence": "It was changed or worked with after the import."}
    ]


def test_preview_of_another_import_holds_nobody_back(packed: Pack) -> None:
    batch = applied(packed())
    people = json.loads((INVENTED / LEGISLATORS).read_text())
    people[2]["name"]["first"] = "Célestine"
    other = previewed(packed(**{LEGISLATORS: json.dumps(people).encode()}))
    about = other.preview_rows.filter(person=holder("X000003")).count()

    batch = worked(request_undo(batch, by=None, at=AT))

    assert (about > 0, Person.objects.count(), batch.report["undo"]["kept"]) == (True, 0, [])


def test_mode_can_be_changed_before_applying(packed: Pack) -> None:
    applied(packed())
    people = json.loads((INVENTED / LEGISLATORS).read_text())
    people[2]["name"]["first"] = "Célestine"
    batch = previewed(packed(**{LEGISLATORS: json.dumps(people).encode()}))
    updates = batch.report["counts"]["Person"]["updated"]

    batch = worked(preview_import(batch, mode=ImportMode.SKIP, by=None, at=AT))

    assert (updates, batch.report["counts"]["Person"]["updated"]) == (1, 0)


def test_problems_are_a_table_without_live_formulas(packed: Pack) -> None:
    people = json.loads((INVENTED / LEGISLATORS).read_text())
    people[4]["name"]["last"] = "=" * 101
    batch = previewed(packed(**{LEGISLATORS: json.dumps(people).encode()}))

    lines = list(problem_lines(batch.preview_rows.filter(kind="errors")))

    assert lines[0] == ["kind", "table", "row", "column", "value", "sentence"]
    assert lines[1][:5] == ["error", "Person", "person:X000005", "family_name", "'" + "=" * 101]


def test_progress_comes_from_the_small_file(imports_root: Path) -> None:
    batch = import_batch(state=ImportState.APPLYING, beat_at=AT)
    imports_root.mkdir()
    batch.mark(PROGRESS).write_text('{"step": "writing", "done": 3, "total": 4}')

    progress = progress_of(batch, AT)

    assert (progress.step, progress.done, progress.total, progress.percent) == ("writing", 3, 4, 75)


@pytest.mark.parametrize("content", ["", "[", '"x"'])
def test_torn_progress_says_nothing(imports_root: Path, content: str) -> None:
    batch = import_batch(state=ImportState.APPLYING)
    imports_root.mkdir()
    batch.mark(PROGRESS).write_text(content)

    assert (progress_of(batch, AT).step, progress_of(batch, AT).percent) == ("", 0)


def test_too_large_an_upload_is_refused() -> None:
    with pytest.raises(SourceError):
        stage_import([upload(content=b"x" * 10_000_001)], profile="us-congress", by=None, at=AT)
