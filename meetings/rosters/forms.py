"""Handing a table of delegates in, and the go-ahead after it was looked at."""

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from crm.batches.zip import MAX_UPLOAD
from crm.imports.spreadsheet import SUFFIXES
from meetings.lobbydays.models import LobbyDay
from meetings.rosters.errors import LongRosterError, OldRosterError
from meetings.rosters.resources import Sheet
from meetings.steps.forms import StepForm

SALT = "parley.lobbyday.roster"
MAX_AGE = 24 * 60 * 60
MAX_TOKEN = 2_000_000
"""Django takes no form larger than 2.5 MB."""


class RosterForm(StepForm):
    """The file."""

    file = forms.FileField(
        label=_("Table of delegates"),
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
        error_messages={
            "required": _("Choose a file, then press the button again."),
            "empty": _("This file is empty. Choose another."),
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD:
            raise forms.ValidationError(_("These files are larger than 10 MB together; split them."))
        return file


class TakeForm(StepForm):
    """What was looked at, sealed, so that exactly this is done and no file is kept."""

    rows = forms.CharField(widget=forms.HiddenInput, error_messages={"required": OldRosterError.sentence})


def seal(day: LobbyDay, sheet: Sheet, digest: str) -> str:
    """The rows of a sheet and what became of them as one text nobody can change. Raises LongRosterError."""
    told = {"day": day.public_id, "digest": digest, "columns": sheet.columns, "rows": sheet.rows, "left": sheet.left}
    text = signing.dumps(told, salt=SALT, compress=True)
    if len(text) > MAX_TOKEN:
        raise LongRosterError
    return text


def unseal(day: LobbyDay, text: str) -> tuple[Sheet, str]:
    """The inverse of `seal`. Raises OldRosterError for a text that is not ours, of another day or over a day old."""
    try:
        told = signing.loads(text, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature as error:
        raise OldRosterError from error
    if told["day"] != day.public_id:
        raise OldRosterError
    rows = [(number, tuple(cells)) for number, cells in told["rows"]]
    return Sheet(told["columns"], rows, left=tuple(told["left"])), told["digest"]
