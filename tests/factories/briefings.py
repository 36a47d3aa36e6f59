from datetime import UTC, date, datetime
from typing import Any

from crm.access.enums import Role
from crm.briefings.actions import approve_talking_point, create_snapshot, create_talking_point
from crm.briefings.models import BriefingSnapshot, TalkingPoint
from tests.factories.access import user as make_user
from tests.factories.issues import ask as make_ask
from tests.factories.people import person as make_person

AT = datetime(2026, 3, 9, 13, 5, tzinfo=UTC)


def talking_point(**fields: Any) -> TalkingPoint:
    """A draft with a source."""
    values = {
        "text": "Nine of ten schools in the district serve no hot meal.",
        "source": "School census",
        "sourced_on": date(2026, 1, 15),
        "at": AT,
        "ask": fields.pop("ask", None) or make_ask(),
        "by": fields.pop("by", None) or make_user(),
    }
    return create_talking_point(**values | fields)


def approved_point(**fields: Any) -> TalkingPoint:
    """A talking point somebody else than its author approved."""
    return approve_talking_point(talking_point(**fields), by=make_user(role=Role.DIRECTOR), at=AT)


def snapshot(person: Any = None, **fields: Any) -> BriefingSnapshot:
    """A delegation pack about a policymaker."""
    values = {"by": fields.pop("by", None) or make_user(), "at": AT}
    return create_snapshot(person or make_person(), **values | fields)
