"""Who works in the offices of a policymaker."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can, seen_through
from crm.access.views import conflict, forbidden, once, visible_or_404
from crm.offices.actions import end_job, hire, set_office_rules
from crm.offices.forms import EndJobForm, OfficeRulesForm
from crm.offices.models import OfficeRules
from crm.offices.queries import rules_of_office
from crm.people.enums import ContactType, MembershipRole, PersonCategory
from crm.people.forms import StaffForm
from crm.people.models import Membership, Person
from crm.people.queries import staff_of
from crm.people.views import PersonFormView, person_url


class AddStaffView(PersonFormView):
    key = "staff"
    model = Membership
    form_class = StaffForm
    done = _("Added to the office.")

    def perform(self, person: Person, form: Any, *, by: User, at: datetime) -> None:
        given = form.cleaned_data
        contacts = {ContactType.EMAIL: given["email"], ContactType.VOICE: given["phone"]}
        hire(person, name=given["name"], contacts=contacts, role=MembershipRole(given["role"]), by=by, at=at)


def rules_panel(person: Person, user: User) -> dict[str, Any] | None:
    """How a policymaker's office takes meetings."""
    if person.category != PersonCategory.POLICYMAKER or not can(user, Act.VIEW, OfficeRules):
        return None
    rules = rules_of_office(person, timezone.localdate())
    return {
        "title": _("How this office takes meetings"),
        "aside": True,
        "rows": rules,
        "template": "crm/offices/rules_panel.html",
        "form": OfficeRulesForm(prefix="rules", instance=rules) if can(user, Act.CHANGE, person) else None,
        "form_url": reverse("crm_set_office_rules", args=[person.public_id]),
        "form_label": _("Write down the rules") if rules is None else _("Change the rules"),
    }


class SetOfficeRulesView(PersonFormView):
    key = "rules"
    model = OfficeRules
    act = Act.CHANGE
    form_class = OfficeRulesForm  # type: ignore[assignment]
    done = _("The rules of the office were saved.")

    def make_form(self, person: Person) -> forms.Form:
        rules = rules_of_office(person, timezone.localdate())
        return OfficeRulesForm(self.request.POST, prefix=self.key, instance=rules)  # type: ignore[return-value]

    def answer(self, person: Person, form: Any) -> HttpResponse:
        standing = rules_of_office(person, timezone.localdate())
        if standing is not None and form.cleaned_data["version"] != standing.version:
            return conflict(self.request, form, standing, person_url(person, self.key))
        return super().answer(person, form)

    def perform(self, person: Person, form: Any, *, by: User, at: datetime) -> None:
        set_office_rules(person, version=form.cleaned_data["version"], by=by, at=at, **form.changes())


def end_job_view(request: HttpRequest, public_id: str, job_id: int) -> HttpResponse:
    """Ask until when somebody worked here, then end the job."""
    person: Person = visible_or_404(Person, request, public_id=public_id)
    jobs = staff_of(person, timezone.localdate()).filter(seen_through(Person, request.user, "person"))
    job = get_object_or_404(jobs, pk=job_id)
    if not can(request.user, Act.CHANGE, person):
        return forbidden(request)
    form = EndJobForm(request.POST or None, initial={"end_date": timezone.localdate().isoformat()})
    if request.method == "POST" and form.is_valid():

        def act() -> HttpResponse:
            user: Any = request.user
            end_job(person, job, end_date=form.cleaned_data["end_date"], by=user, at=timezone.now())
            messages.success(request, _("Noted until when they worked here."))
            return redirect(person_url(person, "staff"))

        return once(request, act)
    context = {"form": form, "person": person, "job": job, "back_url": person_url(person, "staff")}
    return render(request, "crm/offices/end_job.html", context, status=422 if form.errors else 200)
