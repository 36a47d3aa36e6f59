from datetime import UTC, datetime, timedelta

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.people.actions import edit_people, edit_person
from crm.people.models import Person
from tests.factories.people import person

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


def five_edited(by: User, at: datetime = AT) -> ActivityEntry:
    """Five people whose language one act changed from English to Spanish."""
    people = [person(name=f"P{number}", language="en") for number in range(5)]
    edit_person(people[0], version=1, by=by, at=at, language="es")
    entry = ActivityEntry.objects.latest("id")
    edit_people(people[1:], by=by, at=at, entry=entry, language="es")
    return entry


def languages() -> list[str]:
    return list(Person.objects.order_by("name").values_list("language", flat=True))
