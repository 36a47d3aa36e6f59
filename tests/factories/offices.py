from datetime import UTC, datetime
from typing import Any

from crm.offices.models import OfficeRules
from crm.people.enums import MembershipRole
from crm.people.models import Membership, Organization, Person

MADE_AT = datetime(2025, 1, 3, 12, tzinfo=UTC)


def office_led_by(principal: Person) -> Organization:
    """The office `tests.factories.people.office_scheduler` made."""
    return Membership.objects.get(person=principal, role=MembershipRole.PRINCIPAL).organization


def office_rules(organization: Organization, **fields: Any) -> OfficeRules:
    """An office that has written down nothing but that it is one."""
    values = {"created_at": MADE_AT, "updated_at": MADE_AT} | fields
    return OfficeRules.objects.create(organization=organization, **values)
