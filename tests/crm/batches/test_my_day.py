from typing import Any

import pytest

from crm.access.enums import Role
from crm.access.models import User
from crm.batches.views import import_url
from crm.batches.viewsets import my_imports
from crm.imports.enums import WORKING, ImportState
from tests.factories.access import user
from tests.factories.imports import AT, import_batch

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ImportState)
def test_running_imports_are_on_my_day_until_they_are_over(state: ImportState, coordinator: User) -> None:
    batch = import_batch(state=state, asked_by=coordinator, created_by=coordinator)

    section = my_imports(coordinator, AT)

    rows = section["rows"] if section else []
    words = f"{state.label} · Waiting for its turn…"
    wanted = [(batch, import_url(batch), words)] if state in WORKING else []
    assert [(row["batch"], row["url"], row["words"]) for row in rows] == wanted


def test_imports_of_others_are_not_on_my_day(coordinator: User) -> None:
    import_batch(state=ImportState.APPLYING, asked_by=user(role=Role.DIRECTOR))

    assert my_imports(coordinator, AT) is None


def test_my_day_asks_once_for_three_as_for_one(coordinator: User, django_assert_num_queries: Any) -> None:
    for _number in range(3):
        import_batch(state=ImportState.APPLYING, asked_by=coordinator)

    with django_assert_num_queries(1):
        section = my_imports(coordinator, AT)

    assert section is not None
    assert len(section["rows"]) == 3
