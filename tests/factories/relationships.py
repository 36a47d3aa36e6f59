from itertools import count
from typing import Any

from crm.relationships.models import Relationship, RelationshipType
from tests.factories.people import MADE_AT, organization, person

_number = count(1)


def relationship_type(**fields: Any) -> RelationshipType:
    """A kind between two people that reads differently from each side."""
    number = next(_number)
    values = {"key": f"kind-{number}", "label": f"guides ({number})", "reverse_label": f"is guided by ({number})"}
    return RelationshipType.objects.create(**{"created_at": MADE_AT, "updated_at": MADE_AT, **values} | fields)


def relationship(**fields: Any) -> Relationship:
    """Two people, open at both ends, of middling strength."""
    values = dict(fields)
    values["type"] = values.get("type") or relationship_type(from_kind="any", to_kind="any")
    if "from_organization" not in values:
        values["from_person"] = values.get("from_person") or person()
    if "to_organization" not in values:
        values["to_person"] = values.get("to_person") or person()
    return Relationship.objects.create(**{"created_at": MADE_AT, "updated_at": MADE_AT} | values)


def body(**fields: Any) -> Any:
    """A small board."""
    return organization(**{"name": f"Harbour Board {next(_number)}", "classification": "ngo"} | fields)
