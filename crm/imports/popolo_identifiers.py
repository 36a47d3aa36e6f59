"""Which people and bodies here carry the identifiers a source names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from crm.base.text import fold
from crm.imports.enums import Outcome, ProblemKind
from crm.imports.popolo import Batch
from crm.imports.rules import Existing, Plan, Row, tidy
from crm.people.enums import ContactType, Visibility
from crm.people.models import ContactDetail, Identifier, Organization, Person

CHUNK = 500
HOLDERS: dict[str, type[Model]] = {"person_id": Person, "organization_id": Organization}
PAIR = ("scheme", "identifier")
MAX_SCHEME, MAX_IDENTIFIER = (getattr(Identifier._meta.get_field(name), "max_length", 0) for name in PAIR)


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Distinct values in pieces one query can name."""
    listed = list(dict.fromkeys(values))
    return (listed[start : start + CHUNK] for start in range(0, len(listed), CHUNK))


class Owners:
    """Which person or body here a source means: by its ids, else, where the source allows it, by mail address."""

    def __init__(self, batch: Batch) -> None:
        self.named: dict[str, list[tuple[str, str]]] = defaultdict(list)
        claimed = set[tuple[str, str]]()
        for record in batch.of(Identifier):
            pair = (tidy(record.values["scheme"]), tidy(record.values["identifier"]))
            if pair not in claimed and all(pair) and len(pair[0]) <= MAX_SCHEME and len(pair[1]) <= MAX_IDENTIFIER:
                claimed.add(pair)
                self.named[next(iter(record.links.values()))].append(pair)
        self.known = {(row["scheme"], row["identifier"]): row for row in identifiers_here(self.named.values())}
        self.addresses = _addresses(batch) if batch.joins_by_email else {}
        issued = ((record, record.defaults.get("public_id")) for record in batch.records if record.defaults)
        self.own_ids = {record.ref: text for record, text in issued if text}
        self.mailed = people_by_email(each for emails in self.addresses.values() for each in emails)
        self.issued = {column: _by_public_id(model, self.own_ids.values()) for column, model in HOLDERS.items()}
        self.merged = {column: survivors(model, self._pks(column)) for column, model in HOLDERS.items()}

    def _pks(self, column: str) -> set[int]:
        held = {row[column] for row in self.known.values() if row[column]}
        held |= set(self.issued[column].values())
        return held.union(*self.mailed.values()) if column == "person_id" else held

    def pks(self, ref: str, column: str) -> set[int]:
        """The rows that hold any identifier of this one, else any of its addresses; the survivor of a merge."""
        named = [self.known.get(pair, {}).get(column) for pair in self.named.get(ref, ())]
        held = {pk for pk in (*named, self.issued[column].get(self.own_ids.get(ref, ""))) if pk}
        if column == "person_id":
            held = held or {pk for email in self.addresses.get(ref, ()) for pk in self.mailed.get(email, ())}
        return {self.merged[column].get(pk, pk) for pk in held}

    def is_told_apart(self, ref: str) -> bool:
        """Whether the next import could find this one again."""
        return bool(self.named.get(ref) or self.addresses.get(ref) or self.own_ids.get(ref))


def _addresses(batch: Batch) -> dict[str, list[str]]:
    """The mail addresses of each person of a source, as they are compared."""
    found: dict[str, list[str]] = defaultdict(list)
    for record in batch.of(ContactDetail):
        if record.values["type"] == ContactType.EMAIL and "person" in record.links:
            found[record.links["person"]].append(record.values["value"].lower())
    return found


def people_by_email(emails: Iterable[str]) -> dict[str, set[int]]:
    """Who has each of these addresses, given in lower case."""
    found: dict[str, set[int]] = defaultdict(set)
    rows = ContactDetail.objects.filter(type=ContactType.EMAIL, person__isnull=False).annotate(folded=Lower("value"))
    for chunk in chunks(emails):
        for email, pk in rows.filter(folded__in=chunk).order_by().values_list("folded", "person_id"):
            found[email].add(pk)
    return found


def _by_public_id(model: type[Model], ids: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in chunks(ids):
        found |= dict(model._default_manager.filter(public_id__in=chunk).values_list("public_id", "pk"))
    return found


def survivors(model: type[Model], pks: Iterable[int]) -> dict[int, int]:
    """Those of these rows that were merged away, each with the row it is now part of, however often that went on."""
    found: dict[int, int] = {}
    asked = set(pks)
    while asked:
        merged: dict[int, int] = {}
        for chunk in chunks(sorted(asked)):
            rows = model._default_manager.filter(pk__in=chunk, merged_into__isnull=False)
            merged |= dict(rows.order_by().values_list("pk", "merged_into_id"))
        found |= merged
        asked = set(merged.values()) - found.keys()
    return _to_the_end(found)


def _to_the_end(merged: dict[int, int]) -> dict[int, int]:
    ends = {}
    for pk, into in merged.items():
        while into in merged:
            into = merged[into]
        ends[pk] = into
    return ends


def namesakes(born: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these (folded name, birth date) somebody here has whom everyone who works with people may see."""
    wanted = set(born)
    rows = Person.objects.filter(merged_into=None, visibility=Visibility.ORGANISATION)
    found = set[tuple[str, str]]()
    for chunk in chunks(sorted({date for _name, date in wanted})):
        pairs = rows.filter(birth_date__in=chunk).order_by().values_list("name", "birth_date")
        found |= {(fold(name), date) for name, date in pairs}
    return found & wanted


def suggest(plan: Plan, rows: list[Row]) -> None:
    """Say who has the name and birth date of somebody here. A name is never reason enough to join two people."""
    born = [row for row in rows if row.outcome == Outcome.CREATED and row.values.get("birth_date")]
    known = namesakes((fold(row.values["name"]), row.values["birth_date"]) for row in born)
    for row in born:
        if (fold(row.values["name"]), row.values["birth_date"]) in known:
            sentence = _("Perhaps this is somebody here with the same name and birth date; merge the two if so.")
            plan.report(ProblemKind.ERROR, row, "name", row.values["name"], sentence)


def identifiers_here(named: Iterable[list[tuple[str, str]]]) -> Iterator[Existing]:
    by_scheme: dict[str, list[str]] = defaultdict(list)
    for pairs in named:
        for scheme, identifier in pairs:
            by_scheme[scheme].append(identifier)
    for scheme, values in by_scheme.items():
        for chunk in chunks(values):
            rows = Identifier.objects.filter(scheme=scheme, identifier__in=chunk)
            yield from rows.values("pk", "scheme", "identifier", "person_id", "organization_id")
