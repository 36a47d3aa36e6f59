"""Import one set of the shared data into an empty registry, count, and take everything back."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from crm.imports.actions import apply_plan
from crm.imports.enums import ImportMode, Outcome
from crm.imports.queries import plan_import
from crm.imports.registry import read_source
from crm.imports.rules import Plan
from tests.crm.imports import real_numbers, test_real_congress

Pair = tuple[dict[str, Any], dict[str, Any]]
AT = datetime(2026, 8, 5, 12, tzinfo=UTC)
STATES = ("vt", "pr", "ne", "mn")
NO_CHANGE = "changes of a second pass"
POPOLO_CONGRESS = Path("popolo") / "us-congress-current.popolo.json"


@contextmanager
def taken_back() -> Iterator[None]:
    """Undo everything written inside, by rolling back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def load(path: Path, profile: str) -> Plan:
    plan = plan_import(read_source(path, profile=profile), mode=ImportMode.UPDATE)
    apply_plan(plan, by=None, at=AT, skip_bad_rows=True)
    return plan


def written(plan: Plan) -> int:
    taken = (Outcome.CREATED, Outcome.UPDATED)
    return sum(row.outcome in taken for rows in plan.rows.values() for row in rows)


def reference_counts(data: Path, name: str) -> Any:
    return json.loads((data / "expected" / f"{name}.json").read_text())


def _counted(jobs: list[tuple[Path, str]], expected: dict[str, Any], numbers: Callable[[], dict[str, Any]]) -> Pair:
    """What is expected of the counts we take, and the counts; a second pass of everything must change nothing."""
    with taken_back():
        for job in jobs:
            load(*job)
        found = numbers()
        found[NO_CHANGE] = sum(written(load(*job)) for job in jobs)
    return {name: expected.get(name, 0) for name in found}, found


def congress(data: Path) -> Pair:
    expected = reference_counts(data, "us-congress-current")
    expected["membership_titles"] = dict(expected["membership_titles"])
    return _counted([(data / "policymakers" / "us-congress", "us-congress")], expected, test_real_congress.numbers)


def openstates(data: Path, state: str) -> Pair:
    expected = reference_counts(data, "openstates")[state]
    expected["committee_roles"] = dict(expected["committee_roles"])
    for name, repeats in _said_twice(data, state).items():
        expected[name] -= repeats
    for role in _name_only(data, state):
        expected["committee_roles"][role] -= 1
    with taken_back():
        plan = load(data / "policymakers" / "openstates" / state, "openstates")
        found = real_numbers.openstates()
        kinds = [(problem.kind.value, problem.column) for problem in plan.problems]
        found["roles_end_before_start"] = kinds.count(("errors", "end_date"))
        found["memberships_name_only"] = kinds.count(("unresolved", "person_id"))
        found["committee_memberships"] = found["memberships_with_person_id"] + found["memberships_name_only"]
        found[NO_CHANGE] = written(load(data / "policymakers" / "openstates" / state, "openstates"))
    # The reference lists the ten commonest roles only.
    found["committee_roles"] = {role: found["committee_roles"].get(role) for role in expected["committee_roles"]}
    return {name: expected.get(name, 0) for name in found}, found


def _said_twice(data: Path, state: str) -> dict[str, int]:
    """How often a person's file says one address or name again: the reference counts it, we keep it once."""
    keys = {"links": "url", "sources": "url", "other_names": "name"}
    found = dict.fromkeys(keys, 0)
    for is_committee, document in _documents(data, state):
        for name, key in keys.items() if not is_committee else ():
            values = [row[key] for row in document.get(name) or []]
            found[name] += len(values) - len(set(values))
    return found


def _name_only(data: Path, state: str) -> Iterator[str]:
    """The roles of committee members of whom only a name is known: the reference counts them, we list them."""
    for is_committee, document in _documents(data, state):
        for member in document.get("members") or [] if is_committee else ():
            if not member.get("person_id"):
                yield member.get("role") or "member"


def _documents(data: Path, state: str) -> Iterator[tuple[bool, dict[str, Any]]]:
    for path in (data / "policymakers" / "openstates" / state).glob("*/*.yml"):
        yield path.parent.name == "committees", yaml.load(path.read_text(), yaml.CSafeLoader)


def openstates_total(data: Path) -> Pair:
    expected = reference_counts(data, "openstates")["_total"]
    with taken_back():
        plan = load(data / "policymakers" / "openstates", "openstates")
        found = real_numbers.openstates()
        listed = sum(problem.kind.value == "unresolved" for problem in plan.problems)
    found["committee_memberships"] = found["memberships_with_person_id"] + listed
    return expected, {name: found[name] for name in expected}


def popolo(data: Path) -> Pair:
    expected = reference_counts(data, "popolo-us-congress")
    return _counted([(data / POPOLO_CONGRESS, "popolo")], expected, real_numbers.popolo_congress)


def both_congresses(data: Path) -> Pair:
    """Two sources of the same people, in both orders, twice each in turn."""
    jobs = [(data / "policymakers" / "us-congress", "us-congress"), (data / POPOLO_CONGRESS, "popolo")]
    found: dict[str, Any] = {}
    pictures = []
    for order in (jobs, jobs[::-1]):
        with taken_back():
            plans = [load(*job) for job in order]
            name = " → ".join(profile for _path, profile in order)
            seen = real_numbers.picture()
            pictures.append(seen)
            found[f"people, {name}"] = len(seen["people"])
            found[f"terms and seats, {name}"] = len(seen["memberships"])
            found[f"refused, {name}"] = sum(len(plan.problems) for plan in plans)
            found[f"changes of two passes more, {name}"] = sum(written(load(*job)) for job in order * 2)
    kinds = {kind: pictures[0][kind] == pictures[1][kind] for kind in pictures[0]}
    found |= {f"same {kind} in both orders": same for kind, same in kinds.items()}
    expected = {name: True for name in found if name.startswith("same ")}
    for name in found:
        expected.setdefault(name, 537 if name.startswith("people") else 0)
        if name.startswith("terms"):
            expected[name] = 2792 + 3879 + len([row for row in pictures[0]["memberships"] if row[7] == "leadership"])
    return expected, found


def division_files(data: Path) -> list[str]:
    return list(reference_counts(data, "divisions"))


def divisions(data: Path, file: str) -> Pair:
    expected = reference_counts(data, "divisions")[file]
    return _counted([(data / "divisions" / file, "ocd-divisions")], expected, real_numbers.divisions)


def reference(data: Path) -> Pair:
    rows = {file: counts["rows"] for file, counts in reference_counts(data, "reference").items()}
    rows["names in six languages"] = rows["country-codes.csv"] * 6
    files = [(data / "reference" / file, "reference") for file in reversed(list(rows)) if file.endswith(".csv")]
    return _counted(files, rows, real_numbers.reference)


def every_job(data: Path) -> list[tuple[Path, str]]:
    """Every file or folder of the shared data that has a profile."""
    return [
        (data / "policymakers" / "us-congress", "us-congress"),
        *((data / "policymakers" / "openstates" / state, "openstates") for state in STATES),
        (data / POPOLO_CONGRESS, "popolo"),
        *((data / "divisions" / file, "ocd-divisions") for file in division_files(data)),
        *((path, "reference") for path in sorted((data / "reference").glob("*.csv"))),
    ]


def any_order(data: Path) -> Pair:
    """The same rows whatever comes first; a second pass in yet another order changes nothing."""
    jobs = every_job(data)
    pictures, found = [], {}
    for seed in range(3):
        order = random.Random(seed).sample(jobs, len(jobs))
        with taken_back():
            for job in order:
                load(*job)
            pictures.append(real_numbers.picture())
            found[f"order {seed}: {NO_CHANGE}"] = sum(written(load(*job)) for job in reversed(order))
    expected: dict[str, Any] = dict.fromkeys(found, 0)
    for kind, rows in pictures[0].items():
        expected[f"orders with the same {kind}"] = len(pictures)
        found[f"orders with the same {kind}"] = sum(other[kind] == rows for other in pictures)
    return expected, found
