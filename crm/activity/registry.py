"""The sentence of every verb on the timeline. Each slice registers its own from its app's `ready()`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Model, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.access.rules import kept_with, seen_through
from crm.activity.models import ActivityEntry
from crm.activity.rules import type_key

HiddenRow = Callable[[User | AnonymousUser, str], Q]

Aliases = Callable[[Any], Iterable[int]]


@dataclass(frozen=True)
class ChangedValue:
    """One field an entry changed, in words; `about` names the row when it is not the one looked at."""

    label: str
    before: str
    after: str
    about: str = ""


@dataclass
class EntryDetails:
    """What an entry changed, as far as the reader may know it, and where it is taken back (empty: it is not)."""

    changes: list[ChangedValue] = field(default_factory=list)
    undo_url: str = ""
    undone: bool = False


DetailsProvider = Callable[[Iterable[ActivityEntry], Model, User], Mapping[int, EntryDetails]]

_aliases: dict[str, Aliases] = {}
_alone: set[str] = set()
_details: list[DetailsProvider] = []
_hidden: dict[str, HiddenRow] = {}
_kinds: dict[str, Any] = {}
_sentences: dict[str, Any] = {}


def register_verb(verb: str, sentence: Any, *, alone: bool = False) -> None:
    """Say what a verb (`meeting.confirmed`) reads like: one lazy sentence. A second call replaces the first.

    `%(name)s` in a sentence stands for a code kept in the entry's data. An entry is kept from everybody who may
    not see one of its rows, unless the verb stands `alone`: its sentence tells nothing of the other rows.
    """
    _sentences[verb] = sentence
    if alone:
        _alone.add(verb)


def verbs_alone() -> frozenset[str]:
    return frozenset(_alone)


def register_kind(prefix: str, label: Any) -> None:
    """Name a kind of entry, the part of its verbs before the dot. A second call replaces the first."""
    _kinds[prefix] = label


def kind_label(prefix: str) -> str:
    """What the filter of a timeline calls a kind; one nobody named reads as its own word."""
    return str(_kinds.get(prefix) or prefix.replace("_", " ").capitalize())


def register_entry_details(provider: DetailsProvider) -> None:
    """Tell what a page of entries changed, for all of them at once. A second call changes nothing."""
    if provider not in _details:
        _details.append(provider)


def entry_details(entries: Iterable[ActivityEntry], obj: Model, user: User) -> dict[int, EntryDetails]:
    """By the key of each entry that has any; `obj` is the row whose timeline is read."""
    shown = list(entries)
    return {pk: details for provider in _details for pk, details in provider(shown, obj, user).items()}


def register_row_limited(model: type[Model]) -> None:
    """Entries about a row somebody may not see are not on any timeline they read. Second call: nothing new."""

    def hidden(user: User | AnonymousUser, path: str) -> Q:
        manager: Any = model._default_manager
        found = manager.order_by().filter(pk=OuterRef(path)).exclude(seen_through(model, user, "pk"))
        if any(field.name == "merged_into" for field in model._meta.concrete_fields):
            # A row that was merged is as visible as what it became.
            found = found.exclude(seen_through(model, user, "merged_into"))
        return Q(Exists(found))

    _hidden[type_key(model)] = hidden


def register_aliases(model: type[Model], aliases: Aliases) -> None:
    """Say under which other keys a row was known, so that its timeline goes on. A second call replaces the first."""
    _aliases[type_key(model)] = aliases


def keys_of(row: Model) -> list[int]:
    """The key of a row and those it was known by before."""
    found = _aliases.get(type_key(row))
    return [row.pk, *(found(row) if found else ())]


def hidden_row(user: User | AnonymousUser, kind: str, path: str) -> Q:
    """That the row whose kind and key stand in these two columns is hidden from this user."""

    def draw() -> Q:
        rows = [Q(**{kind: key}) & hidden(user, path) for key, hidden in sorted(_hidden.items())]
        return reduce(or_, rows, Q(pk__in=()))

    return kept_with(user, ("hidden", kind, path), draw)


def registered_verbs() -> frozenset[str]:
    """Every verb with a sentence, for the architecture tests."""
    return frozenset(_sentences)


def sentence_for(entry: ActivityEntry) -> str:
    """What happened, in one sentence; a verb nobody registered reads as its own words."""
    sentence = _sentences.get(entry.verb)
    if sentence is None:
        return str(_("%(words)s.")) % {"words": entry.verb.replace(".", " ").replace("_", " ").capitalize()}
    text = str(sentence)
    return text % _Codes(entry.data) if "%(" in text else text


class _Codes(dict[str, Any]):
    """A code the entry does not carry reads as a question mark instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return "?"
