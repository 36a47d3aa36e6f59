"""Addresses of many people at once."""

from datetime import date
from typing import Any

from crm.base.dates import current_q
from crm.people.enums import ContactType
from crm.people.models import ContactDetail


def main_addresses(people: Any, on: date) -> dict[int, str]:
    """The address we would mail each of these people at on a day, as `mail_address_of` says; without those who
    have none. One query."""
    current = current_q(on, start="valid_from", end="valid_until")
    rows = ContactDetail.objects.filter(current, type=ContactType.EMAIL, person__in=people.order_by().values("pk"))
    return dict(rows.order_by("-id").values_list("person_id", "value"))
