"""What the columns of a table may mean, and the guess from their names.

One field list for a guess, for a saved mapping and for the known exports (`crm_exports`).
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from import_export.widgets import Widget

from crm.base.text import one_line
from crm.consent.enums import SuppressionReason
from crm.imports.crm_exports import KINDS, OURS, QUOTED, Kind
from crm.people.models import Person
from crm.people.resources import CellError, ListWidget, TextWidget, header_key, part_column
from crm.tags.resources import TaggedPersonResource

SUBSCRIBED = "subscribed"
LABEL = "label"
IDS = "external id|external identifier|id|contact id|uuid|record id|person id|member id"
OPT_OUTS = "unsubscribed|unsubscribed at|opt out|email opt out|do not email|do not contact|no bulk emails|optout"
NO = frozenset("no false 0 n f none never nein non".split())
YES = frozenset("yes true 1 y t x ja oui si subscribed active opted in".split())
STATES = {
    SUBSCRIBED: "subscribed|active|confirmed|yes|true|1|opted in",
    SuppressionReason.UNSUBSCRIBED: "unsubscribed|opted out|opt out|on hold opt out|do not email|removed|inactive",
    SuppressionReason.BOUNCED: "bouncing|bounced|bounce|cleaned|hard bounce|on hold bounce|previous bounce|invalid",
    SuppressionReason.COMPLAINED: "complained|complaint|spam|spam complaint|previous spam complaint|reported as spam",
    "": "no|false|0|none|pending|never subscribed|not subscribed|nonsubscribed|non subscribed|transactional",
}
_STATES = {word: state for state, words in STATES.items() for word in words.split("|")}


class OptOutWidget(Widget):
    """A tick or a day on which somebody asked for no more mail."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        return "" if header_key(value) in NO else SuppressionReason.UNSUBSCRIBED


class OptInWidget(Widget):
    """Whether somebody wants mail. No is a refusal; what we cannot read is none either way."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        word = header_key(value)
        if word in YES or word in NO:
            return SUBSCRIBED if word in YES else SuppressionReason.UNSUBSCRIBED
        raise CellError(_("This is neither yes nor no; nobody is subscribed by it."), "")


class MailStateWidget(Widget):
    """The word a mail program has for how it stands with an address. An unknown word is a refusal, to be safe."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        state = _STATES.get(header_key(value))
        if state is None:
            sentence = _("We do not know this state, so the address will not be mailed; check it.")
            raise CellError(sentence, SuppressionReason.UNSUBSCRIBED)
        return state


class FlagWidget(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> bool:
        return header_key(value) in YES


class TagWidget(ListWidget):
    """Tags as each program joins them; Mailchimp quotes each."""

    def clean(self, value: str, row: Any = None, *, separator: str = "", **kwargs: Any) -> list[str]:
        if separator == QUOTED:
            texts = next(csv.reader([value], skipinitialspace=True), [])
            return list(dict.fromkeys(text for each in texts if (text := one_line(each))))
        if not separator and ";" not in value:
            separator = " ::: " if " ::: " in value else ","
        return super().clean(value, separator=separator)


class ImportResource(TaggedPersonResource):
    """A table of people as it comes in: with ids of its own, and what it says about mail."""

    tags = part_column("Tags", "tag|tag list|categories|groups|group membership|keywords", TagWidget(), True)
    external_id = part_column("Id in that list", IDS, TextWidget(200))
    opt_out = part_column("Asked for no mail", OPT_OUTS, OptOutWidget())
    opt_in = part_column("Wants mail", "email opt in|opt in|optin|newsletter|email consent", OptInWidget())
    mail_state = part_column("State of the address", "subscription status|email status|mail status", MailStateWidget())
    notes = part_column("Notes", "note|comment|comments|remarks", TextWidget(10_000, is_prose=True))
    is_gone = part_column("Deleted there", "deleted|in trash|is deleted", FlagWidget())

    class Meta:
        model = Person


FIELDS = ImportResource().fields
# In our own exports nothing is guessed: some of their columns are for readers only.
_OWN_NAMES = {header_key(column.column_name): key for key, column in FIELDS.items()}
# Of these a file must have one: without it the next import could not find people again.
IDENTIFYING = ("email", "external_id", "identifiers", "public_id")


def mappable_fields() -> list[tuple[str, Any]]:
    """(key, label) of everything a column can be mapped to, in the order to show them; "" means not taken."""
    known = [(key, _(column.column_name)) for key, column in FIELDS.items()]
    return [("", _("Do not take")), *known, (LABEL, _("Label of the next column"))]


def kind_of(headers: Iterable[str]) -> Kind | None:
    """The CRM whose export these column names are, None for a table we do not know."""
    keys = {header_key(header) for header in headers}
    return next((kind for kind in KINDS if keys.issuperset(kind.signs)), None)


def guess_mapping(headers: Sequence[str], kind: Kind | None = None) -> dict[str, str]:
    """{column: field key}, "" for a column nobody recognises. A single value is taken from one column only."""
    kind = kind or kind_of(headers)
    if kind is not None and kind.name == OURS:
        return {header: _OWN_NAMES.get(header_key(header), "") for header in headers}
    if kind is not None:
        return {header: kind.columns.get(header_key(header), "") for header in headers}
    return guess_among(FIELDS, headers)


def guess_among(columns: dict[str, Any], headers: Iterable[str]) -> dict[str, str]:
    """{column: key of one of `columns`} by their names, "" for one nobody recognises."""
    guesses = {name: key for key, column in reversed(columns.items()) for name in column.headers}
    found: dict[str, str] = {}
    for header in headers:
        key = guesses.get(header_key(header), "")
        is_free = bool(key) and (columns[key].several or key not in found.values())
        found[header] = key if is_free else ""
    return found


def usable(mapping: Mapping[str, str]) -> bool:
    """Whether people can be told from these columns: an address or id, and so a name or an address to show."""
    keys = set(mapping.values())
    named = keys & {"name", "given_name", "family_name", "email"}
    return bool(named and keys.intersection((*IDENTIFYING, "id")))
