from datetime import UTC, datetime
from typing import Any

from crm.duplicates.models import DuplicatePair
from tests.factories.people import person

FOUND_AT = datetime(2026, 6, 1, 3, tzinfo=UTC)


def duplicate_pair(**fields: Any) -> DuplicatePair:
    """Two visible people the last search thinks may be one."""
    first, second = sorted(fields.pop("people", None) or (person(), person()), key=lambda each: each.pk)
    values = {"first": first, "second": second, "score": 80, "reasons": ["name"], "found_at": FOUND_AT} | fields
    return DuplicatePair.objects.create(**values)
