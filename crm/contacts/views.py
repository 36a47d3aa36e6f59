"""Addresses and numbers on the person page."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.contacts.actions import add_contact_detail
from crm.people.forms import ContactForm
from crm.people.models import ContactDetail, Person
from crm.people.views import PersonFormView


class AddContactView(PersonFormView):
    key = "contacts"
    model = ContactDetail
    form_class = ContactForm
    done = _("Contact detail added.")

    def perform(self, person: Person, form: Any, *, by: User, at: datetime) -> None:
        add_contact_detail(person=person, **form.cleaned_data, by=by, at=at)
