"""Seats, jobs and party: who belongs to what. Rows of one member are locked through the member."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.activity.actions import say
from crm.activity.models import ActivityEntry
from crm.base.rows import add_row, check_row, clean_values, lock_owner
from crm.base.text import one_line
from crm.changes.actions import record_change, record_created
from crm.people.actions import refresh_search_text
from crm.people.enums import MembershipRole, OrganizationClassification
from crm.people.models import Membership, Organization, Person, Post

MEMBER = ("person_id", "member_organization_id", "organization_id", "post_id")
MEMBERSHIP_KEY = (*MEMBER, "role", "start_date", "legislative_period")


@transaction.atomic
def add_membership(
    *,
    organization: Organization,
    by: User | None,
    at: datetime,
    person: Person | None = None,
    member_organization: Organization | None = None,
    post: Post | None = None,
    role: MembershipRole = MembershipRole.MEMBER,
    start_date: str = "",
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> Membership:
    """Say that somebody belongs to a body, in a post where there is one.

    The second call with the same member, body, post, role, period and start gives the row that is there.
    """
    lock_owner(person or member_organization)
    fields |= {"person": person, "member_organization": member_organization, "organization": organization, "post": post}
    row = Membership(role=role, start_date=start_date, **clean_values(fields))
    found = Membership.objects.filter(**{name: getattr(row, name) for name in MEMBERSHIP_KEY}).first()
    if found:
        return found
    membership = add_row(row)
    _after_membership(membership, at=at)
    said = say("membership.added", membership, *_members(membership), by=by, at=at, entry=entry)
    record_created(said, membership)
    return membership


@transaction.atomic
def end_membership(
    membership: Membership,
    *,
    end_date: str,
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
    verb: str = "membership.ended",
    about: Iterable[Model] = (),
) -> Membership:
    """Say until when it held, as precisely as known. The second call with the same date records nothing.

    `verb` and `about` say more of it on the timeline: of a job, on the page of whoever leads the office.
    """
    check_row(membership, end_date=end_date)
    standing = Membership.objects.select_for_update().get(pk=membership.pk)
    before = {"end_date": standing.end_date}
    if standing.end_date != end_date:
        Membership.objects.filter(pk=membership.pk).update(end_date=end_date)
        membership.end_date = end_date
        _after_membership(membership, at=at)
        told = {"data": {"end": end_date}}
        said = say(verb, membership, *_members(membership), *about, by=by, at=at, entry=entry, **told)
        record_change(said, membership, before=before, after={"end_date": end_date})
    return membership


@transaction.atomic
def add_staff(
    principal: Person,
    person: Person,
    *,
    by: User | None,
    at: datetime,
    role: MembershipRole = MembershipRole.SCHEDULER,
    start_date: str = "",
    entry: ActivityEntry | None = None,
) -> Membership:
    """Put somebody on the staff of a policymaker's office; makes the office when there is none.

    The second call gives the membership that is there.
    """
    lock_owner(principal)
    office = office_of(principal, at=at)
    found = Membership.objects.filter(person=person, organization=office, role=role, start_date=start_date).first()
    if found:
        return found
    job = add_row(Membership(person=person, organization=office, role=role, start_date=start_date))
    _after_membership(job, at=at)
    say("staff.added", job, principal, person, office, by=by, at=at, entry=entry)
    return job


def office_of(principal: Person, *, at: datetime) -> Organization:
    """The office a policymaker leads; makes it when there is none. The second call gives the same one."""
    led = Membership.objects.filter(person=principal, role=MembershipRole.PRINCIPAL).select_related("organization")
    found = led.current_on(at.date()).first()
    if found:
        return found.organization
    name = one_line(_("Office of %(name)s") % {"name": principal.name}, limit=250)
    kind = OrganizationClassification.OFFICE
    office = add_row(Organization(name=name, classification=kind, created_at=at, updated_at=at))
    add_row(Membership(person=principal, organization=office, role=MembershipRole.PRINCIPAL))
    return office


def _after_membership(membership: Membership, *, at: datetime) -> None:
    refresh_search_text(filter(None, [membership.person_id]), on=at.date())


def _members(membership: Membership) -> list[Model | None]:
    return [membership.person, membership.member_organization, membership.organization]
