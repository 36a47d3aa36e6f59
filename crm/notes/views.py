"""Internal notes on the person page."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.notes.actions import add_note
from crm.notes.forms import NoteForm
from crm.notes.models import InternalNote
from crm.people.models import Person
from crm.people.views import PersonFormView

SHOWN = 10


def notes_panel(person: Person, user: User) -> dict[str, Any] | None:
    """The newest notes, for our own team."""
    if not can(user, Act.VIEW, InternalNote):
        return None
    notes = InternalNote.objects.visible_to(user).filter(person=person).select_related("author")
    return {
        "title": _("Internal notes"),
        "rows": notes[:SHOWN],
        "template": "crm/person_notes.html",
        "form": NoteForm(prefix="notes") if can(user, Act.ADD, InternalNote) else None,
        "form_url": reverse("crm_add_note", args=[person.public_id]),
        "form_label": _("Write a note"),
    }


class AddNoteView(PersonFormView):
    key = "notes"
    model = InternalNote
    form_class = NoteForm
    done = _("Note kept.")

    def perform(self, person: Person, form: Any, *, by: User, at: datetime) -> None:
        add_note(person, text=form.cleaned_data["text"], by=by, at=at)
