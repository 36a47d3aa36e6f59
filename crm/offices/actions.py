from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import link, record
from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from crm.base.locking import save_version
from crm.base.rows import add_row, check_row, clean_values
from crm.base.text import one_line
from crm.changes.actions import record_change, record_created
from crm.changes.rules import snapshot
from crm.contacts.actions import add_contact_detail
from crm.memberships.actions import add_staff, end_membership, office_of
from crm.offices.models import OfficeRules
from crm.people.actions import create_person
from crm.people.enums import ContactType, MembershipRole, OfficeClassification, PersonCategory
from crm.people.models import Membership, Office, Person


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


@transaction.atomic
def set_office_rules(
    principal: Person, *, version: int | None, by: User | None, at: datetime, **fields: Any
) -> OfficeRules:
    """Write down what an office expects; makes the office when there is none.

    `version` is that of the rules on the form, None when there were none. A stale one raises
    `StaleVersionError`; the second call with the same values changes nothing but the version.
    """
    office = office_of(principal, at=at)
    values = clean_values(fields)
    standing = OfficeRules.objects.filter(organization=office).first()
    if standing is None:
        rules = add_row(OfficeRules(organization=office, created_at=at, updated_at=at, **values))
        record_created(record("office_rules.set", office, by=by, at=at, about=(principal,)), rules)
        return rules
    if version != standing.version:
        raise StaleVersionError(standing)
    check_row(standing, **values)
    before = snapshot(standing, values)
    rules = save_version(standing, version=standing.version, at=at, **values)
    said = record("office_rules.set", office, by=by, at=at, about=(principal,))
    record_change(said, rules, before=before, after=snapshot(rules, values))
    return rules


@transaction.atomic
def end_job(principal: Person, job: Membership, *, end_date: str, by: User | None, at: datetime) -> Membership:
    """Say until when somebody worked in an office. The second call with the same date records nothing."""
    return end_membership(job, end_date=end_date, by=by, at=at, verb="staff.left", about=(principal,))
