"""How people, bodies, seats and addresses change. Rows of one person are locked through the person."""

from collections.abc import Iterable
from copy import copy
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.activity.actions import link, record
from crm.activity.models import ActivityEntry
from crm.base.email import normalise_email
from crm.base.locking import save_version
from crm.base.text import clean_text, one_line
from crm.people.enums import ContactType, MembershipRole, OrganizationClassification, PersonCategory
from crm.people.models import ContactDetail, Membership, Organization, Person, Post
from crm.people.queries import search_texts
from crm.people.rules import sort_name_of
from crm.places.models import Area

M = TypeVar("M", bound=Model)
MEMBER = ("person_id", "member_organization_id", "organization_id", "post_id")
MEMBERSHIP_KEY = (*MEMBER, "role", "start_date", "legislative_period")
PROSE = frozenset({"summary", "description"})


@transaction.atomic
def create_person(
    *,
    name: str,
    category: PersonCategory,
    by: User | None,
    at: datetime,
    public_id: str | None = None,
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> Person:
    """Add a person. Raises ValidationError for a value that does not fit.

    A second call with the same `public_id` gives the person that is there; without one it adds a namesake.
    """
    values = _clean({"name": name, "category": category, **fields})
    values.setdefault(
        "sort_name", sort_name_of(values["name"], values.get("given_name", ""), values.get("family_name", ""))
    )
    person, made = _get_or_add(Person, public_id, created_at=at, updated_at=at, **values)
    if made:
        refresh_search_text([person.pk], on=at.date())
        person.refresh_from_db(fields=["search_text"])
        _say("person.created", person, by=by, at=at, entry=entry)
    return person


@transaction.atomic
def edit_person(person: Person, *, version: int, by: User | None, at: datetime, **fields: Any) -> Person:
    """Change fields of a person. A second call with the same version raises `StaleVersionError`."""
    values = _clean(fields)
    _check(person, **values)
    saved = save_version(person, version=version, at=at, **values)
    refresh_search_text([saved.pk], on=at.date())
    saved.refresh_from_db(fields=["search_text"])
    record("person.edited", saved, by=by, at=at, data={"fields": sorted(values)})
    return saved


@transaction.atomic
def create_organization(
    *,
    name: str,
    classification: OrganizationClassification,
    by: User | None,
    at: datetime,
    public_id: str | None = None,
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> Organization:
    """Add a body. A second call with the same `public_id` gives the one that is there; without one it adds another."""
    values = _clean({"name": name, "classification": classification, **fields})
    body, made = _get_or_add(Organization, public_id, created_at=at, updated_at=at, **values)
    if made:
        _say("organization.created", body, body.parent, by=by, at=at, entry=entry)
    return body


@transaction.atomic
def edit_organization(
    organization: Organization, *, version: int, by: User | None, at: datetime, **fields: Any
) -> Organization:
    """Change fields of a body. A second call with the same version raises `StaleVersionError`."""
    values = _clean(fields)
    _check(organization, **values)
    saved = save_version(organization, version=version, at=at, **values)
    if "name" in values:
        holders = Membership.objects.filter(organization=saved, person__isnull=False)
        refresh_search_text(holders.values_list("person_id", flat=True), on=at.date())
    record("organization.edited", saved, by=by, at=at, data={"fields": sorted(values)})
    return saved


@transaction.atomic
def create_post(
    *,
    organization: Organization,
    label: str,
    role: str,
    by: User | None,
    at: datetime,
    area: Area | None = None,
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> Post:
    """Add a seat or job. The second call with the same body and label gives the one that is there, unchanged."""
    defaults = _clean({"role": role, "area": area, **fields})
    _check(Post(organization=organization, label=one_line(label), **defaults))
    post, made = Post.objects.get_or_create(organization=organization, label=one_line(label), defaults=defaults)
    if made:
        _say("post.created", post, organization, by=by, at=at, entry=entry)
    return post


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
    _lock(person or member_organization)
    fields |= {"person": person, "member_organization": member_organization, "organization": organization, "post": post}
    row = Membership(role=role, start_date=start_date, **_clean(fields))
    found = Membership.objects.filter(**{name: getattr(row, name) for name in MEMBERSHIP_KEY}).first()
    if found:
        return found
    membership = _add(row)
    _after_membership(membership, at=at)
    _say("membership.added", membership, *_members(membership), by=by, at=at, entry=entry)
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, end_date: str, by: User | None, at: datetime) -> Membership:
    """Say until when it held, as precisely as known. The second call with the same date records nothing."""
    _check(membership, end_date=end_date)
    changed = Membership.objects.filter(pk=membership.pk).exclude(end_date=end_date).update(end_date=end_date)
    if changed:
        membership.end_date = end_date
        _after_membership(membership, at=at)
        record("membership.ended", membership, by=by, at=at, about=_members(membership), data={"end": end_date})
    return membership


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
    _lock(person or organization)
    found = ContactDetail.objects.filter(person=person, organization=organization, type=type, value=text).first()
    if found:
        return found
    detail = _add(
        ContactDetail(
            person=person, organization=organization, type=type, value=text, **_clean({"label": label, **fields})
        )
    )
    if person and type == ContactType.EMAIL:
        refresh_search_text([person.pk], on=at.date())
    _say("contact_detail.added", detail, person, organization, by=by, at=at, entry=entry)
    return detail


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
    _lock(principal)
    office = _office_of(principal, at=at)
    found = Membership.objects.filter(person=person, organization=office, role=role, start_date=start_date).first()
    if found:
        return found
    job = _add(Membership(person=person, organization=office, role=role, start_date=start_date))
    _after_membership(job, at=at)
    _say("staff.added", job, principal, person, office, by=by, at=at, entry=entry)
    return job


def refresh_search_text(people: Iterable[int], *, on: date) -> int:
    """Write anew what a search finds these people by, as of a day; says how many rows changed."""
    ids = sorted(set(people))
    changed = []
    for start in range(0, len(ids), 500):
        texts = search_texts(ids[start : start + 500], on)
        for person in Person.objects.filter(pk__in=texts).only("pk", "search_text"):
            if person.search_text != texts[person.pk]:
                person.search_text = texts[person.pk]
                changed.append(person)
    Person.objects.bulk_update(changed, ["search_text"], batch_size=200)
    return len(changed)


def _office_of(principal: Person, *, at: datetime) -> Organization:
    led = Membership.objects.filter(person=principal, role=MembershipRole.PRINCIPAL).select_related("organization")
    found = led.current_on(at.date()).first()
    if found:
        return found.organization
    name = one_line(_("Office of %(name)s") % {"name": principal.name}, limit=250)
    kind = OrganizationClassification.OFFICE
    office = _add(Organization(name=name, classification=kind, created_at=at, updated_at=at))
    _add(Membership(person=principal, organization=office, role=MembershipRole.PRINCIPAL))
    return office


def _after_membership(membership: Membership, *, at: datetime) -> None:
    refresh_search_text(filter(None, [membership.person_id]), on=at.date())


def _members(membership: Membership) -> list[Model | None]:
    return [membership.person, membership.member_organization, membership.organization]


def _say(verb: str, obj: Model, *about: Model | None, entry: ActivityEntry | None, **told: Any) -> None:
    """Record an entry of its own, or join the entry of the bigger step this is part of."""
    if entry is None:
        record(verb, obj, about=about, **told)
        return
    for row in filter(None, (obj, *about)):
        link(entry, row)


def _clean(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: (clean_text(value) if name in PROSE else one_line(value)) if type(value) is str else value
        for name, value in values.items()
    }


def _lock(row: Model | None) -> None:
    """Everything that hangs on one person or body is written one at a time."""
    if row is None:
        raise ValidationError(_("Say whom this belongs to: a person or an organization."))
    list(type(row)._default_manager.select_for_update().filter(pk=row.pk).values_list("pk"))


def _check(row: Model, **changes: Any) -> None:
    changed = copy(row)
    for name, value in changes.items():
        setattr(changed, name, value)
    changed.full_clean(validate_unique=False, validate_constraints=False)


def _add(row: M) -> M:
    _check(row)
    row.save(force_insert=True)
    return row


def _get_or_add(model: type[M], public_id: str | None, **values: Any) -> tuple[M, bool]:
    """The row with this public id, else a new one; a race for the same id is settled by its unique constraint."""
    if public_id is None:
        return _add(model(**values)), True
    _check(model(public_id=public_id, **values))
    return model._default_manager.get_or_create(public_id=public_id, defaults=values)
