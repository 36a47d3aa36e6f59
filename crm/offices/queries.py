from datetime import date

from crm.offices.models import OfficeRules
from crm.people.models import Person
from crm.people.queries import offices_led_by


def rules_of_office(principal: Person, on: date) -> OfficeRules | None:
    """What the person's current office expects of those who want a meeting; None when nobody wrote it down."""
    offices = offices_led_by(principal, on).order_by()
    return OfficeRules.objects.filter(organization__in=offices.values("pk")).first()
