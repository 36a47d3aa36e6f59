"""Which profiles there are: a name, the reader that turns a path into a batch, what it asks and recognises."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.activity.registry import register_verb
from crm.imports import csv_people, ocd_divisions, openstates, popolo_json, postcodes, reference_data, us_congress
from crm.imports.errors import SourceError, UnknownProfileError
from crm.imports.forms import DatasetForm, TableForm
from crm.imports.popolo import Batch
from crm.imports.rules import Plan

Reader = Callable[..., Batch]
Options = Mapping[str, Any]


@dataclass(frozen=True)
class Profile:
    """`form` asks what the file does not say; `recognises` looks whether a path is of this kind.

    A form is made as `form(data_or_None, path=, options=, user=)`; once valid, `as_options()` gives what
    the reader gets (text, numbers, lists and mappings only), and `remember(by=, at=)`, when it has one, keeps
    what the person wants kept (a column mapping).
    """

    name: str
    reader: Reader
    label: Any
    form: Callable[..., Any] | None = None
    recognises: Callable[[Path], bool] | None = None

    @property
    def takes_options(self) -> bool:
        return "options" in inspect.signature(self.reader).parameters


Foresight = Callable[[Plan], Iterable[dict[str, Any]]]

_profiles: dict[str, Profile] = {}
_foresights: dict[str, Foresight] = {}
VERBS = {
    "import.staged": gettext_lazy("A file was handed in for an import."),
    "import.applied": gettext_lazy("An import was applied."),
    "import.undone": gettext_lazy("An import was taken back."),
    "import.cancelled": gettext_lazy("An import was stopped before it changed anything."),
    "import.discarded": gettext_lazy("An import was thrown away before it changed anything."),
}


def register_profile(
    name: str,
    reader: Reader,
    *,
    label: Any = "",
    form: Callable[..., Any] | None = None,
    recognises: Callable[[Path], bool] | None = None,
) -> None:
    """Add a profile; its reader is called with the path, and with `options=` when it has such a parameter.

    A second call with the same name replaces the first.
    """
    _profiles[name] = Profile(name, reader, label or name, form, recognises)


def register_foresight(name: str, provider: Foresight) -> None:
    """Let a preview tell more of what a plan means. A second call with the same name replaces the first.

    The provider yields the columns of preview rows: kind, model, where, person_id, changes.
    """
    _foresights[name] = provider


def foreseen_rows(plan: Plan) -> Iterator[dict[str, Any]]:
    """What the registered slices say of a plan."""
    for _name, provider in sorted(_foresights.items()):
        yield from provider(plan)


def known_profiles() -> list[str]:
    return sorted(_profiles)


def profiles() -> list[Profile]:
    """Every profile, for a person to choose from."""
    return [_profiles[name] for name in known_profiles()]


def find_profile(name: str) -> tuple[Profile, dict[str, Any]]:
    """The profile, and what its name says of the options: `csv:members` is `csv` with the mapping `members`.

    Raises `UnknownProfileError`.
    """
    base, _colon, mapping = name.partition(":")
    if name in _profiles:
        return _profiles[name], {}
    if mapping and base in _profiles:
        return _profiles[base], {"mapping": mapping}
    raise UnknownProfileError(name, known_profiles())


def recognise(path: Path) -> Profile | None:
    """The first profile that says this file or folder is of its kind, in the order they were registered."""
    return next((each for each in _profiles.values() if each.recognises and each.recognises(path)), None)


def read_source(path: Path, *, profile: str, options: Options | None = None) -> Batch:
    """Read a file or folder by the rules of a profile; nothing is changed.

    Raises `UnknownProfileError` and `SourceError`, each with a sentence that says what to do.
    """
    found, named = find_profile(profile)
    try:
        is_there = path.exists()
    except (OSError, ValueError):
        is_there = False
    if not is_there:
        raise SourceError(_("There is no file or folder “%(path)s”; check the path.") % {"path": path})
    if found.takes_options:
        return found.reader(path, options={**named, **(options or {})})
    return found.reader(path)


def declare() -> None:
    """Our profiles and what the timeline says of imports; called once when the app is ready."""
    register_profile(
        us_congress.PROFILE,
        us_congress.read,
        label=gettext_lazy("Congress of the United States (congress-legislators)"),
    )
    register_profile(
        openstates.PROFILE,
        openstates.read,
        label=gettext_lazy("Open States: people and committees (folder, zip or one file)"),
        recognises=openstates.recognises,
    )
    register_profile(
        popolo_json.PROFILE,
        popolo_json.read,
        form=DatasetForm,
        label=gettext_lazy("Popolo JSON (one file or a folder)"),
        recognises=popolo_json.recognises,
    )
    register_profile(
        ocd_divisions.PROFILE,
        ocd_divisions.read,
        label=gettext_lazy("Divisions: areas by Open Civic Data id"),
        recognises=ocd_divisions.recognises,
    )
    register_profile(
        reference_data.PROFILE,
        reference_data.read,
        label=gettext_lazy("Countries and yearly figures"),
        recognises=reference_data.recognises,
    )
    register_profile(
        postcodes.POSTCODES, postcodes.read_postcodes, label=gettext_lazy("Postcodes and the areas they lie in")
    )
    register_profile(
        postcodes.OVERLAPS, postcodes.read_overlaps, label=gettext_lazy("Old areas and the new ones they went to")
    )
    # The last, for it takes every table nobody above knows.
    register_profile(
        csv_people.PROFILE,
        csv_people.read,
        form=TableForm,
        label=gettext_lazy("People from a table: CSV or Excel, any CRM's export"),
        recognises=csv_people.recognises,
    )
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
