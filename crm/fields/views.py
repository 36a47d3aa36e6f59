"""The answers to our own questions on the person page."""

from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.fields.actions import set_custom_value
from crm.fields.enums import FieldKind
from crm.fields.forms import AnswersForm
from crm.fields.models import CustomValue
from crm.fields.queries import answers_of
from crm.people.models import Person
from crm.people.views import PersonFormView

YES_NO = {"yes": _("yes"), "no": _("no")}


def fields_panel(person: Person, user: User) -> dict[str, Any] | None:
    """What we ask of everybody, as far as this role reads it."""
    answers = answers_of(person, user) if can(user, Act.VIEW, CustomValue) else []
    if not answers:
        return None
    form = AnswersForm(prefix="fields", owner=person, user=user) if can(user, Act.CHANGE, person) else None
    return {
        "title": _("Our own fields"),
        "aside": True,
        "rows": [
            {
                "label": field.label,
                "value": YES_NO.get(value, value) if field.kind == FieldKind.BOOLEAN else value,
                "url": value if field.kind == FieldKind.URL else "",
            }
            for field, value in answers
        ],
        "template": "crm/fields/panel.html",
        "form": form if form and form.fields else None,
        "form_url": reverse("crm_answer_fields", args=[person.public_id]),
        "form_label": _("Fill in"),
    }


class AnswerFieldsView(PersonFormView):
    key = "fields"
    model = CustomValue
    act = Act.CHANGE
    form_class = AnswersForm
    done = _("The fields were saved.")

    def make_form(self, person: Person) -> forms.Form:
        user: Any = self.request.user
        return AnswersForm(self.request.POST, prefix=self.key, owner=person, user=user)

    def perform(self, person: Person, form: Any, *, by: User, at: datetime) -> None:
        for field, value in form.answers:
            set_custom_value(person, field, value, by=by, at=at)
