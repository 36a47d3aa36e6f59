"""The person page and the small forms on it. Other slices add sections through `crm.people.registry`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can, seen_through
from crm.access.views import RowRuleMixin, forbidden, once, require, visible_or_404
from crm.activity.views import timeline_context
from crm.base.errors import ParleyError
from crm.people import queries
from crm.people.forms import ContactForm, StaffForm
from crm.people.models import ContactDetail, Membership, Person
from crm.people.registry import person_actions, person_panels

PAGE = "people:page"


def person_url(person: Person, anchor: str = "", *, came_from: str = "") -> str:
    """The address of the person page, at one of its sections. `came_from` is the query string of the list."""
    return reverse(PAGE, args=[person.public_id]) + kept_list(came_from) + (f"#{anchor}" if anchor else "")


def kept_list(came_from: str) -> str:
    """What an address carries so that the way back leads to the same list: its filters, order and page."""
    return f"?{urlencode({'list': came_from})}" if came_from else ""


def list_url(came_from: str, name: str = "people:index") -> str:
    """A list as somebody left it."""
    return reverse(name) + (f"?{QueryDict(came_from).urlencode()}" if came_from else "")


def person_context(
    person: Person, user: User, *, page: str | None, bound: Mapping[str, Any], kind: str = ""
) -> dict[str, Any]:
    """Everything the person page shows this user. `bound` holds a refused form by the key of its section."""
    on = timezone.localdate()
    seat = queries.seat_of(person, on)
    panels = person_panels(user, person)
    for panel in panels:
        panel["form"] = bound.get(panel["key"], panel.get("form"))
    return {
        "person": person,
        "on": on,
        "seat": seat,
        "seat_words": queries.seat_words(seat) if seat else "",
        "party": queries.party_of(person, on),
        "offices": queries.offices_of(person),
        "contacts": queries.current_contacts(person, on),
        "staff": _staff_shown(person, user, on),
        "panels": [panel for panel in panels if not panel.get("aside")],
        "asides": [panel for panel in panels if panel.get("aside")],
        "actions": [
            (action.label, reverse(action.url_name, args=[person.public_id])) for action in person_actions(user, person)
        ],
        "timeline": timeline_context(person, user, page, kind),
        "edit_url": reverse("people:edit", args=[person.pk]) if can(user, Act.CHANGE, person) else "",
        **_own_forms(person, user, bound),
    }


def _staff_shown(person: Person, user: User, on: date) -> list[Membership]:
    """Who works for this person and may be seen, each job with its holder's `contacts`."""
    jobs = list(queries.staff_of(person, on).filter(seen_through(Person, user, "person")))
    contacts = queries.contacts_by_person([job.person for job in jobs if job.person], on)
    for job in jobs:
        job.contacts = contacts[job.person_id]  # type: ignore[attr-defined, index]
    return jobs


def _own_forms(person: Person, user: User, bound: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "staff_form": (bound.get("staff") or StaffForm(prefix="staff")) if can(user, Act.ADD, Membership) else None,
        "contact_form": (bound.get("contacts") or ContactForm(prefix="contacts"))
        if can(user, Act.ADD, ContactDetail)
        else None,
    }


class PersonPageView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """Who this is, what was said and promised, and what to do next."""

    model = Person
    template_name = "crm/person.html"
    header_icon = "user"
    bound: Mapping[str, Any] = {}

    def subject(self) -> Person:
        self.person: Person = visible_or_404(Person, self.request, public_id=self.kwargs["public_id"])
        return self.person

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**kwargs))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        survivor = queries.survivor_of(kwargs["public_id"])
        if survivor and can(request.user, Act.VIEW, survivor):
            return redirect(person_url(survivor))
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return str(self.person)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        people = {"url": list_url(self.came_from), "label": _("People")}
        return [*self.breadcrumbs_items, people, {"url": "", "label": str(self.person)}]

    @property
    def came_from(self) -> str:
        """The query string of the list this page was opened from."""
        return self.request.GET.get("list", "")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page, kind = self.request.GET.get("page"), self.request.GET.get("kind", "")
        found = person_context(self.person, self.request.user, page=page, bound=self.bound, kind=kind)  # type: ignore[arg-type]
        kept = {"kept_list": kept_list(self.came_from), "back_url": list_url(self.came_from) if self.came_from else ""}
        return super().get_context_data(**kwargs) | found | kept


class PageFormView(View, ABC):
    """One small form of the page of somebody: saves through an action and comes back; a refused form is shown again."""

    key = ""
    act = Act.ADD
    owner: type[Model]
    model: type[Model]
    form_class: type[forms.Form]
    done: Any = ""

    def make_form(self, person: Any) -> forms.Form:
        return self.form_class(self.request.POST, prefix=self.key)

    @abstractmethod
    def perform(self, person: Any, form: Any, *, by: User, at: datetime) -> None:
        """Call the action."""

    @abstractmethod
    def page_url(self, person: Any, anchor: str = "", *, came_from: str = "") -> str:
        """The address of the page."""

    @abstractmethod
    def page(self, bound: Mapping[str, Any]) -> Callable[..., HttpResponseBase]:
        """The view of the page, with refused forms by the key of their section."""

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        person = visible_or_404(self.owner, request, public_id=public_id)
        try:
            require(request, self.act, self.model)
        except PermissionDenied:
            return forbidden(request)
        form = self.make_form(person)
        if form.is_valid():
            return once(request, lambda: self.answer(person, form))
        return self.refuse(person, form)

    def answer(self, person: Any, form: Any) -> HttpResponse:
        if not self._done(person, form):
            return self.refuse(person, form)
        messages.success(self.request, self.done)
        return redirect(self.page_url(person, self.key, came_from=self.request.GET.get("list", "")))

    def refuse(self, person: Any, form: Any) -> Any:
        response = self.page({self.key: form})(_as_get(self.request), public_id=person.public_id)
        response.status_code = 422
        return response

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Somebody reloaded after a mistake: back to the page."""
        return redirect(self.page_url(visible_or_404(self.owner, request, public_id=public_id)))

    def _done(self, person: Any, form: Any) -> bool:
        try:
            self.perform(person, form, by=self.request.user, at=timezone.now())  # type: ignore[arg-type]
        except ParleyError as error:
            form.add_error(None, str(error.sentence))
        except ValidationError as error:
            form.add_error(None, error)
        return not form.errors


class PersonFormView(PageFormView):
    """A small form of the person page."""

    owner = Person

    def page_url(self, person: Person, anchor: str = "", *, came_from: str = "") -> str:
        return person_url(person, anchor, came_from=came_from)

    def page(self, bound: Mapping[str, Any]) -> Callable[..., HttpResponseBase]:
        return PersonPageView.as_view(bound=bound)


def _as_get(request: HttpRequest) -> HttpRequest:
    """The same request as a reader sends it, to draw the page with the refused form on it."""
    request.method = "GET"
    return request
