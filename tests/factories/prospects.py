from typing import Any

from crm.prospects.models import Prospect
from tests.factories.campaigns import MADE_AT
from tests.factories.campaigns import campaign as make_campaign
from tests.factories.people import person as make_person


def prospect(**fields: Any) -> Prospect:
    """Somebody identified for a campaign of its own."""
    values = {"moved_at": MADE_AT, "created_at": MADE_AT, "updated_at": MADE_AT} | fields
    values["campaign"] = values.get("campaign") or make_campaign()
    if "organization" not in values:
        values["person"] = values.get("person") or make_person()
    return Prospect.objects.create(**values)
