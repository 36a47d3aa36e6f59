from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import link, record
from crm.activity.models import ActivityEntry
from crm.base.text import one_line
from crm.people.actions import add_contact_detail, add_staff, create_person
from crm.people.enums import ContactType, MembershipRole, OfficeClassification, PersonCategory
from crm.people.models import Office, Person


@transaction.atomic
def add_office(
    person: Person,
    *,
    classification: OfficeClassification,
    by: User | None,
    at: datetime,
    identifier: str = "",
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> Office:
    """Note a place where somebody can be reached.

    A second call with the same `identifier`, or without one with the same kind, address and city, gives
    the office that is there. Raises ValidationError for a value that does not fit.
    """
    values = {name: one_line(value) if isinstance(value, str) else value for name, value in fields.items()}
    Person.objects.select_for_update().get(pk=person.pk)
    known = {"identifier": identifier} if identifier else {key: values.get(key, "") for key in ("address", "city")}
    found = Office.objects.filter(person=person, classification=classification, **known).first()
    if found is not None:
        return found
    office = Office(person=person, classification=classification, identifier=identifier, **values)
    office.full_clean()
    office.save()
    if entry is None:
        record("office.added", office, by=by, at=at, about=(person,))
    else:
        link(entry, office)
    return office


@transaction.atomic
def hire(
    principal: Person,
    *,
    name: str,
    contacts: Mapping[ContactType, str],
    by: User | None,
    at: datetime,
    role: MembershipRole = MembershipRole.SCHEDULER,
    entry: ActivityEntry | None = None,
) -> Person:
    """Note somebody new who works for a policymaker, and how to reach her, as one step.

    She is seen by whoever sees the policymaker; empty contacts are left out. A second call notes a namesake.
    Raises ValidationError for a value that does not fit.
    """
    entry = entry or record("staff.added", principal, by=by, at=at)
    kept_to: dict[str, Any] = {"visibility": principal.visibility, "owner": principal.owner}
    staff = create_person(name=name, category=PersonCategory.OFFICE_STAFF, by=by, at=at, entry=entry, **kept_to)
    for kind, value in contacts.items():
        if value:
            add_contact_detail(person=staff, type=kind, value=value, by=by, at=at, entry=entry)
    add_staff(principal, staff, role=role, by=by, at=at, entry=entry)
    return staff
