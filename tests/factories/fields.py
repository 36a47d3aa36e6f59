from itertools import count
from typing import Any

from crm.access.enums import Role
from crm.fields.enums import FieldKind, FieldScope
from crm.fields.models import CustomField, CustomValue
from tests.factories.people import person

_number = count(1)


def custom_field(**fields: Any) -> CustomField:
    """A text asked of people, read and written by coordinators."""
    number = next(_number)
    values = {
        "key": f"field-{number}",
        "label": f"Field {number}",
        "kind": FieldKind.TEXT,
        "scope": FieldScope.PEOPLE,
        "read_roles": [Role.COORDINATOR],
        "write_roles": [Role.COORDINATOR],
    }
    return CustomField.objects.create(**(values | fields))


def custom_value(**fields: Any) -> CustomValue:
    """An answer about a person."""
    values = {"value": "an answer"} | fields
    values["field"] = values.get("field") or custom_field()
    if "organization" not in values:
        values["person"] = values.get("person") or person()
    return CustomValue.objects.create(**values)
