"""Profile `csv`: people from a table, whoever wrote it. Rows that share an id or a mail address are one person."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.consent.enums import SuppressionReason
from crm.imports.crm_exports import KIND_BY_NAME, Kind
from crm.imports.csv_columns import FIELDS, LABEL, SUBSCRIBED, guess_mapping, kind_of, usable
from crm.imports.csv_records import Draft, records_of, subscribers_of
from crm.imports.enums import ProblemKind
from crm.imports.errors import SourceError
from crm.imports.json_yaml_csv import named
from crm.imports.popolo import Batch, Problem
from crm.imports.spreadsheet import SUFFIXES, Line, Table, read_table
from crm.mappings.models import SavedMapping
from crm.people.models import Person
from crm.people.resources import header_key, read_cell

PROFILE = "csv"
STATES = {
    "subscribed": SUBSCRIBED,
    "unsubscribed": SuppressionReason.UNSUBSCRIBED,
    "cleaned": SuppressionReason.BOUNCED,
}
BASIS = ("source", "date", "wording")
STREET = ("street", "street_2", "po_box", "city", "state", "postcode", "country")
_PUBLIC_ID = re.compile(r"[\w-]{16,32}", re.ASCII)


def read(path: Path, options: Mapping[str, Any] | None = None) -> Batch:
    """Read a table of people.

    Options, all of them optional: `mapping`, the name of a saved mapping or of a known export; `columns`,
    {column: field key}; `source`, what the list is called, which its ids belong to; `category` of new people;
    `state`, which of Mailchimp's three files it is; `basis`, the lawful basis (source, date, wording) on which
    those who said yes to mail may be mailed. Raises `SourceError`.
    """
    table = read_table(path)
    sheet = Sheet(path, table, settings_of(table, dict(options or {})))
    for line in table.lines:
        sheet.add(line)
    return sheet.batch()


def recognises(path: Path) -> bool:
    """Whether this file is a table at all, by its ending."""
    return path.suffix.lower() in SUFFIXES and path.is_file()


def settings_of(table: Table, options: dict[str, Any]) -> dict[str, Any]:
    """The options with what the mapping they name, or the column names themselves, add to them."""
    name = str(options.get("mapping") or "")
    saved = None if not name or name in KIND_BY_NAME else SavedMapping.objects.filter(name=name).first()
    if name and not saved and name not in KIND_BY_NAME:
        sentence = _("There is no saved column mapping “%(name)s”; choose another, or map the columns and save them.")
        raise SourceError(sentence % {"name": name})
    kind = KIND_BY_NAME.get(name) or (None if saved else kind_of(table.headers))
    guessed = guess_mapping(table.headers, kind)
    columns = dict.fromkeys(table.headers, "") | saved.columns if saved else guessed
    asked = {key: value for key, value in options.items() if value}
    return {"columns": columns, **(saved.options if saved else {}), **asked, "kind": kind, "saved": saved}


class Sheet:
    """Collects the people of one table, row by row, with everything that is wrong with it."""

    def __init__(self, path: Path, table: Table, settings: Mapping[str, Any]) -> None:
        self.path, self.table, self.settings = path, table, settings
        self.kind: Kind = settings["kind"] or Kind("", "", (), {})
        self.columns = [settings["columns"].get(header, "") for header in table.headers]
        if not usable(settings["columns"]):
            raise SourceError(unusable(path))
        self.source = str(settings.get("source") or (self.kind.label if self.kind.name else path.stem))[:150]
        self.scheme = self._scheme()
        self.state = self._state() if self.kind.asks_state else ""
        self.drafts: list[Draft] = []
        self.problems: list[Problem] = []
        self.refusals: dict[str, str] = {}
        self.known: dict[tuple[str, str], Draft] = {}
        self.trashed = self.repeated = 0

    def _scheme(self) -> str:
        """Whose ids these are: the list's. Two accounts with one program are two lists once they have two names."""
        name = slugify(self.source, allow_unicode=True)[:30]
        if self.kind.name and self.source != self.kind.label:
            return f"{self.kind.name}-{name}"
        return self.kind.name or name or PROFILE

    def _state(self) -> str:
        """What was said of the file; else what its name says, when that is a refusal."""
        refused = (state for state in STATES if state != SUBSCRIBED and self.path.name.lower().startswith(state))
        return str(self.settings.get("state") or next(refused, ""))

    def add(self, line: Line) -> None:
        """Take one row in: a person of its own, or more about one named before."""
        if line.given > len(self.columns):
            sentence = _("This row has more cells than the header has columns, so they may have shifted; mend it.")
            self.report(line.number, "", "", sentence, left_out=True)
            return
        if line.given < len(self.columns):
            sentence = _("This row has fewer cells than the header; the missing ones were taken as empty.")
            self.report(line.number, "", "", sentence)
        draft = Draft(line.number, self.kind.label)
        self.read_cells(draft, line)
        self.finish(draft)

    def report(self, number: int, column: str, value: str, sentence: str, left_out: bool = False) -> None:
        """Say what is wrong with a row, or with one cell of it."""
        where = f"row {number}"
        self.problems.append(Problem(ProblemKind.ERROR, Person, where, column, value[:200], sentence, left_out))

    def read_cells(self, draft: Draft, line: Line) -> None:
        label = ""
        for header, key, cell in zip(self.table.headers, self.columns, line.cells, strict=True):
            if key == LABEL:
                label = cell.split(" ::: ")[0].strip("* ").lower()[:100]
            elif key == "id":
                more = self.kind.ids.get(header_key(header), "")
                draft.add_id(f"{self.scheme}-{more}" if more else self.scheme, cell)
            elif key in FIELDS:
                self.read_field(draft, header, key, cell, label)
                label = ""

    def read_field(self, draft: Draft, header: str, key: str, cell: str, label: str) -> None:
        hints = {"separator": self.kind.tags} if key == "tags" else {"label": label} if label else {}
        found, sentence = read_cell(FIELDS[key], cell, **hints)
        if key in ("public_id", "organization_id") and found and not _PUBLIC_ID.fullmatch(found):
            found, sentence = None, _("This is no id of ours; leave it empty for what is new.")
        if sentence:
            self.report(draft.number, header, cell, sentence)
        if not found or key == "notes" and not self.settings.get("notes"):
            return
        if key in ("opt_out", "opt_in", "mail_state"):
            draft.states.append(found)
        elif key == "external_id":
            draft.add_id(self.scheme, found)
        elif FIELDS[key].several:
            draft.several[key] += [each for each in found if each not in draft.several[key]]
        else:
            draft.single.setdefault(key, (found, header))

    def finish(self, draft: Draft) -> None:
        """Join the row to the person it belongs to; what it says of mail counts whatever becomes of the row."""
        parts = [draft.single.pop(key)[0] for key in STREET if key in draft.single]
        if parts:
            draft.several["address"].append((", ".join(parts), ""))
        draft.several["tags"] = [tag for tag in draft.several["tags"] if tag.casefold() not in self.kind.no_tags]
        draft.states.append(STATES.get(self.state, ""))
        self.note_refusal(draft)
        if draft.single.pop("is_gone", None):
            self.trashed += 1
        elif not draft.marks:
            sentence = _("This row has no id and no e-mail address, so nobody could find the person again; add one.")
            self.report(draft.number, "", "", sentence, left_out=True)
        else:
            self.join(draft)

    def note_refusal(self, draft: Draft) -> None:
        """A refusal outweighs every yes, in this row and in every other."""
        reasons = [state for state in draft.states if state and state != SUBSCRIBED]
        for email in draft.emails if reasons else ():
            self.refusals.setdefault(email, reasons[0])
        if reasons and not draft.emails:
            sentence = _("This row asks for no mail and names no address we can read; add the address.")
            self.report(draft.number, "", "", sentence)

    def join(self, draft: Draft) -> None:
        """Ids come before addresses: the first mark an earlier row has too says whose row this is."""
        owners = {mark: self.known[mark] for mark in draft.marks if mark in self.known}
        same = next(iter(owners.values()), draft)
        for mark in [mark for mark, owner in owners.items() if owner is not same]:
            draft.drop(mark)
            sentence = _("Row %(row)s has this too, and is somebody else; it stays there.")
            self.report(draft.number, "", mark[1], sentence % {"row": owners[mark].number})
        self.known |= dict.fromkeys(draft.marks, same)
        if same is draft:
            self.drafts.append(draft)
            return
        self.repeated += 1
        for column, value, kept in same.take_in(draft):
            sentence = _("Row %(row)s says “%(kept)s” of the same person; that was taken.")
            self.report(draft.number, column, value, sentence % {"row": same.number, "kept": kept})

    def batch(self) -> Batch:
        """Everything the table says."""
        basis = self.settings.get("basis") or {}
        basis = basis if all(basis.get(part) for part in BASIS) else {}
        return Batch(
            profile=f"{PROFILE}:{self.name}" if self.name else PROFILE,
            source=self.source,
            source_name=self.path.name,
            source_hash=self.table.digest,
            records=tuple(records_of(self.drafts, self.scheme, str(self.settings.get("category") or ""))),
            problems=tuple(self.problems),
            notes=tuple(self.notes()),
            joins_by_email=True,
            refusals=self.refusals,
            subscribers=tuple(subscribers_of(self.drafts, self.refusals)) if basis else (),
            basis=basis,
        )

    @property
    def name(self) -> str:
        return self.settings["saved"].name if self.settings["saved"] else self.kind.name

    def notes(self) -> Iterator[str]:
        """What the person who imports should know of the whole file."""
        if self.kind.name:
            yield _("This is an export of %(name)s.") % {"name": self.kind.label}
        if self.kind.asks_state and not self.state:
            yield _("Whether these are the subscribed, the unsubscribed or the cleaned addresses was not said.")
        if self.refusals:
            sentence = _("%(n)s addresses asked for no mail or bounced: they are never mailed, also after an undo.")
            yield sentence % {"n": len(self.refusals)}
        if left := [header for header in self.table.headers if self.is_left(header)]:
            yield _("Not taken, because no field here holds it: %(columns)s.") % {"columns": ", ".join(left)}
        if self.has_notes() and not self.settings.get("notes"):
            yield _("The notes were left out; the page of columns can keep them as internal notes.")
        if self.repeated:
            sentence = ngettext("%(n)s row tells more of", "%(n)s rows tell more of", self.repeated)
            yield sentence % {"n": self.repeated} + " " + _("somebody an earlier row names.")
        if self.trashed:
            yield _("%(n)s rows were left out: they lie in the trash there.") % {"n": self.trashed}
        if idle := sum("job_title" in draft.single and "organization" not in draft.single for draft in self.drafts):
            yield _("%(n)s job titles were left out: no employer stands beside them.") % {"n": idle}

    def has_notes(self) -> bool:
        columns = zip(self.table.headers, self.columns, strict=True)
        return any(key == "notes" and self.table.samples(header) for header, key in columns)

    def is_left(self, header: str) -> bool:
        known = {*FIELDS, LABEL, "id"}
        return self.settings["columns"].get(header, "") not in known and bool(self.table.samples(header))


def unusable(path: Path) -> str:
    sentence = _(
        "“%(file)s” has no column we know people by; it needs a name, and an e-mail address or an id. "
        "Name those columns, or say on the mapping page which they are."
    )
    return sentence % named(path)
