"""Addresses, numbers and accounts of people and bodies, written one at a time per owner."""

from datetime import datetime
from typing import Any

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import say
from crm.activity.models import ActivityEntry
from crm.base.email import normalise_email
from crm.base.rows import add_row, check_row, clean_values, lock_owner
from crm.base.text import one_line
from crm.changes.actions import record_change, record_created
from crm.people.actions import refresh_search_text
from crm.people.enums import ContactType
from crm.people.models import ContactDetail, Organization, Person


@transaction.atomic
def add_contact_detail(
    *,
    type: ContactType,
    value: str,
    by: User | None,
    at: datetime,
    person: Person | None = None,
    organization: Organization | None = None,
    label: str = "",
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> ContactDetail:
    """Add an address, number or account. The second call with the same owner, type and value gives the one there."""
    text = normalise_email(value) if type == ContactType.EMAIL else one_line(value)
    lock_owner(person or organization)
    found = ContactDetail.objects.filter(person=person, organization=organization, type=type, value=text).first()
    if found:
        return found
    detail = add_row(
        ContactDetail(
            person=person, organization=organization, type=type, value=text, **clean_values({"label": label, **fields})
        )
    )
    if person and type == ContactType.EMAIL:
        refresh_search_text([person.pk], on=at.date())
    said = say("contact_detail.added", detail, person, organization, by=by, at=at, entry=entry)
    record_created(said, detail)
    return detail


@transaction.atomic
def end_contact_detail(
    detail: ContactDetail, *, valid_until: str, by: User | None, at: datetime, entry: ActivityEntry | None = None
) -> ContactDetail:
    """Say until when an address held, as precisely as known. The second call with the same date records nothing."""
    check_row(detail, valid_until=valid_until)
    standing = ContactDetail.objects.select_for_update().get(pk=detail.pk)
    if standing.valid_until != valid_until:
        ContactDetail.objects.filter(pk=detail.pk).update(valid_until=valid_until)
        said = say("contact_detail.ended", detail, detail.person, detail.organization, by=by, at=at, entry=entry)
        record_change(said, detail, before={"valid_until": standing.valid_until}, after={"valid_until": valid_until})
        detail.valid_until = valid_until
    return detail
