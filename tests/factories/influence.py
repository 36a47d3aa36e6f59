from datetime import date
from typing import Any

from crm.influence.models import Influence
from tests.factories.issues import issue
from tests.factories.people import MADE_AT, person


def influence(**fields: Any) -> Influence:
    """A person who cares about an issue somewhat and can move it somewhat, as of now."""
    values = {"interest": 3, "influence": 3, "observed_on": date(2026, 3, 1), "recorded_at": MADE_AT} | fields
    values["issue"] = values.get("issue") or issue()
    if "organization" not in values:
        values["person"] = values.get("person") or person()
    return Influence.objects.create(**values)
