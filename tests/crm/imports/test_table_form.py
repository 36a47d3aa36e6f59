"""The page of columns: what it asks, what it refuses, what it gives to the reader."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.access.models import User
from crm.imports.forms import TableForm
from crm.imports.models import ImportBatch
from crm.mappings.actions import save_mapping
from crm.mappings.models import SavedMapping
from tests.crm.imports.steps import AT
from tests.crm.imports.tables import MAILCHIMP, NATIONBUILDER, OUTLOOK, table
from tests.factories.imports import upload

pytestmark = pytest.mark.django_db
PEOPLE = ("Name,Mail,Colour", "Ann,ann@x.example,red", "Bea,b@x.example,red")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return table(tmp_path / "choir.csv", *PEOPLE)


def answers(**changes: str) -> dict[str, str]:
    given = {"source": "choir", "category": "advocate", "column_0": "name", "column_1": "email", "column_2": ""}
    return given | changes


def test_form_shows_each_column_with_its_guess_and_samples(people: Path) -> None:
    form = TableForm(path=people)

    shown = [(c["field"].label, c["field"].initial, c["samples"]) for c in form.columns()]
    assert shown == [
        ("Name", "name", ["Ann", "Bea"]),
        ("Mail", "email", ["ann@x.example", "b@x.example"]),
        ("Colour", "", ["red"]),
    ]
    assert (form["source"].initial, "state" in form.fields) == ("choir", False)


@pytest.mark.parametrize("header", [NATIONBUILDER, OUTLOOK, MAILCHIMP])
def test_known_export_can_be_sent_as_it_is_recognised(tmp_path: Path, header: str) -> None:
    path = table(tmp_path / "people.csv", header, "," * header.count(",") + "x")
    asked = TableForm(path=path)
    given = {name: field.initial or "" for name, field in asked.fields.items()}

    form = TableForm(given | {"state": "cleaned"}, path=path)

    assert form.errors == {}
    assert form.as_options()["columns"] == {c["field"].label: c["field"].initial for c in asked.columns()}
    assert form.as_options().get("state", "") == ("cleaned" if header == MAILCHIMP else "")


def test_mailchimp_must_say_which_file_it_is(tmp_path: Path) -> None:
    path = table(tmp_path / "people.csv", MAILCHIMP, "a@x.example,,,,,1,2,,")
    given = {name: field.initial or "" for name, field in TableForm(path=path).fields.items()}

    form = TableForm(given, path=path)

    assert form.errors == {"state": ["This field is required."]}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, {}),
        ({"column_2": "name"}, {"column_2": ["Two columns say “Name”; choose one of them."]}),
        ({"column_2": "email"}, {}),
        ({"column_2": "x"}, {"column_2": ["Select a valid choice. x is not one of the available choices."]}),
        (
            {"column_1": ""},
            {
                "__all__": [
                    "“choir.csv” has no column we know people by; it needs a name, and an e-mail address or an id. "
                    "Name those columns, or say on the mapping page which they are."
                ]
            },
        ),
        (
            {"basis_source": "a form"},
            {"basis_source": ["Say where, when and to which words they said yes, or none of it."]},
        ),
        ({"basis_date": "soon"}, {"basis_date": ["Enter a valid date."]}),
    ],
)  # fmt: skip
def test_form_refuses_what_the_reader_could_not_use(people: Path, changes: dict[str, str], errors: Any) -> None:
    assert TableForm(answers(**changes), path=people).errors == errors


def test_options_carry_every_answer(people: Path) -> None:
    save_mapping("choir", columns={"Name": "name", "Mail": "email"}, by=None, at=AT)
    basis = {"basis_source": "a form", "basis_date": "2025-03-01", "basis_wording": "Yes."}
    form = TableForm(answers(**basis, notes="on"), path=people, options={"mapping": "choir"})

    assert form.is_valid()
    assert form.as_options() == {
        "mapping": "choir",
        "source": "choir",
        "category": "advocate",
        "notes": True,
        "columns": {"Name": "name", "Mail": "email", "Colour": ""},
        "basis": {"source": "a form", "date": "2025-03-01", "wording": "Yes."},
    }


def test_mapping_is_kept_under_its_name(people: Path, coordinator: User) -> None:
    form = TableForm(answers(save_as="choir"), path=people, user=coordinator)

    assert form.is_valid()
    form.remember(by=coordinator, at=AT)
    form.remember(by=coordinator, at=AT)

    kept = SavedMapping.objects.get()
    assert (kept.name, kept.columns, kept.version) == ("choir", {"Name": "name", "Mail": "email", "Colour": ""}, 1)


def test_file_nobody_can_read_has_no_questions(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"")
    form = TableForm({}, path=path, options={"source": "x"})

    assert (form.is_valid(), list(form.fields), form.as_options(), form.remember(by=None, at=AT)) == (
        True,
        [],
        {"source": "x"},
        None,
    )


def test_table_is_handed_in_asked_about_and_previewed(
    sign_in: Callable[[Role], Client], tmp_path: Path, settings: Any
) -> None:
    settings.IMPORTS_ROOT = tmp_path / "imports"
    client = sign_in(Role.COORDINATOR)
    content = "\n".join(PEOPLE).encode()

    staged = client.post(
        reverse("imports:new"), {"uploads": upload("choir.csv", content), "profile": "csv", "mode": "update"}
    )
    batch = ImportBatch.objects.get()
    page = client.get(staged["Location"])
    refused = client.post(staged["Location"], answers(column_1="", mode="update"))
    sent = client.post(staged["Location"], answers(mode="update", save_as="choir"))
    batch.refresh_from_db()

    assert staged["Location"] == reverse("imports:options", args=[batch.public_id])
    assert '<th scope="row"><label for="id_column_2">Colour</label></th>' in page.content.decode()
    assert (refused.status_code, sent.status_code) == (422, 302)
    assert batch.options["columns"] == {"Name": "name", "Mail": "email", "Colour": ""}
    assert SavedMapping.objects.get().name == "choir"
