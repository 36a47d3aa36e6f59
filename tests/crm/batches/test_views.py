import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.access.enums import Role
from crm.batches.actions import request_apply
from crm.imports.enums import ImportState
from crm.imports.models import ImportBatch
from crm.people.enums import Visibility
from crm.people.models import Person
from tests.crm.batches.conftest import INVENTED, applied, previewed, zip_of
from tests.factories.imports import import_batch, preview_row, upload
from tests.factories.people import person

pytestmark = pytest.mark.django_db
SignIn = Callable[[Role], Client]
Pack = Callable[..., Any]
LEGISLATORS = "legislators-current.json"
WRITERS = {Role.COORDINATOR, Role.DIRECTOR}
READERS = WRITERS | {Role.AUDITOR}


def page(batch: ImportBatch, name: str = "page", *more: str) -> str:
    return reverse(f"imports:{name}", args=[batch.public_id, *more])


def act(client: Client, batch: ImportBatch, name: str, **data: Any) -> Any:
    return client.post(page(batch, "act", name), data)


@pytest.fixture
def working(django_capture_on_commit_callbacks: Any) -> Any:
    """Inside it, tasks run as soon as they are asked for."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_coordinator_imports_a_file_and_takes_it_back(sign_in: SignIn, packed: Pack, working: Any) -> None:
    client = sign_in(Role.COORDINATOR)
    given = {"uploads": [packed()], "profile": "us-congress", "mode": "update"}

    with working():
        handed_in = client.post(reverse("imports:new"), given)
    batch = ImportBatch.objects.get()
    shown = client.get(page(batch)).content.decode()
    with working():
        act(client, batch, "apply")
    people = Person.objects.count()
    report = client.get(page(batch)).content.decode()
    asked = client.get(page(batch, "undo")).content.decode()
    with working():
        client.post(page(batch, "undo"))
    batch.refresh_from_db()

    assert (handed_in.status_code, handed_in.url) == (302, page(batch))
    assert ["This is what would change" in shown, "Umber" in shown, "Apply exactly this" in shown] == [True] * 3
    assert people == 5
    assert ["What was done" in report, "Take this import back" in report] == [True] * 2
    assert "Take this import back?" in asked
    assert (batch.state, Person.objects.count()) == (ImportState.UNDONE, 0)
    assert "This import was taken back" in client.get(page(batch)).content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_pages_by_role(sign_in: SignIn, role: Role) -> None:
    batch = import_batch()
    client = sign_in(role)
    addresses = [reverse("imports:index"), page(batch), page(batch, "progress"), page(batch, "problems")]

    seen = {client.get(address).status_code for address in addresses}
    written = {
        client.get(reverse("imports:new")).status_code,
        client.get(page(batch, "options")).status_code,
        client.get(page(batch, "undo")).status_code,
    }
    pressed = {act(client, batch, name).status_code for name in ("apply", "stop", "discard", "check", "go-on")}

    outside = {302} if role in {Role.ADVOCATE, Role.API_CLIENT} else {404}
    assert seen == ({200} if role in READERS else outside)
    assert written == ({200} if role in WRITERS else {403} if role in READERS else outside)
    assert pressed == ({302} if role in WRITERS else {403} if role in READERS else outside)


@pytest.mark.parametrize("role", list(Role))
def test_preview_of_a_hidden_person_is_shown_to_nobody_else(sign_in: SignIn, role: Role) -> None:
    batch = import_batch(report={"counts": {"Person": {"conflicts": 1}}})
    hidden = person(name="Quillfeather", visibility=Visibility.TEAM)
    preview_row(batch, kind="conflicts", person=hidden, where="p1", changes={"name": ["Quillfeather", "Other"]})
    client = sign_in(role)

    found = [
        b"Quillfeather" in b"".join(answer.streaming_content if answer.streaming else [answer.content])
        for answer in (client.get(page(batch)), client.get(page(batch, "problems")))
    ]

    assert found == ([True, False] if role == Role.DIRECTOR else [False, False])


def test_hidden_person_that_stays_is_not_named_by_the_undo(sign_in: SignIn) -> None:
    hidden = person(name="Quillfeather", visibility=Visibility.TEAM)
    kept = [{"model": "Person", "id": hidden.pk, "sentence": "It stays."}]
    batch = import_batch(state=ImportState.UNDONE, report={"counts": {}, "undo": {"kept": kept, "stayed": 1}})

    shown = [b"Quillfeather" in sign_in(role).get(page(batch)).content for role in (Role.COORDINATOR, Role.DIRECTOR)]

    assert shown == [False, True]


def test_list_costs_the_same_for_each_import(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    client.get(reverse("imports:index"))
    counts = []
    for number in (1, 2):
        for _each in range(number):
            import_batch(source_name="a.csv")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("imports:index"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_preview_costs_the_same_for_each_row(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    batch = import_batch()
    preview_row(batch)
    client.get(page(batch))
    counts = []
    for number in (0, 2):
        for _each in range(number):
            preview_row(batch, person=person())
        with CaptureQueriesContext(connection) as queries:
            client.get(page(batch))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_rows_are_shown_by_kind_and_table_in_pages(sign_in: SignIn) -> None:
    batch = import_batch(report={"counts": {"Person": {"created": 1, "errors": 60}}})
    for _number in range(60):
        preview_row(batch)
    preview_row(batch, kind="created", model="Person", where="the new one")
    preview_row(batch, kind="errors", model="Area", where="an area")
    client = sign_in(Role.AUDITOR)

    first, last, new, areas, nonsense = (
        client.get(page(batch), query).content.decode()
        for query in (
            {},
            {"kind": "errors", "p": "2"},
            {"kind": "created"},
            {"kind": "errors", "table": "Area"},
            {"kind": "'--", "table": "\0", "p": "x"},
        )
    )

    assert (first.count('class="p-where"'), last.count('class="p-where"')) == (50, 11)
    assert ["the new one" in new, "row 1" in new] == [True, False]
    assert ["an area" in areas, areas.count('class="p-where"')] == [True, 1]
    assert nonsense.count('class="p-where"') == 50


def test_bad_rows_ask_for_a_second_word(sign_in: SignIn, packed: Pack, working: Any) -> None:
    people = json.loads((INVENTED / LEGISLATORS).read_text())
    people[4]["name"]["last"] = "V" * 101
    batch = previewed(packed(**{LEGISLATORS: json.dumps(people).encode()}))
    client = sign_in(Role.COORDINATOR)

    with working():
        refused = act(client, batch, "apply")
    nothing = Person.objects.count()
    with working():
        act(client, batch, "apply", skip_bad_rows="on")

    assert (refused.status_code, nothing) == (422, 0)
    assert "Tick this to go on without these rows" in refused.content.decode()
    assert Person.objects.count() == 4


def test_second_press_of_apply_leads_to_the_same_page(sign_in: SignIn, packed: Pack, working: Any) -> None:
    batch = previewed(packed())
    client = sign_in(Role.COORDINATOR)

    with working():
        answers = [act(client, batch, "apply"), act(client, batch, "apply")]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, page(batch))] * 2
    assert (ImportBatch.objects.get().state, Person.objects.count()) == (ImportState.APPLIED, 5)


def test_progress_is_told_with_and_without_a_script(sign_in: SignIn, packed: Pack) -> None:
    batch = request_apply(previewed(packed()), by=None, at=timezone.now())
    client = sign_in(Role.COORDINATOR)

    shown = client.get(page(batch)).content.decode()
    facts = client.get(page(batch, "progress")).json()

    assert ["<progress" in shown, ">Refresh this page<" in shown, ">Stop<" in shown] == [True] * 3
    assert facts == {
        "text": "Waiting for its turn…",
        "done": 0,
        "total": 0,
        "percent": 0,
        "is_alive": True,
        "is_over": False,
    }


def test_silent_work_offers_to_go_on(sign_in: SignIn, packed: Pack, working: Any) -> None:
    batch = request_apply(previewed(packed()), by=None, at=timezone.now())
    ImportBatch.objects.update(owner="dead", beat_at=timezone.now() - timedelta(minutes=2))
    client = sign_in(Role.COORDINATOR)

    shown = client.get(page(batch)).content.decode()
    with working():
        act(client, batch, "go-on")

    assert "Nothing has been heard of this for a minute" in shown
    assert Person.objects.count() == 5


def test_stop_before_a_worker_came_stops_at_once(sign_in: SignIn, packed: Pack) -> None:
    batch = request_apply(previewed(packed()), by=None, at=timezone.now())

    act(sign_in(Role.COORDINATOR), batch, "stop")

    batch.refresh_from_db()
    assert (batch.state, Person.objects.count()) == (ImportState.CANCELLED, 0)


@pytest.mark.parametrize(
    ("files", "status", "sentence"),
    [
        ([], 422, "Choose a file, then press the button again."),
        ([upload("x.zzz", b"?")], 422, "We do not recognise this file by itself"),
        ([upload("x.zip", b"?")], 422, "is no archive that can be opened"),
        ([zip_of({"a.csv": b"0" * 30_000_000})], 422, "unpacks to more than 20 MB"),
        ([upload("big.csv", b"x" * 10_000_001)], 422, "larger than 10 MB"),
    ],
)
def test_bad_upload_is_answered_on_the_form(sign_in: SignIn, files: Any, status: int, sentence: str) -> None:
    answer = sign_in(Role.COORDINATOR).post(reverse("imports:new"), {"uploads": files, "mode": "update"})

    assert (answer.status_code, sentence in answer.content.decode()) == (status, True)
    assert ImportBatch.objects.count() == 0


def test_markup_in_a_row_is_shown_as_text(sign_in: SignIn) -> None:
    batch = import_batch(source_name="<script>x</script>.csv")
    preview_row(batch, where="<script>alert(1)</script>", value="<b>", changes={"<i>": ["<u>", "<s>"]})

    shown = sign_in(Role.COORDINATOR).get(page(batch)).content.decode()

    assert [tag in shown for tag in ("<script>alert", "<script>x", "<i>", "<u>", "<s>")] == [False] * 5


def test_undo_is_refused_with_a_sentence_after_thirty_days(sign_in: SignIn, packed: Pack) -> None:
    batch = applied(packed())  # applied at a moment long past
    client = sign_in(Role.COORDINATOR)
    ImportBatch.objects.update(applied_at=timezone.now() - timedelta(days=31))

    shown = client.get(page(batch)).content.decode()
    client.post(page(batch, "undo"))

    assert "An import can be taken back for 30 days" in shown
    assert (ImportBatch.objects.get().state, Person.objects.count()) == (ImportState.APPLIED, 5)


def test_new_mode_makes_a_new_preview(sign_in: SignIn, packed: Pack, working: Any) -> None:
    batch = previewed(packed())
    client = sign_in(Role.COORDINATOR)

    with working():
        client.post(page(batch, "options"), {"mode": "fill"})

    batch.refresh_from_db()
    assert (batch.state, batch.mode) == (ImportState.PREVIEWED, "fill")


def test_problems_download_is_safe_for_a_spreadsheet(sign_in: SignIn) -> None:
    batch = import_batch()
    preview_row(batch, value="=1+1", where="row 7", column="name", sentence="Mend it.")

    answer = sign_in(Role.AUDITOR).get(page(batch, "problems"))

    assert b"".join(answer.streaming_content).decode("utf-8-sig").splitlines() == [
        "kind,table,row,column,value,sentence",
        "error,Person,row 7,name,'=1+1,Mend it.",
    ]
