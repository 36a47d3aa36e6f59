"""Who works in the offices of a policymaker."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.offices.actions import hire
from crm.people.enums import ContactType, MembershipRole
from crm.people.forms import StaffForm
from crm.people.models import Membership, Person
from crm.people.views import PersonFormView


class AddStaffView(PersonFormView):
    key = "staff"
    model = Membership
    form_class = StaffForm
    done = _("Added to the office.")

    def perform(self, person: Person, form: Any, *, by: User, at: datetime) -> None:
        given = form.cleaned_data
        contacts = {ContactType.EMAIL: given["email"], ContactType.VOICE: given["phone"]}
        hire(person, name=given["name"], contacts=contacts, role=MembershipRole(given["role"]), by=by, at=at)
