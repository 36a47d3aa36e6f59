"""Positions on the person page."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.issues.actions import record_stance
from crm.issues.enums import Position
from crm.issues.forms import StanceForm
from crm.issues.models import Stance
from crm.issues.queries import latest_stances
from crm.people.models import Person
from crm.people.views import PersonFormView


def stances_panel(person: Person, user: User) -> dict[str, Any] | None:
    """The newest position on each ask, with its day and source."""
    if not can(user, Act.VIEW, Stance):
        return None
    form = StanceForm(prefix="stances", initial={"observed_on": timezone.localdate()})
    return {
        "title": _("Where they stand"),
        "rows": latest_stances(person).filter(pk__in=Stance.objects.visible_to(user)),
        "template": "crm/person_stances.html",
        "form": form if can(user, Act.ADD, Stance) else None,
        "form_url": reverse("crm_add_stance", args=[person.public_id]),
        "form_label": _("Record a position"),
    }


class AddStanceView(PersonFormView):
    key = "stances"
    model = Stance
    form_class = StanceForm
    done = _("Position recorded.")

    def perform(self, person: Person, form: Any, *, by: User, at: datetime) -> None:
        given = dict(form.cleaned_data)
        record_stance(person, position=Position(given.pop("position")), **given, by=by, at=at)
