"""The rules of DESIGN and STYLE that a machine can hold."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import get_resolver

from campaigns_site.access import Rule, rule_for
from campaigns_site.management.commands.urls_audit import every_route
from crm.privacy.registry import registered

ROOT = Path(settings.BASE_DIR)
APPS = ("crm", "meetings")
SLICE_FILES = frozenset(
    "__init__ models enums errors rules queries actions registry forms views viewsets api tasks resources".split()
)
BASE_FILES = frozenset("__init__ models errors dates text email links locking rows tasks".split())
FORMATS = {
    "availability": frozenset("ics rrule hourly expansion stamps tzid csv http".split()),
    "agendas": frozenset({"typst"}),
    "batches": frozenset({"zip"}),
    "people": frozenset("fts5 pg_trgm".split()),
    "messaging": frozenset(
        "anymail mime smtp merge markdown html5 rfc2045 rfc2047 rfc3464 rfc5322 rfc8601 rfc8058".split()
    ),
    "feeds": frozenset({"ics"}),
    "holds": frozenset({"itip"}),
    "invitations": frozenset("itip itip_reply vtimezone mime html".split()),
    "exports": frozenset("csv xlsx popolo typst".split()),
    "briefings": frozenset("snapshot typst html svg".split()),
    "influence": frozenset({"svg"}),
    "itineraries": frozenset("ics typst qr".split()),
    "lobbydays": frozenset({"planner"}),
    "imports": frozenset(
        "popolo popolo_identifiers popolo_json popolo_congress popolo_dataset popolo_parts popolo_records "
        "popolo_terms ocd "
        "ocd_divisions ocd_rows json_yaml_csv openstates spreadsheet crm_exports csv_columns csv_people "
        "csv_records openstates_bodies openstates_files openstates_people postcodes "
        "reference_data us_congress us_congress_committees us_congress_offices us_congress_terms".split()
    ),
}
DOMAIN_FILES = frozenset("enums errors models rules queries actions registry".split())
WEB = re.compile(r"^(django\.http|django\.shortcuts|django\.contrib\.messages|ninja|wagtail\.admin)(\.|$)")
ORM_WRITES = frozenset(
    "save create get_or_create update_or_create bulk_create bulk_update delete update aupdate acreate".split()
)
MAY_WRITE = frozenset("actions tasks".split())
CLOCK = frozenset({"timezone.now", "datetime.now", "date.today", "timezone.localdate", "time.time", "datetime.utcnow"})
REQUEST = re.compile(r"^request\.(GET|POST|FILES|META|COOKIES|session|user|headers)\b")
PERSONAL = re.compile(r"(^|_)(email|given_name|family_name|first_name|last_name|phone|voice|postcode|birth_date)$")
OURS = frozenset({"crm", "meetings", "cms"})


def slice_files() -> Iterator[tuple[str, Path]]:
    for app in APPS:
        for folder in sorted((ROOT / app).iterdir()):
            if folder.is_dir() and (folder / "__init__.py").exists() and folder.name != "migrations":
                yield from ((folder.name, path) for path in sorted(folder.glob("*.py")))


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def calls(path: Path) -> Iterator[tuple[int, str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, ast.unparse(node.func), node


def test_slices_hold_only_files_of_the_closed_list() -> None:
    strangers = [
        str(path.relative_to(ROOT))
        for name, path in slice_files()
        if path.stem not in (BASE_FILES if name == "base" else SLICE_FILES | FORMATS.get(name, frozenset()))
    ]

    assert strangers == []


def test_domain_files_never_import_the_web() -> None:
    guilty = [
        f"{path.relative_to(ROOT)}: {module}"
        for _name, path in slice_files()
        if path.stem in DOMAIN_FILES
        for module in imported(path)
        if WEB.match(module)
    ]

    assert guilty == []


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_rows_are_written_by_actions_only() -> None:
    guilty = [
        f"{path.relative_to(ROOT)}:{line} {call}"
        for name, path in slice_files()
        if path.stem not in MAY_WRITE and name != "base" and path.stem not in FORMATS.get(name, frozenset())
        for line, call, node in calls(path)
        if writes_rows(call, node)
    ]

    assert guilty == []


def writes_rows(call: str, node: ast.Call) -> bool:
    """Whether a call looks like the ORM writing: `….objects.create(`, `queryset.update(field=…)`, `row.save()`."""
    owner, _dot, name = call.rpartition(".")
    if name not in ORM_WRITES or owner in {"super()", "hashlib", "self.fields", "context", "initial"}:
        return False
    if name in {"update", "create"}:
        return "objects" in owner or bool(node.keywords and not node.args)
    return name != "delete" or not owner.endswith("super()")


def test_actions_never_read_the_clock_or_a_request() -> None:
    guilty = [
        f"{path.relative_to(ROOT)}:{line} {call}"
        for _name, path in slice_files()
        if path.stem in {"actions", "rules", "models", "queries"}
        for line, call, _node in calls(path)
        if call in CLOCK or REQUEST.match(call)
    ]

    assert guilty == []


def test_every_url_has_an_access_rule() -> None:
    without = [route for route in every_route(get_resolver()) if rule_for(route) is Rule.NONE]

    assert without == []


def test_an_address_nobody_declared_has_no_rule() -> None:
    assert rule_for("secret-door/") is Rule.NONE


def test_models_with_personal_fields_are_registered() -> None:
    declared = registered()
    missing = [
        model._meta.label
        for model in our_models()
        if any(PERSONAL.search(field.name) for field in model._meta.concrete_fields)
        and model._meta.label_lower not in declared
        and model._meta.label not in NOT_PERSONAL
    ]

    assert missing == []


NOT_PERSONAL = {
    "crm.PostcodeArea": "a postcode and its area, of nobody in particular",
    "meetings.Meeting": "the organizer address is our own inbox",
}


def test_models_with_a_person_are_registered() -> None:
    declared = registered()
    person = apps.get_model("crm", "Person")
    missing = [
        model._meta.label
        for model in our_models()
        if any(field.related_model is person for field in model._meta.concrete_fields)
        and model._meta.label_lower not in declared
        and model._meta.label not in HOLDS_ONLY_THE_LINK
    ]

    assert missing == []


HOLDS_ONLY_THE_LINK = {
    "meetings.Meeting": "the policymaker we met is a public role; the row goes with the retention rules",
    "meetings.MeetingRequest": "as Meeting",
}


def test_crm_models_have_no_api_fields_and_are_not_indexed() -> None:
    from wagtail.search.index import Indexed
    from wagtail.snippets.models import get_snippet_models

    own = [model for model in our_models() if model._meta.app_label in APPS]

    assert [m._meta.label for m in own if getattr(m, "api_fields", None)] == []
    assert [m._meta.label for m in own if issubclass(m, Indexed)] == []
    assert [m._meta.label for m in own if m in get_snippet_models()] == []
    assert [m._meta.label for m in own if not getattr(m, "wagtail_reference_index_ignore", False)] == []


def test_row_limited_models_deny_by_default() -> None:
    from crm.access.models import RowQuerySet

    limited = [m for m in our_models() if isinstance(m._default_manager.all(), RowQuerySet)]

    assert {m._meta.label for m in limited} >= {"crm.Person", "crm.InternalNote", "meetings.Meeting", "crm.Task"}
    assert [m._meta.label for m in limited if "visible_to" not in type(m._default_manager.all()).__dict__] == []


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "NotImplementedError"])
def test_nothing_is_left_unfinished(word: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for app in (*APPS, "cms", "campaigns_site")
        for path in (ROOT / app).rglob("*.py")
        if re.search(rf"\b{word}\b", path.read_text())
    ]

    assert found == []


def test_modules_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for app in (*APPS, "cms", "campaigns_site")
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 300
    }

    assert long == {}


def test_every_slice_has_a_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layered = {
        name for contract in contracts for layer in contract.get("layers", ()) for name in re.split(r" [:|] ", layer)
    }

    assert sorted({path.parent.name for _name, path in slice_files()} - layered) == []


def test_imports_go_one_way() -> None:
    answer = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout[-4000:]
