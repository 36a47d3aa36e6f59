"""The tables we export: those of the import, so that what went out comes in again, and what only a reader wants."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from import_export.fields import Field
from import_export.resources import ModelResource

from crm.access.models import User
from crm.people.enums import ContactType
from crm.people.models import Membership, Office, Organization, Person
from crm.people.queries import COMMITTEES, overviews
from crm.people.resources import Column, ListWidget, PersonResource


def _told(person: Any, name: str) -> Any:
    return person.told[name]


def told(column_name: str, name: str) -> Column:
    """A column filled by `PersonExport.load`."""
    return Column(column_name, read=lambda person: _told(person, name))


class PersonExport(PersonResource):
    """A person as the import knows her, and what she holds today in the words of the list."""

    seat_now = told("Seat", "seat")
    party_now = told("Party", "party")
    term_ends = told("Term ends", "term_end")
    committees_now = Column("Committees", read=lambda person: _told(person, "committees"), widget=ListWidget())
    office_phone = told("Office phone", "office_phone")
    owner_name = Column("Owner", read=lambda person: str(person.owner or ""))
    team_name = Column("Team", read=lambda person: str(person.team or ""))
    changed = Column("Last changed", read=lambda person: person.updated_at.isoformat(timespec="seconds"))

    class Meta:
        model = Person

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return super().filter_export(queryset, **kwargs).select_related("owner", "team")

    def load(self, people: Sequence[Any], user: User, on: date) -> None:
        """Seat, party, committees and phone of these people, in a constant number of queries."""
        ids = [person.pk for person in people]
        found = overviews(ids, on, user=user)
        sits = _committees(ids, on)
        phones = office_phones(people, on)
        for person in people:
            now = found[person.pk]
            person.told = {
                "seat": now.seat,
                "party": now.party,
                "term_end": now.term_end,
                "committees": sits[person.pk],
                "office_phone": phones.get(person.pk, ""),
            }


def _committees(ids: list[int], on: date) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    held = Membership.objects.current_on(on).filter(person__in=ids, organization__classification__in=COMMITTEES)
    for pk, name in held.order_by("organization__name", "id").values_list("person_id", "organization__name"):
        found[pk].append(name)
    return found


def office_phones(people: Sequence[Any], _on: date) -> dict[int, str]:
    """The number to call: of the first office, else the person's own that still holds. Needs `contactdetails`."""
    own = {
        person.pk: next(
            (row.value for row in person.contactdetails.all() if row.type == ContactType.VOICE and not row.valid_until),
            "",
        )
        for person in people
    }
    rows = Office.objects.filter(person__in=list(own)).exclude(voice="").order_by("-classification", "-id")
    return own | dict(rows.values_list("person_id", "voice"))


def column(column_name: str, read: Callable[[Organization], Any]) -> Field:
    """A column of an organization."""
    found = Field(column_name=column_name)
    found.get_value = read
    return found


class OrganizationExport(ModelResource):
    """A body as our list knows it."""

    public_id = column("Parley ID", lambda body: body.public_id)
    name = column("Name", lambda body: body.name)
    classification = column("Kind", lambda body: body.classification)
    parent = column("Part of", lambda body: str(body.parent or ""))
    area = column("Area", lambda body: str(body.area or ""))
    level = column("Level", lambda body: body.level)
    founding_date = column("Founded", lambda body: body.founding_date)
    dissolution_date = column("Dissolved", lambda body: body.dissolution_date)
    description = column("Description", lambda body: body.description)

    class Meta:
        model = Organization
        fields = (
            "public_id",
            "name",
            "classification",
            "parent",
            "area",
            "level",
            "founding_date",
            "dissolution_date",
            "description",
        )

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related("parent", "area")
