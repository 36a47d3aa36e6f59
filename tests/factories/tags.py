from datetime import UTC, datetime
from itertools import count
from typing import Any

from crm.tags.models import Tag, Tagging, TagGroup
from tests.factories.people import person

_number = count(1)


def tag_group(**fields: Any) -> TagGroup:
    """A group for people and organizations."""
    number = next(_number)
    return TagGroup.objects.create(**({"key": f"group-{number}", "name": f"Group {number}"} | fields))


def tag(**fields: Any) -> Tag:
    """A tag without a value."""
    values = {"name": f"Tag {next(_number)}"} | fields
    values["group"] = values.get("group") or tag_group()
    return Tag.objects.create(**values)


def tagging(**fields: Any) -> Tagging:
    """A person carries a tag."""
    values = {"tagged_at": datetime(2026, 1, 3, 12, tzinfo=UTC)} | fields
    values["tag"] = values.get("tag") or tag()
    if "organization" not in values:
        values["person"] = values.get("person") or person()
    return Tagging.objects.create(**values)
