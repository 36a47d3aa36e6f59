from datetime import datetime

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.base.text import clean_text
from crm.notes.errors import EmptyNoteError
from crm.notes.models import InternalNote
from crm.people.models import Person

NOTE_LENGTH = 10_000


@transaction.atomic
def add_note(person: Person, *, text: str, by: User, at: datetime) -> InternalNote:
    """Keep a note for our own team. The second call keeps a second note. Raises EmptyNoteError."""
    words = clean_text(text, limit=NOTE_LENGTH)
    if not words:
        raise EmptyNoteError
    note = InternalNote.objects.create(person=person, author=by, text=words, created_at=at, updated_at=at)
    record("note.added", note, by=by, at=at, about=(person,))
    return note
