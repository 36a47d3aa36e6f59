from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.changes.actions import undo_changes
from crm.mappings.actions import save_mapping
from crm.mappings.models import SavedMapping

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
COLUMNS = {"Name": "name", "Mail": "email"}


def test_mapping_is_saved_with_one_entry(coordinator: User) -> None:
    saved = save_mapping("choir", columns=COLUMNS, options={"source": "choir"}, by=coordinator, at=AT)

    entry = ActivityEntry.objects.get()
    assert (saved.columns, saved.options, saved.created_by) == (COLUMNS, {"source": "choir"}, coordinator)
    assert (entry.verb, entry.object_id) == ("mapping.saved", saved.pk)


def test_second_call_records_nothing(coordinator: User) -> None:
    save_mapping("choir", columns=COLUMNS, by=coordinator, at=AT)

    again = save_mapping("choir", columns=COLUMNS, by=coordinator, at=AT + timedelta(days=1))

    assert (again.version, ActivityEntry.objects.count()) == (1, 1)


def test_new_columns_replace_the_old_and_can_be_taken_back(coordinator: User) -> None:
    save_mapping("choir", columns=COLUMNS, by=coordinator, at=AT)
    changed = save_mapping("choir", columns={"Name": "given_name"}, by=coordinator, at=AT)

    undo_changes(ActivityEntry.objects.latest("id"), by=coordinator, at=AT)

    assert (changed.columns, changed.version) == ({"Name": "given_name"}, 2)
    assert SavedMapping.objects.get().columns == COLUMNS


@pytest.mark.parametrize("name", ["", "a b", "é", "x" * 41])
def test_name_that_cannot_be_named_on_the_command_line_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        save_mapping(name, columns=COLUMNS, by=None, at=AT)

    assert SavedMapping.objects.count() == 0
