"""Rows that stand here already and matter to a source that does not hold them: areas, parents, split postcodes."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Model, Q

from crm.imports.enums import Outcome
from crm.imports.ocd import DIVISION, is_division, parent_id
from crm.imports.popolo import Batch, Record
from crm.imports.popolo_identifiers import HOLDERS, chunks, identifiers_here, survivors
from crm.imports.rules import Plan, Row
from crm.places.models import Area, AreaCode, PostcodeArea

AREA_LINKS = ("area", "from_area", "to_area")
Found = dict[str, tuple[type[Model], int]]


def rows_elsewhere(batch: Batch) -> dict[str, Row]:
    """The rows that stand here among those the source names and does not hold, by ref."""
    held = {record.ref for record in batch.records}
    named = {ref: column for record in batch.records for column, ref in record.links.items() if ref not in held}
    areas = [ref for ref, column in named.items() if column in AREA_LINKS or is_division(ref)]
    found = _areas(areas) | _people_and_bodies({ref: batch.elsewhere[ref] for ref in named if ref in batch.elsewhere})
    return {ref: Row(Record(model, ref, {}), Outcome.UNCHANGED, pk) for ref, (model, pk) in found.items()}


def _areas(refs: list[str]) -> Found:
    """Areas by their id, the latest generation; else by a code that only one area has."""
    found = Found()
    for chunk in chunks(refs):
        for identifier, pk in _pairs(Q(identifier__in=chunk), "identifier", "pk"):
            found[identifier] = (Area, pk)
    for chunk in chunks(ref for ref in refs if ref not in found):
        holders = defaultdict[str, set[int]](set)
        codes = AreaCode.objects.filter(code__in=chunk).order_by().values_list("code", "area_id")
        for code, pk in (*codes, *_pairs(Q(code__in=chunk), "code", "pk")):
            holders[code].add(pk)
        found |= {code: (Area, pks.pop()) for code, pks in holders.items() if len(pks) == 1}
    return found


def _pairs(which: Q, *columns: str) -> Iterable[tuple[str, int]]:
    return Area.objects.filter(which).order_by("valid_from", "id").values_list(*columns)


def _people_and_bodies(wanted: dict[str, tuple[str, str]]) -> Found:
    """By the scheme and identifier a source gives for them; the survivor of a merge."""
    known = {(row["scheme"], row["identifier"]): row for row in identifiers_here([list(wanted.values())])}
    found = Found()
    for column, model in HOLDERS.items():
        holders = {ref: known[pair][column] for ref, pair in wanted.items() if pair in known and known[pair][column]}
        merged = survivors(model, holders.values())
        found |= {ref: (model, merged.get(pk, pk)) for ref, pk in holders.items()}
    return found


def also_changed(plan: Plan, model: type[Model]) -> list[Row]:
    """Rows here that a source changes without holding them."""
    if model is Area:
        return _adopted(plan)
    return _left(plan) if model is PostcodeArea else []


def _adopted(plan: Plan) -> list[Row]:
    """Divisions here whose parent this source brings: it was missing when they came."""
    rows = {row.values["identifier"]: row for row in plan.rows[Area] if row.outcome != Outcome.REFUSED}
    held = {row.pk for row in rows.values()}
    orphans = Area.objects.filter(parent=None, identifier__startswith=f"{DIVISION}country:").order_by("id")
    found = []
    for orphan in orphans.values("pk", "identifier", "parent_id", "source_url") if rows else ():
        parent = parent_id(orphan["identifier"])
        if parent in rows and orphan["pk"] not in held:
            record = Record(Area, orphan["identifier"], {}, {"parent": parent}, source_url=orphan["source_url"])
            found.append(Row(record, Outcome.UPDATED, orphan["pk"], {}, orphan, {"parent_id": rows[parent]}))
    return found


def _left(plan: Plan) -> list[Row]:
    """Areas a postcode has left: their share becomes 0, since nothing is ever deleted."""
    rows = [row for row in plan.rows[PostcodeArea] if row.outcome != Outcome.REFUSED]
    held = {row.pk for row in rows}
    found = []
    for chunk in chunks(row.values["postcode"] for row in rows):
        standing = PostcodeArea.objects.filter(postcode__in=chunk, share__gt=0).order_by("id")
        for known in standing.values("pk", "postcode", "share"):
            if known["pk"] not in held:
                record = Record(PostcodeArea, known["postcode"], {})
                found.append(Row(record, Outcome.UPDATED, known["pk"], {}, known, {"share": Decimal(0)}))
    return found
