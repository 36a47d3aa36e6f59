"""One field of one person, edited where it stands: in the list, on the person page, or on a page of its own."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.forms import VersionedForm
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import conflict, forbidden, once, require, visible_or_404
from crm.base.errors import ParleyError, StaleVersionError
from crm.bulk.enums import BulkOutcome
from crm.bulk.forms import FIELDS, NOTHING, field_form, field_words
from crm.bulk.registry import act_kinds
from crm.bulk.rules import is_kept_from
from crm.bulk.views import BulkActView, PlanBulkActView, bulk_progress
from crm.changes.queries import changes_of
from crm.changes.views import came_from, safe_next, undo_url
from crm.people.actions import edit_person
from crm.people.models import Person
from crm.people.views import person_url

IN_LIST = ("category", "level", "owner")
ANYBODY = "-anybody-"
GUARDED = frozenset({"owner", "team", "visibility"})


class SetFieldView(WagtailAdminTemplateMixin, TemplateView):
    """The small form of one field. With `part=1` only the form is answered, for the script that puts it in place."""

    template_name = "crm/set_field.html"
    header_icon = "edit"
    form: VersionedForm | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.person: Person = visible_or_404(Person, request, public_id=kwargs["public_id"])
        self.field: str = kwargs["field"]
        if self.field not in FIELDS:
            raise Http404
        try:
            require(request, Act.CHANGE, self.person)
        except PermissionDenied:
            return forbidden(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data(**kwargs)
        if request.GET.get("part") == "1":
            return render(request, "crm/set_field_form.html", context)
        return self.render_to_response(context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = field_form(self.field)(request.POST, instance=Person.objects.get(pk=self.person.pk))
        if form.is_valid():
            return once(request, lambda: self._save(form))
        return self._refuse(form)

    def _save(self, form: VersionedForm) -> HttpResponse:
        request = self.request
        back = safe_next(request, person_url(self.person))
        by: User = request.user  # type: ignore[assignment]
        values, version = form.changes(only_changed=True), form.cleaned_data["version"]
        try:
            if values and self.field in GUARDED and is_kept_from(self.person, by):
                raise ParleyError(BulkOutcome.KEPT.label.capitalize() + ".")
            if values or version != self.person.version:
                edit_person(self.person, version=version, by=by, at=timezone.now(), **values)
        except StaleVersionError as error:
            return conflict(request, form, error.current, f"{request.path}?next={back}")
        except ParleyError as error:
            form.add_error(None, str(error.sentence))
        except ValidationError as error:
            form.add_error(None, error)
        if form.errors:
            return self._refuse(form)
        self._say(bool(values))
        return redirect(back)

    def _say(self, changed: bool) -> None:
        words = _("Saved: %(name)s.") % {"name": self.person}
        last = changes_of(self.person).first() if changed else None
        buttons = [messages.button(undo_url(last.entry_id), _("Undo"))] if last else []
        messages.success(self.request, words, buttons=buttons)

    def _refuse(self, form: VersionedForm) -> HttpResponse:
        self.form = form
        return self.render_to_response(self.get_context_data(), status=422)

    def get_page_title(self) -> str:
        return str(FIELDS[self.field]().label)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        person = {"url": person_url(self.person), "label": str(self.person)}
        return [*self.breadcrumbs_items, person, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "person": self.person,
            "form": self.form or field_form(self.field)(instance=self.person),
            "url": reverse("crm_set_field", args=[self.person.public_id, self.field]),
            "next": came_from(self.request),
        }


def _cells(people: Iterable[Person], names: Iterable[str], changes: bool) -> Iterator[list[dict[str, str]]]:
    """What the component shows of each person. What is the same for all is made once: a list has 75 cells."""
    heads = [
        (name, str(FIELDS[name]().label), reverse("crm_set_field", args=[ANYBODY, name]) if changes else "")
        for name in names
    ]
    hint = _("change %(label)s of %(name)s")
    for person in people:
        yield [
            {
                "label": label,
                "value": field_words(person, name) or str(NOTHING[name]),
                "url": url.replace(ANYBODY, str(person.public_id)),
                "hint": hint % {"label": label, "name": person},
            }
            for name, label, url in heads
        ]


def kept_as(ids: Iterable[int], user: User, _at: datetime) -> dict[int, str]:
    """Column of the people list: kind, level and owner, each editable in place; one query for the page."""
    changes = can(user, Act.CHANGE, Person)
    people = list(Person.objects.visible_to(user).filter(pk__in=list(ids)).select_related("owner", "team"))
    template = get_template("components/inline-fields.html")
    cells = _cells(people, IN_LIST, changes)
    return {person.pk: template.render({"fields": fields}) for person, fields in zip(people, cells, strict=True)}


def kept_as_panel(person: Person, user: User) -> dict[str, Any] | None:
    """Beside the person: every field that is set alone."""
    if not can(user, Act.CHANGE, Person):
        return None
    return {
        "title": gettext_lazy("Kept as"),
        "rows": next(_cells([person], FIELDS, True)),
        "template": "crm/person_kept_as.html",
        "aside": True,
    }


def bulk_urls() -> list[URLPattern]:
    """The addresses of acts on many people and of fields edited alone, below the admin."""
    plans = [
        path(f"bulk/new/{kind.key}/", PlanBulkActView.as_view(key=kind.key), name=kind.url_name) for kind in act_kinds()
    ]
    act = "bulk/<str:public_id>/"
    return [
        *plans,
        path(act, BulkActView.as_view(), name="crm_bulk_act"),
        path(f"{act}progress/", bulk_progress, name="crm_bulk_progress"),
        path("people-field/<str:public_id>/<slug:field>/", SetFieldView.as_view(), name="crm_set_field"),
    ]
