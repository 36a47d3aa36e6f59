"""The sentence of every verb on the timeline. Each slice registers its own from its app's `ready()`."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.rules import type_key

HiddenRows = Callable[[User | AnonymousUser], QuerySet[Any]]

_hidden: dict[str, HiddenRows] = {}
_sentences: dict[str, Any] = {}


def register_verb(verb: str, sentence: Any) -> None:
    """Say what a verb (`meeting.confirmed`) reads like: one lazy sentence. A second call replaces the first.

    `%(name)s` in a sentence stands for a code kept in the entry's data.
    """
    _sentences[verb] = sentence


def register_row_limited(model: type[Model]) -> None:
    """Entries about a row somebody may not see are not on any timeline they read. Second call: nothing new."""

    def hidden(user: User | AnonymousUser) -> QuerySet[Any]:
        manager: Any = model._default_manager
        found: QuerySet[Any] = manager.exclude(pk__in=manager.visible_to(user).values("pk")).values("pk")
        return found

    _hidden[type_key(model)] = hidden


def hidden_rows() -> Iterable[tuple[str, HiddenRows]]:
    return sorted(_hidden.items())


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
