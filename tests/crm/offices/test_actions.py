from datetime import UTC, datetime

import pytest

from crm.activity.queries import timeline_of
from crm.offices.actions import add_office
from crm.people.enums import OfficeClassification
from crm.people.models import Office, Person
from tests.factories.people import person

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def add(holder: Person) -> Office:
    return add_office(
        holder,
        classification=OfficeClassification.DISTRICT,
        address="4 Market Street",
        city="Fairhaven",
        by=None,
        at=AT,
    )


@pytest.mark.django_db
def test_add_office_leaves_one_office_and_one_entry_on_the_persons_timeline() -> None:
    holder = person()

    first = add(holder)
    second = add(holder)

    assert first == second
    assert list(holder.offices.all()) == [first]
    assert [entry.verb for entry in timeline_of(holder)] == ["office.added"]
