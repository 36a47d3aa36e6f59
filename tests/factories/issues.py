from itertools import count
from typing import Any

from crm.issues.models import Ask, Issue
from tests.factories.campaigns import MADE_AT

_number = count(1)


def issue(**fields: Any) -> Issue:
    """A root of the issue tree."""
    number = next(_number)
    return Issue.objects.create(**{"name": f"Clean water {number}", "slug": f"clean-water-{number}"} | fields)


def ask(**fields: Any) -> Ask:
    """Something we want, filed under an issue of its own unless `issue` is given."""
    fields.setdefault("issue", None)
    fields["issue"] = fields["issue"] or issue()
    values = {"title": f"Vote for the clean water bill {next(_number)}", "created_at": MADE_AT, "updated_at": MADE_AT}
    return Ask.objects.create(**values | fields)
