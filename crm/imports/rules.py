"""The difference between what a source says and what stands here. Pure: reads no file and no database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import DecimalField, Field, IntegerField, Model, TextField
from django.utils.translation import gettext as _

from crm.base.dates import PartialDateField, last_day, validate_partial_date
from crm.base.text import clean_text, one_line
from crm.imports.enums import ImportMode, Outcome, ProblemKind
from crm.imports.popolo import MODELS, NOTHING, SPECS, Batch, Problem, Record, Spec, gives_way
from crm.people.enums import ContactType

Existing = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Word:
    """What an import wrote into a column, and by which profile."""

    value: Any
    profile: str


@dataclass(slots=True, eq=False)
class Row:
    """One record with what the plan makes of it. `links` point to rows; `pk` is known once the row exists."""

    record: Record
    outcome: Outcome = Outcome.CREATED
    pk: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    existing: Existing | None = None
    changes: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    fault: bool = False


@dataclass(slots=True)
class Plan:
    """What a run would do. `state` says what the registry looked like when this was worked out."""

    batch: Batch
    mode: ImportMode
    state: tuple[Any, ...] = ()
    rows: dict[type[Model], list[Row]] = field(default_factory=lambda: {model: [] for model in MODELS})
    targets: dict[str, Row] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    missing: list[tuple[type[Model], int]] = field(default_factory=list)

    def report(
        self, kind: ProblemKind, row: Row, column: str, value: Any, sentence: str, left_out: bool = False
    ) -> None:
        """Note what is wrong with one row; the row itself goes on unless it is refused."""
        record = row.record
        self.problems.append(Problem(kind, record.model, record.ref, column, str(value)[:200], sentence, left_out))

    def refuse(self, kind: ProblemKind, row: Row, column: str, value: Any, sentence: str) -> None:
        """Leave the row out, and say why."""
        row.outcome = Outcome.REFUSED
        self.report(kind, row, column, value, sentence, left_out=True)


def value_of(target: Any) -> Any:
    """The column's value: a link to a row is the row's number, None while it is not written."""
    return target.pk if isinstance(target, Row) else target


def as_json(value: Any) -> Any:
    """How a value is kept in an import row."""
    value = value_of(value)
    return format(value, "f") if isinstance(value, Decimal) else value


def is_blank(value: Any) -> bool:
    return value is None or value == ""


def same(old: Any, new: Any) -> bool:
    """Whether two column values say the same; no value and an empty text are one."""
    return old == new or (is_blank(old) and is_blank(new))


def key_of(columns: Iterable[str], values: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a row is found by. A link to a row that does not exist yet stands for itself and finds nothing."""
    is_mail = values.get("type") == ContactType.EMAIL
    return tuple(_part(values.get(column), is_mail and column == "value") for column in columns)


def _part(value: Any, folds_case: bool) -> Any:
    return value.pk or value if isinstance(value, Row) else (value or "").lower() if folds_case else value or None


def take(plan: Plan, record: Record) -> Row:
    """Turn a record into a row of the plan: cleaned, with its links; faults are reported."""
    row = Row(record)
    plan.rows[record.model].append(row)
    for column, value in (*record.defaults.items(), *record.values.items()):
        row.values[column] = _cleaned(plan, row, _column(record.model, column), value)
    for column, ref in record.links.items():
        _resolve(plan, row, f"{column}_id", ref)
    _check_interval(plan, row)
    if record.ref in plan.targets:
        plan.refuse(ProblemKind.ERROR, row, "", "", _("This row stands twice in the file; keep one of them."))
    else:
        plan.targets[record.ref] = row
    return row


def _resolve(plan: Plan, row: Row, column: str, ref: str) -> None:
    target = plan.targets.get(ref)
    if target is not None and target.outcome != Outcome.REFUSED:
        row.values[column] = target
        return
    sentence = _("It names “%(ref)s”, which is neither in the file nor here; add that row first.") % {"ref": ref}
    if column in SPECS[row.record.model].required:
        plan.refuse(ProblemKind.UNRESOLVED, row, column, ref, sentence)
    else:
        plan.report(ProblemKind.UNRESOLVED, row, column, ref, sentence)


def _cleaned(plan: Plan, row: Row, column: Field, value: Any) -> Any:
    if isinstance(column, DecimalField | IntegerField):
        return _needed(plan, row, column, _number(plan, row, column, value))
    text = tidy(value, isinstance(column, TextField))
    if text and isinstance(column, PartialDateField):
        return _date(plan, row, column, text)
    if column.max_length and len(text) > column.max_length:
        sentence = _("This is longer than %(limit)s characters; shorten it in the file.")
        plan.refuse(ProblemKind.ERROR, row, column.name, text, sentence % {"limit": column.max_length})
    elif not text and not column.blank:
        plan.refuse(ProblemKind.ERROR, row, column.name, "", _("This is empty; fill it in the file."))
    elif text and column.choices and text not in _choices(column):
        plan.refuse(ProblemKind.ERROR, row, column.name, text, _("This is not one of the known values."))
    return text


@cache
def _column(model: type[Model], name: str) -> Field:
    return next(column for column in model._meta.concrete_fields if column.name == name)


@cache
def _choices(column: Field) -> frozenset[str]:
    return frozenset(choice for choice, _label in column.flatchoices)


def tidy(value: str, is_prose: bool = False) -> str:
    """The text as it is kept."""
    if value.isascii() and value.isprintable() and "  " not in value:
        return value.strip()
    return clean_text(value) if is_prose else one_line(value)


def _date(plan: Plan, row: Row, column: Field, text: str) -> str:
    try:
        validate_partial_date(text)
    except ValidationError as error:
        plan.report(ProblemKind.ERROR, row, column.name, text, error.messages[0])
        return ""
    return text


def _needed(plan: Plan, row: Row, column: Field, number: Decimal | int | None) -> Decimal | int | None:
    if number is None and not column.null:
        plan.refuse(ProblemKind.ERROR, row, column.name, "", _("This is empty or no number; fill it in the file."))
    return number


def _number(plan: Plan, row: Row, column: DecimalField | IntegerField, value: Any) -> Decimal | int | None:
    if is_blank(value):
        return None
    try:
        if isinstance(column, DecimalField):
            number: Decimal | int = Decimal(value).quantize(Decimal(1).scaleb(-column.decimal_places))
        else:
            number = int(value)
        column.run_validators(number)
    except (ValueError, InvalidOperation, ValidationError):
        plan.report(ProblemKind.ERROR, row, column.name, value, _("This is not a number we can keep; check it."))
        return None
    return number


def _check_interval(plan: Plan, row: Row) -> None:
    start, end = row.values.get("start_date") or "", row.values.get("end_date") or ""
    if start and end and last_day(end).isoformat() < start:
        plan.report(ProblemKind.ERROR, row, "end_date", end, _("This ends before it starts; check both dates."))


def compare(plan: Plan, row: Row, existing: Existing | None) -> None:
    """Set beside the row what stands here, and note the columns in which the file says something else."""
    row.existing = existing
    if existing is None:
        return
    row.pk, row.outcome = existing["pk"], Outcome.UNCHANGED
    spec = SPECS[row.record.model]
    changes = {}
    found_by = spec.key if key_of(spec.key, row.values) == key_of(spec.key, existing) else ()
    for column in (column for column in spec.values if column in row.values):
        if column in found_by or (column in row.record.defaults and not is_blank(existing[column])):
            continue
        new = row.values[column]
        unwritten = isinstance(new, Row) and new.pk is None
        if unwritten or not (is_blank(value_of(new)) or same(existing[column], value_of(new))):
            changes[column] = new
    row.changes = changes or NOTHING


def decide(plan: Plan, row: Row, written: Mapping[str, Word]) -> None:
    """Keep the changes this mode allows. `written` is what the last import wrote into the row, by column.

    A value that is not what an import wrote was put there by staff: in mode `update` it is a conflict. What a
    stronger source wrote stands, without a word. Whom a row belongs to is never changed.
    """
    allowed = {}
    for column, new in row.changes.items():
        old, word = (row.existing or {})[column], written.get(column)
        if plan.mode == ImportMode.SKIP or (plan.mode == ImportMode.FILL and not is_blank(old)):
            continue
        is_owner = column in SPECS[row.record.model].required
        untouched = same(word.value, as_json(old)) if word else is_blank(old)
        if word and untouched and not is_blank(old) and gives_way(plan.batch.profile, word.profile, row.record.model):
            continue
        if not is_owner and (plan.mode == ImportMode.FILL or untouched):
            allowed[column] = new
        else:
            sentence = _("Somebody here wrote something else; keep it or take the value of the file by hand.")
            plan.report(ProblemKind.CONFLICT, row, column, as_json(new), sentence)
    row.changes = allowed or NOTHING
    if allowed:
        row.outcome = Outcome.UPDATED


def pairs(
    spec: Spec, rows: Iterable[Row], standing: Iterable[tuple[tuple[Any, ...], Existing]]
) -> Iterator[tuple[Row, Existing | None, bool]]:
    """Each row of a file with the row here it is, None for a new one, and whether an earlier row says the same.

    `standing` is what is here, each with its key. Rows that share a key are told apart by `spec.apart`; what is
    left of them on both sides is taken for the same in turn, so that a changed value is an update.
    """
    here, file = defaultdict[Any, list[Existing]](list), defaultdict[Any, list[Row]](list)
    for key, known in standing:
        here[key].append(known)
    for row in rows:
        file[key_of(spec.key, row.values)].append(row)
    for key, group in file.items():
        free = {key_of(spec.apart, known): known for known in here[key]}
        distinct = {key_of(spec.apart, row.values): row for row in reversed(group)}
        exact = {tie: free.pop(tie) for tie in distinct if tie in free}
        left = iter(reversed(free.values()))
        for row in group:
            tie = key_of(spec.apart, row.values)
            if distinct[tie] is not row:
                yield row, None, True
            else:
                yield row, exact[tie] if tie in exact else next(left, None), False


def counts(plan: Plan) -> dict[str, dict[str, int]]:
    """Per model: created, updated, unchanged, and how many rows have a conflict, an error, an unresolved name."""
    found = {model._meta.object_name or "": _outcomes(plan.rows[model]) for model in MODELS}
    for kind in ProblemKind:
        for model in MODELS:
            rows = {problem.where for problem in plan.problems if problem.kind == kind and problem.model is model}
            found[model._meta.object_name or ""][kind.value] = len(rows)
    for model, _pk in plan.missing:
        found[model._meta.object_name or ""]["missing"] += 1
    return found


def _outcomes(rows: list[Row]) -> dict[str, int]:
    kinds = [row.outcome for row in rows]
    taken = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
    return {outcome.value: kinds.count(outcome) for outcome in taken} | {"missing": 0}


def totals(batch: Batch) -> dict[str, int]:
    """How many rows of each kind the source holds, in the source's own words."""
    found: dict[str, int] = {}
    for record in batch.records:
        found[record.kind] = found.get(record.kind, 0) + 1
    return dict(sorted(found.items()))
