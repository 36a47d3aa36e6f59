from datetime import UTC, datetime

import pytest

from crm.access.enums import Role
from crm.activity.models import ActivityEntry
from crm.notes.actions import add_note
from crm.notes.errors import EmptyNoteError
from crm.notes.models import InternalNote
from tests.factories.access import user as make_user
from tests.factories.people import person as make_person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 9, 13, 5, tzinfo=UTC)


def test_add_note_keeps_the_words_and_leaves_one_entry() -> None:
    person, by = make_person(), make_user()

    add_note(person, text="  Prefers mornings\r\n", by=by, at=AT)

    entry = ActivityEntry.objects.get()
    assert [(row.text, row.author, row.created_at) for row in InternalNote.objects.all()] == [
        ("Prefers mornings", by, AT)
    ]
    assert (entry.verb, entry.data) == ("note.added", {})


def test_add_note_twice_keeps_two_notes() -> None:
    person, by = make_person(), make_user()

    for _time in range(2):
        add_note(person, text="Prefers mornings", by=by, at=AT)

    assert InternalNote.objects.count() == 2


def test_an_empty_note_is_refused() -> None:
    with pytest.raises(EmptyNoteError):
        add_note(make_person(), text=" \u200e ", by=make_user(), at=AT)

    assert (InternalNote.objects.count(), ActivityEntry.objects.count()) == (0, 0)


def test_notes_are_seen_by_coordinators_and_directors_only() -> None:
    note = add_note(make_person(), text="Prefers mornings", by=make_user(), at=AT)

    seen = {role for role in Role if note in InternalNote.objects.visible_to(make_user(role=role))}

    assert seen == {Role.COORDINATOR, Role.DIRECTOR}
