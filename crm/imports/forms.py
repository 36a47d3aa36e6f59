"""What a table does not say by itself: which column is what, what the list is called, who may be mailed."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django import forms
from django.core.validators import validate_slug
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.imports.csv_columns import FIELDS, mappable_fields, usable
from crm.imports.csv_people import STATES, settings_of, unusable
from crm.imports.errors import SourceError
from crm.imports.popolo_json import name_in_file
from crm.imports.spreadsheet import Table, read_table
from crm.mappings.actions import save_mapping
from crm.mappings.models import SavedMapping
from crm.people.enums import PersonCategory

COLUMN = "column_"
LABELS = {
    "subscribed": _("The subscribed ones"),
    "unsubscribed": _("The unsubscribed ones: never mail them"),
    "cleaned": _("The cleaned ones, whose addresses bounced: never mail them"),
}


class TableForm(forms.Form):
    """The questions of the profile `csv`. A file nobody can read has none; the preview then says why."""

    template_name_import = "crm/imports/table.html"

    source = forms.CharField(
        label=_("What this list is called"),
        max_length=100,
        help_text=_("Its ids belong to it: the next file of this name finds the same people again."),
    )
    category = forms.ChoiceField(label=_("People who are new are"), choices=PersonCategory)
    state = forms.ChoiceField(
        label=_("Which addresses are in this file"),
        widget=forms.RadioSelect,
        choices=[(state, LABELS[state]) for state in STATES],
        help_text=_("Mailchimp says it in the name of the file only."),
    )
    notes = forms.BooleanField(label=_("Keep the column of notes as internal notes, written by me"), required=False)
    basis_source = forms.CharField(
        label=_("Where they said yes to mail"),
        required=False,
        max_length=200,
        help_text=_("Leave these three empty and nobody is subscribed. Who said no is never mailed, either way."),
    )
    basis_date = forms.DateField(
        label=_("When"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    basis_wording = forms.CharField(
        label=_("The words they agreed to"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    save_as = forms.CharField(
        label=_("Save these columns as"),
        required=False,
        max_length=40,
        validators=[validate_slug],
        help_text=_("A short name, for the next file of this kind: letters, digits and hyphens."),
    )

    def __init__(
        self, data: Any = None, *, path: Path, options: Mapping[str, Any] | None = None, user: User | None = None
    ) -> None:
        super().__init__(data)
        self.options, self.user = dict(options or {}), user
        try:
            self.table: Table | None = read_table(path)
            self.known = settings_of(self.table, self.options)
        except SourceError:
            self.table, self.known = None, {}
            self.fields.clear()
            return
        self.path = path
        self._ask()

    def _ask(self) -> None:
        kind, known = self.known["kind"], self.known
        self.fields["source"].initial = known.get("source") or (kind.label if kind else self.path.stem)
        self.fields["category"].initial = known.get("category") or PersonCategory.ADVOCATE
        self.fields["save_as"].initial = known["saved"].name if known["saved"] else ""
        for name in ("source", "date", "wording"):
            self.fields[f"basis_{name}"].initial = (known.get("basis") or {}).get(name, "")
        if kind and kind.asks_state:
            self.fields["state"].initial = known.get("state")
        else:
            del self.fields["state"]
        choices = mappable_fields()
        for place, header in enumerate(self.headers):
            key = known["columns"].get(header, "")
            more = [] if key in dict(choices) else [(key, _t("An id of its own"))]
            self.fields[f"{COLUMN}{place}"] = forms.ChoiceField(
                label=header, choices=[*choices, *more], initial=key, required=False
            )

    @property
    def headers(self) -> tuple[str, ...]:
        return self.table.headers if self.table else ()

    def columns(self) -> list[dict[str, Any]]:
        """The columns of the file for the mapping table: the field, and a few of its values."""
        return [
            {"field": self[f"{COLUMN}{place}"], "samples": self.table.samples(header) if self.table else []}
            for place, header in enumerate(self.headers)
        ]

    def asked(self) -> dict[str, Any]:
        """Everything else there is to ask, as the template of fields takes it."""
        others = [self[name] for name in self.fields if not name.startswith(COLUMN)]
        return {"non_field_errors": self.non_field_errors(), "hidden_fields": [], "visible_fields": others}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.table is None:
            return data
        mapping = self._mapping(data)
        twice = [key for key, count in Counter(mapping.values()).items() if count > 1 and _is_single(key)]
        for key in twice:
            sentence = _t("Two columns say “%(field)s”; choose one of them.") % {"field": dict(mappable_fields())[key]}
            place = max(place for place, header in enumerate(self.headers) if mapping[header] == key)
            self.add_error(f"{COLUMN}{place}", sentence)
        if not usable(mapping):
            self.add_error(None, unusable(self.path))
        given = [bool(data.get(f"basis_{name}")) for name in ("source", "date", "wording")]
        if any(given) and not all(given):
            self.add_error("basis_source", _t("Say where, when and to which words they said yes, or none of it."))
        return data

    def _mapping(self, data: Mapping[str, Any]) -> dict[str, str]:
        return {header: data.get(f"{COLUMN}{place}", "") for place, header in enumerate(self.headers)}

    def as_options(self) -> dict[str, Any]:
        """What the reader gets."""
        if self.table is None:
            return self.options
        data = self.cleaned_data
        basis = {name: str(data[f"basis_{name}"]) for name in ("source", "date", "wording") if data["basis_source"]}
        kept = {name: value for name in ("source", "category", "state", "notes") if (value := data.get(name))}
        named = {"mapping": self.options["mapping"]} if self.options.get("mapping") else {}
        return {**named, **kept, "columns": self._mapping(data), "basis": basis}

    def remember(self, *, by: User | None, at: datetime) -> SavedMapping | None:
        """Keep the mapping under the name given, if one was."""
        if self.table is None or not (name := self.cleaned_data["save_as"]):
            return None
        kept = {name: value for name in ("source", "category") if (value := self.cleaned_data.get(name))}
        return save_mapping(name, columns=self._mapping(self.cleaned_data), options=kept, by=by, at=at)


def _is_single(key: str) -> bool:
    return key in FIELDS and not FIELDS[key].several and key not in MANY


# Each may say it: one refusal is enough, and an address has more than one line.
MANY = frozenset({"opt_out", "opt_in", "mail_state", "street_2", "external_id"})


class DatasetForm(forms.Form):
    """The question of the profile `popolo`: whose ids the file uses."""

    dataset = forms.CharField(
        label=_("What this dataset is called"),
        max_length=50,
        help_text=_("Ids such as “p1” belong to it: the next file of this name finds the same people again."),
    )

    def __init__(
        self, data: Any = None, *, path: Path, options: Mapping[str, Any] | None = None, user: User | None = None
    ) -> None:
        super().__init__(data, initial={"dataset": (options or {}).get("dataset") or name_in_file(path)})

    def as_options(self) -> dict[str, Any]:
        """What the reader gets."""
        return {"dataset": self.cleaned_data["dataset"]}
