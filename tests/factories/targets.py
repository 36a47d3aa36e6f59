from itertools import count
from typing import Any

from crm.targets.models import Quota, Target, TargetList
from tests.factories.campaigns import MADE_AT
from tests.factories.issues import ask as make_ask
from tests.factories.people import person as make_person

_number = count(1)


def target_list(**fields: Any) -> TargetList:
    """An open whip board of an ask of its own, without a body."""
    values = {"name": f"Floor vote {next(_number)}", "created_at": MADE_AT, "updated_at": MADE_AT} | fields
    values["ask"] = values.get("ask") or make_ask()
    return TargetList.objects.create(**values)


def target(**fields: Any) -> Target:
    """Somebody on a whip board."""
    values = {"created_at": MADE_AT, "updated_at": MADE_AT} | fields
    values["target_list"] = values.get("target_list") or target_list()
    values["person"] = values.get("person") or make_person()
    return Target.objects.create(**values)


def quota(**fields: Any) -> Quota:
    """Three votes before mark-up."""
    values = {"milestone": "mark-up", "needed": 3} | fields
    values["target_list"] = values.get("target_list") or target_list()
    return Quota.objects.create(**values)
