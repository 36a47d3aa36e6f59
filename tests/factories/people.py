from datetime import UTC, datetime
from itertools import count
from typing import Any

from crm.people.enums import (
    ContactType,
    MembershipRole,
    OfficeClassification,
    OrganizationClassification,
    PersonCategory,
)
from crm.people.models import ContactDetail, Membership, Office, Organization, Person, Post
from crm.places.models import Area
from tests.factories.places import area as make_area

_number = count(1)
MADE_AT = datetime(2025, 1, 3, 12, tzinfo=UTC)


def person(**fields: Any) -> Person:
    """A policymaker everybody on the staff may see."""
    number = next(_number)
    values: dict[str, Any] = {
        "name": f"Robin Holder {number}",
        "category": PersonCategory.POLICYMAKER,
        "created_at": MADE_AT,
        "updated_at": MADE_AT,
    } | fields
    values.setdefault("sort_name", values["name"])
    values.setdefault("search_text", values["name"].casefold())
    return Person.objects.create(**values)


def organization(**fields: Any) -> Organization:
    """A chamber."""
    values = {
        "name": f"Chamber {next(_number)}",
        "classification": OrganizationClassification.CHAMBER,
        "created_at": MADE_AT,
        "updated_at": MADE_AT,
    } | fields
    return Organization.objects.create(**values)


def post(**fields: Any) -> Post:
    """A seat in a chamber."""
    values = {"label": f"Seat {next(_number)}", "role": "representative"} | fields
    values["organization"] = values.get("organization") or organization()
    return Post.objects.create(**values)


def membership(**fields: Any) -> Membership:
    """A person sits in an organization; open at both ends."""
    values = dict(fields)
    if "member_organization" not in values:
        values["person"] = values.get("person") or person()
    values["organization"] = values.get("organization") or organization()
    return Membership.objects.create(**values)


def contact_detail(**fields: Any) -> ContactDetail:
    """A current e-mail address of a person."""
    values = {"type": ContactType.EMAIL, "value": f"contact{next(_number)}@office.example"} | fields
    if "organization" not in values:
        values["person"] = values.get("person") or person()
    return ContactDetail.objects.create(**values)


def office(**fields: Any) -> Office:
    """A district office."""
    values = {
        "identifier": f"office-{next(_number)}",
        "classification": OfficeClassification.DISTRICT,
        "address": "1 Harbour Row",
        "city": "Fairhaven",
        "state": "FH",
    } | fields
    values["person"] = values.get("person") or person()
    return Office.objects.create(**values)


def legislator(*, area: Area | None = None, **fields: Any) -> Person:
    """A person with a seat for `area` in a chamber since 3 January 2025, open at the end."""
    district = area or make_area()
    holder = person(**fields)
    seat = post(area=district)
    membership(person=holder, organization=seat.organization, post=seat, area=district, start_date="2025-01-03")
    return holder


def office_scheduler(principal: Person, **fields: Any) -> Person:
    """The scheduler of `principal`, with an e-mail address: both are members of the same office."""
    staff = person(category=PersonCategory.OFFICE_STAFF, **fields)
    workplace = organization(name=f"Office of {principal.name}", classification=OrganizationClassification.OFFICE)
    membership(person=principal, organization=workplace, role=MembershipRole.PRINCIPAL, start_date="2025-01-03")
    membership(person=staff, organization=workplace, role=MembershipRole.SCHEDULER, start_date="2025-01-03")
    contact_detail(person=staff)
    return staff
