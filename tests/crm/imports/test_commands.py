import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.imports import registry, us_congress
from crm.imports.models import ImportBatch
from crm.imports.registry import known_profiles
from crm.people.models import Person
from tests.bench.invented_source import write_csv
from tests.crm.imports.steps import dump

pytestmark = pytest.mark.django_db
OPENSTATES = "policymakers/openstates"


def run(name: str, *args: Any) -> str:
    out = StringIO()
    call_command(name, *map(str, args), stdout=out)
    return out.getvalue()


def refusal(path: Path, profile: str = "us-congress") -> str:
    with pytest.raises(CommandError) as caught:
        run("import_people", path, "--profile", profile)
    assert ImportBatch.objects.count() == 0
    return str(caught.value)


def test_dry_run_reports_exactly_what_the_run_then_does(congress: Path) -> None:
    options = (congress, "--profile", "us-congress", "--json")

    dry = json.loads(run("import_people", *options, "--dry-run"))
    nothing = Person.objects.count()
    real = json.loads(run("import_people", *options))

    assert nothing == 0
    assert (dry.pop("dry_run"), dry.pop("batch")) == (True, None)
    assert (real.pop("dry_run"), real.pop("batch")) == (False, ImportBatch.objects.get().pk)
    assert dry == real
    assert len(real["rows"]) == 111


def test_second_run_says_that_nothing_changed(congress: Path) -> None:
    first = run("import_people", congress, "--profile", "us-congress")

    second = run("import_people", congress, "--profile", "us-congress")

    number = ImportBatch.objects.order_by("id")[0].pk
    assert first.splitlines()[-1] == f"Done as import {number}. To take it back: manage.py undo_import {number}"
    assert second.splitlines()[-1] == "Everything in the source stands here already; nothing was changed."


def test_undo_command_takes_back_and_then_says_so(congress: Path) -> None:
    empty = dump()
    number = json.loads(run("import_people", congress, "--profile", "us-congress", "--json"))["batch"]

    answer = run("undo_import", number)
    with pytest.raises(CommandError) as caught:
        run("undo_import", number)

    assert answer == "111 rows deleted, 0 set back, 0 left as they are.\n"
    assert dump() == empty
    assert str(caught.value) == "This import was already taken back; there is nothing left to do."


@pytest.mark.parametrize("number", ["99", "nonsense", "9" * 40])
def test_undo_of_an_unknown_import_is_refused(number: str) -> None:
    with pytest.raises(CommandError) as caught:
        run("undo_import", number)

    assert str(caught.value) == f"There is no import “{number}”; take the number that the import printed."


def test_missing_path_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nowhere"

    assert refusal(path) == f"There is no file or folder “{path}”; check the path."


def test_unknown_profile_is_refused_with_the_known_ones(congress: Path) -> None:
    known = ", ".join(known_profiles())

    assert refusal(congress, "congress") == f"There is no import profile “congress”; use one of: {known}."


def test_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vt" / "legislature").mkdir(parents=True)

    assert refusal(tmp_path) == (
        f"“{tmp_path.name}” holds no legislators-current.json, .yaml or .csv, so it is not a congress-legislators "
        "folder; check the path or name another profile."
    )


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "legislators-current.json",
            b'[\n{"id": {}},\n{"id": ]',
            "“legislators-current.json” is not valid JSON at line 3; mend that line or download the file again.",
        ),
        (
            "committees-current.json",
            b"[" * 100_000,
            "“committees-current.json” is nested too deeply to be a list of people; check the file.",
        ),
        (
            "committee-membership-current.yaml",
            b"HSRV:\n- name: [broken\nSSTD:\n",
            "“committee-membership-current.yaml” is not plain YAML at line 3; "
            "mend that line or download the file again.",
        ),
        (
            "committee-membership-current.yaml",
            b"[" * 100_000,
            "“committee-membership-current.yaml” is nested too deeply to be a list of people; check the file.",
        ),
        (
            "committee-membership-current.yaml",
            b"a: &a [x, x]\nb: [*a, *a]\n",
            "“committee-membership-current.yaml” uses a YAML alias at line 2; save it without aliases.",
        ),
        (
            "committee-membership-current.yaml",
            b'HSRV: !!python/object/apply:os.system ["touch pwned"]\n',
            "“committee-membership-current.yaml” is not plain YAML at line 1; "
            "mend that line or download the file again.",
        ),
        (
            "legislators-district-offices.csv",
            b"bioguide,id\nX000001,a,b,c\n",
            "“legislators-district-offices.csv” has cells without a column name at line 2; "
            "mend that line and try again.",
        ),
        (
            "legislators-current.json",
            b'[{"id": {"bioguide": "X\\u0000"}, "terms": []}]',
            "“legislators-current.json” holds characters that are no text; download it again.",
        ),
        (
            "committees-current.json",
            b'[{"name": "half a \\ud83d"}]',
            "“committees-current.json” holds characters that are no text; download it again.",
        ),
        ("legislators-current.json", b"", "“legislators-current.json” is empty; export it again."),
        (
            "legislators-current.json",
            b"\x89PNG\r\n\x1a\n\x00\x01\x02",
            "“legislators-current.json” is not a text file; export it as JSON, YAML or CSV and try again.",
        ),
        (
            "legislators-current.json",
            b'{"persons": []}',
            "“legislators-current.json” is no list of members of Congress with id, name and terms; "
            "check the path or name another profile.",
        ),
        (
            "legislators-social-media.json",
            b'{"accounts": []}',
            "“legislators-social-media.json” holds no list of rows; download it again or take it away.",
        ),
    ],
)
def test_broken_file_is_refused_by_name_and_line(congress: Path, name: str, content: bytes, sentence: str) -> None:
    (congress / name).write_bytes(content)

    assert refusal(congress) == sentence


def test_file_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.docx"
    path.write_bytes(b"words")

    assert refusal(path) == "“people.docx” is not a .json, .yaml or .csv file; choose one of those."


@pytest.mark.parametrize("format_", ["yaml", "csv"])
def test_other_formats_of_the_list_are_read(congress: Path, format_: str) -> None:
    (congress / "legislators-current.json").unlink()
    path = congress / f"legislators-current.{format_}"
    if format_ == "yaml":
        path.write_text("- id: {bioguide: X000009, thomas: 007}\n  name: {first: Kari, last: No}\n" + TERM)
    else:
        path.write_text(
            "last_name,first_name,full_name,type,state,district,senate_class,party,bioguide_id,thomas_id,fec_ids\n"
            "No,Kari,,rep,CA,7,,Democrat,X000009,007,\n",
            encoding="utf-8-sig",
        )

    run("import_people", path, "--profile", "us-congress")

    person = Person.objects.get()
    assert (person.name, person.family_name) == ("Kari No", "No")
    assert list(person.identifiers.values_list("identifier", flat=True)) == ["X000009", "007"]
    assert [seat.area.code for seat in person.memberships.all() if seat.area] == ["CA-7"]


TERM = "  terms:\n  - {type: rep, state: CA, district: 07, start: 2021-10-01, end: 2023-01-03, party: Democrat}\n"


def test_every_dirty_file_is_refused_with_a_sentence(shared_data: Path) -> None:
    answers = {path.name: refusal(path) for path in sorted((shared_data / "dirty").iterdir())}

    assert len(answers) >= 15
    assert {name: answer for name, answer in answers.items() if "\n" in answer or not answer.endswith(".")} == {}
    assert [name for name, answer in answers.items() if f"“{name}”" not in answer] == []


def test_folder_of_open_states_is_refused(shared_data: Path) -> None:
    assert refusal(shared_data / OPENSTATES).startswith("“openstates” holds no legislators-current.json")


def with_bad_row(congress: Path) -> Path:
    path = congress / "legislators-current.json"
    people = json.loads(path.read_text())
    people[4]["name"]["last"] = "V" * 101
    path.write_text(json.dumps(people))
    return congress


def test_one_bad_row_keeps_everything_out_and_says_how_to_go_on(congress: Path) -> None:
    before = dump()

    sentence = refusal(with_bad_row(congress))

    assert dump() == before
    assert sentence == (
        "1 row has an error, so nothing was changed: mend it in the file, or leave bad rows out. "
        "--skip-bad-rows leaves them out, --dry-run --json lists them."
    )


def test_bad_rows_can_be_left_out(congress: Path) -> None:
    options = (with_bad_row(congress), "--profile", "us-congress", "--json", "--skip-bad-rows")

    report = json.loads(run("import_people", *options))

    assert (report["batch"], Person.objects.count()) == (ImportBatch.objects.get().pk, 4)
    assert report["counts"]["Person"]["errors"] == 1


def test_refused_run_still_prints_its_report_as_json(congress: Path) -> None:
    out = StringIO()

    with pytest.raises(CommandError):
        call_command(
            "import_people", str(with_bad_row(congress)), "--profile", "us-congress", "--json", stdout=out
        )  # fmt: skip

    report = json.loads(out.getvalue())
    assert (report["batch"], report["counts"]["Person"]["errors"]) == (None, 1)


def test_import_and_undo_are_somebodys(congress: Path, coordinator: User) -> None:
    by = ("--by", coordinator.username)

    number = json.loads(run("import_people", congress, "--profile", "us-congress", "--json", *by))["batch"]
    run("undo_import", number, *by)

    batch = ImportBatch.objects.get()
    assert (batch.created_by, batch.report["undo"]["deleted"]["Person"]) == (coordinator, 5)
    assert list(ActivityEntry.objects.values_list("verb", "actor").order_by("id")) == [
        ("import.applied", coordinator.pk),
        ("import.undone", coordinator.pk),
    ]


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        (("--by", "nobody"), "There is no active user “nobody”; name one who can sign in."),
        (("--option", "consent"), "“consent” is no option; write it like consent=yes."),
        (("--option", "=yes"), "“=yes” is no option; write it like consent=yes."),
    ],
)
def test_wrong_extra_is_refused(congress: Path, extra: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError) as caught:
        run("import_people", congress, "--profile", "us-congress", *extra)

    assert (str(caught.value), ImportBatch.objects.count()) == (sentence, 0)


def test_options_reach_the_reader(congress: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []

    def reader(path: Path, *, options: Any) -> Any:
        told.append(options)
        return us_congress.read(path)

    monkeypatch.setitem(registry._profiles, "table", registry.Profile("table", reader, "A table"))

    run("import_people", congress, "--profile", "table:members", "--option", "consent=post", "--dry-run")

    assert told == [{"mapping": "members", "consent": "post"}]


@pytest.mark.slow
def test_one_bad_row_in_ten_thousand_writes_nothing_and_undo_leaves_no_trace(tmp_path: Path) -> None:
    before = dump()
    write_csv(tmp_path / "legislators-current.csv", 10_000, bad_row=7_777)

    sentence = refusal(tmp_path)
    nothing = dump() == before
    number = json.loads(
        run("import_people", tmp_path, "--profile", "us-congress", "--json", "--skip-bad-rows")
    )["batch"]  # fmt: skip
    people = Person.objects.count()
    run("undo_import", number)

    assert sentence.startswith("1 row has an error, so nothing was changed")
    assert (nothing, people, dump() == before) == (True, 9_999, True)
