from datetime import UTC, date, datetime
from typing import Any

from crm.followups.actions import add_commitment, add_task
from crm.followups.enums import CommitmentDirection
from crm.followups.models import Commitment, Task
from tests.factories.access import user as make_user

AT = datetime(2026, 3, 9, 13, 5, tzinfo=UTC)


def task(**fields: Any) -> Task:
    """Something to do by Friday."""
    by = fields.pop("by", None) or make_user()
    values = {"title": "Send the district figures", "assignee": by, "due_on": date(2026, 3, 13), "at": AT}
    return add_task(**values | fields, by=by)


def commitment(person: Any, **fields: Any) -> Commitment:
    """Their promise, due in a month."""
    values = {
        "direction": CommitmentDirection.THEIRS,
        "words": "I will put my name on the bill.",
        "made_on": date(2026, 3, 2),
        "due_on": date(2026, 4, 2),
        "by": fields.pop("by", None) or make_user(),
        "at": AT,
    }
    return add_commitment(person, **values | fields)
