from datetime import UTC, datetime

import pytest

from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.offices.actions import add_office, hire
from crm.people.enums import ContactType, OfficeClassification, Visibility
from crm.people.models import Office, Organization, Person
from crm.people.queries import mail_address_of, schedulers_of
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


@pytest.mark.django_db
def test_hire_makes_person_address_and_job_one_step(coordinator) -> None:
    principal = person(name="Robin Holder", visibility=Visibility.TEAM, owner=coordinator)
    contacts = {ContactType.EMAIL: "dana@office.example", ContactType.VOICE: ""}

    dana = hire(principal, name="Dana Ruiz", contacts=contacts, by=coordinator, at=AT)
    namesake = hire(principal, name="Dana Ruiz", contacts={}, by=coordinator, at=AT)

    assert list(schedulers_of(principal, AT.date())) == [dana, namesake]
    assert mail_address_of(dana, AT.date()) == "dana@office.example"
    assert (dana.visibility, dana.owner) == ("team", coordinator)
    assert [office.name for office in Organization.objects.all()] == ["Office of Robin Holder"]
    assert [entry.verb for entry in ActivityEntry.objects.all()] == ["staff.added", "staff.added"]
    assert [entry.verb for entry in timeline_of(dana)] == ["staff.added"]
