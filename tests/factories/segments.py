from itertools import count
from typing import Any

from crm.people.models import Person
from crm.segments.models import FrozenList, FrozenMember, Segment
from tests.factories.people import MADE_AT

_number = count(1)


def segment(**fields: Any) -> Segment:
    """A shared segment without steps, of nobody in particular."""
    values = {
        "name": f"Segment {next(_number)}",
        "is_shared": True,
        "created_at": MADE_AT,
        "updated_at": MADE_AT,
    } | fields
    return Segment.objects.create(**values)


def frozen_list(*people: Person, **fields: Any) -> FrozenList:
    """A list of exactly these people."""
    values = {
        "name": f"List {next(_number)}",
        "purpose": "a mailing",
        "count": len(people),
        "frozen_at": MADE_AT,
    } | fields
    row = FrozenList.objects.create(**values)
    FrozenMember.objects.bulk_create(FrozenMember(frozen_list=row, person=person) for person in people)
    return row
