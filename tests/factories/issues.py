from itertools import count
from typing import Any

from crm.issues.enums import Position
from crm.issues.models import Ask, Issue, Stance
from tests.factories.campaigns import MADE_AT
from tests.factories.people import person as make_person

_number = count(1)


def issue(**fields: Any) -> Issue:
    """A root of the issue tree."""
    number = next(_number)
    values = {"name": f"Clean water {number}", "slug": f"clean-water-{number}"}
    return Issue.objects.create(**values | {"created_at": MADE_AT, "updated_at": MADE_AT} | fields)


def ask(**fields: Any) -> Ask:
    """Something we want, filed under an issue of its own unless `issue` is given."""
    fields.setdefault("issue", None)
    fields["issue"] = fields["issue"] or issue()
    values = {"title": f"Vote for the clean water bill {next(_number)}", "created_at": MADE_AT, "updated_at": MADE_AT}
    return Ask.objects.create(**values | fields)


def stance(**fields: Any) -> Stance:
    """Somebody supports an ask since the day it was written."""
    values = {"position": Position.SUPPORT, "observed_on": MADE_AT.date(), "recorded_at": MADE_AT} | fields
    values["person"] = values.get("person") or make_person()
    values["ask"] = values.get("ask") or ask()
    return Stance.objects.create(**values)
