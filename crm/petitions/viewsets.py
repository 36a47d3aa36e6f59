"""Signatures on the person page: counts of the district, never who signed."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.people.models import Person
from crm.people.queries import district_of
from crm.petitions.models import Petition
from crm.petitions.queries import verified_in_area


def signatures_panel(person: Person, user: User) -> dict[str, Any] | None:
    """Confirmed signatures in the district the person represents."""
    now = timezone.now()
    area = district_of(person, timezone.localdate(now))
    if area is None or not can(user, Act.VIEW, Petition):
        return None
    found = verified_in_area(area, now)
    total = (_("Confirmed in %(area)s") % {"area": area.name}, found["count"])
    rows = [total, (_("In the last 30 days"), found["last_30_days"])]
    return {
        "title": _("Signatures in the district"),
        "rows": rows + [(petition["title"], petition["count"]) for petition in found["petitions"]],
        "template": "crm/person_signatures.html",
        "aside": True,
    }
