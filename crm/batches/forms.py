"""Handing in files, choosing the mode, applying."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.access.rules import visible_rows
from crm.batches.zip import MAX_UPLOAD
from crm.imports.enums import ImportMode, ImportState
from crm.imports.models import ImportBatch
from crm.imports.registry import profiles

MODES = (
    (
        ImportMode.UPDATE,
        _("Update: take every value that changed in the source. What staff edited stays and is listed."),
    ),
    (ImportMode.FILL, _("Fill: write only into what is empty here; change nothing that is there.")),
    (ImportMode.SKIP, _("Skip: add who is new; leave everybody who is here as they are.")),
)
ENDINGS = ".csv,.tsv,.txt,.xlsx,.json,.yaml,.yml,.zip"


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files; cleans to a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, (list, tuple)) else [data]
        return [super(FilesField, self).clean(each, initial) for each in given if each] or [
            super().clean(None, initial)
        ]


class NewImportForm(forms.Form):
    uploads = FilesField(
        label=_("Files"),
        error_messages={"required": _("Choose a file, then press the button again.")},
        help_text=_(
            "CSV, Excel, JSON or YAML; several files that belong together, or a folder packed as ZIP. "
            "10 MB together at most, 20 MB unpacked. Nothing is changed until you have seen what would happen."
        ),
        widget=FilesInput(attrs={"accept": ENDINGS}),
    )
    profile = forms.ChoiceField(
        label=_("What it is"),
        required=False,
        help_text=_("Leave this if you are not sure: we look at the headings."),
    )
    mode = forms.ChoiceField(
        label=_("People who are here already"), choices=MODES, widget=forms.RadioSelect, initial=ImportMode.UPDATE
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(profile.name, profile.label) for profile in profiles()]
        field: Any = self.fields["profile"]
        field.choices = [("", _("Recognise it by itself")), *known]

    def clean_uploads(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["uploads"]
        if sum(each.size for each in files) > MAX_UPLOAD:
            raise forms.ValidationError(_("These files are larger than 10 MB together; split them."))
        return files


class ModeForm(forms.Form):
    mode = forms.ChoiceField(label=_("People who are here already"), choices=MODES, widget=forms.RadioSelect)


class ApplyForm(forms.Form):
    """The go-ahead. With bad rows it needs a second word: whether to leave them out."""

    skip_bad_rows = forms.BooleanField(label=_("Leave the rows with errors out and take the others."), required=False)

    def __init__(self, *args: Any, bad_rows: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not bad_rows:
            del self.fields["skip_bad_rows"]
        else:
            self.fields["skip_bad_rows"].required = True
            self.fields["skip_bad_rows"].error_messages["required"] = _(
                "Tick this to go on without these rows, or mend them in the file and hand it in again."
            )


class ImportedForm(forms.Form):
    """One import that was applied and not taken back."""

    batch = forms.ModelChoiceField(label=_("Import"), queryset=ImportBatch.objects.none(), to_field_name="public_id")

    def set_user(self, user: User) -> None:
        applied = visible_rows(ImportBatch, user).filter(state=ImportState.APPLIED)
        self.fields["batch"].queryset = applied  # type: ignore[attr-defined]
