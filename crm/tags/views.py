"""Tags and areas served on the person page and on the page of a body."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleMixin, forbidden, once, visible_or_404
from crm.base.errors import ParleyError
from crm.people.models import Organization, Person
from crm.people.views import PersonFormView, person_url
from crm.tags.actions import put_tag, set_served_areas, take_tag
from crm.tags.forms import ServedAreasForm, TagForm
from crm.tags.models import ServedArea, Tag, Tagging
from crm.tags.queries import areas_served, tags_of


def tags_panel(person: Person, user: User) -> dict[str, Any] | None:
    """What kind of stakeholder, whom they serve, and whatever else somebody marked."""
    if not can(user, Act.VIEW, Tagging):
        return None
    changes = can(user, Act.CHANGE, person)
    return {
        "title": _("Tags"),
        "aside": True,
        "rows": [
            {
                "tagging": tagging,
                "take_url": reverse("crm_take_tag", args=[person.public_id, tagging.tag.public_id]) if changes else "",
            }
            for tagging in tags_of(person)
        ],
        "template": "crm/tags/panel.html",
        "form": TagForm(prefix="tags", owner=person) if changes else None,
        "form_url": reverse("crm_put_tag", args=[person.public_id]),
        "form_label": _("Put on a tag"),
    }


def served_areas_panel(person: Person, user: User) -> dict[str, Any] | None:
    """Where they work, besides the area they represent."""
    if not can(user, Act.VIEW, ServedArea):
        return None
    areas = areas_served(person)
    lines = "\n".join(area.identifier for area in areas)
    return {
        "title": _("Areas served"),
        "aside": True,
        "rows": areas,
        "template": "crm/tags/areas_panel.html",
        "form": ServedAreasForm(prefix="areas", initial={"areas": lines}) if can(user, Act.CHANGE, person) else None,
        "form_url": reverse("crm_set_served_areas", args=[person.public_id]),
        "form_label": _("Set the areas"),
    }


def body_tags_panel(body: Organization, user: User) -> dict[str, Any] | None:
    """The tags of a body and where it works, with the way to change them."""
    if not can(user, Act.VIEW, Tagging):
        return None
    return {
        "title": _("Tags and areas served"),
        "aside": True,
        "rows": tags_of(body),
        "areas": areas_served(body),
        "change_url": reverse("crm_body_tags", args=[body.public_id]) if can(user, Act.CHANGE, body) else "",
        "template": "crm/tags/body_panel.html",
    }


class BodyTagsView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """Put tags on a body, take them off, say where it works: one step a POST, named in `step`."""

    model = Organization
    row_act = Act.CHANGE
    template_name = "crm/tags/body.html"
    page_title = _("Tags and areas served")
    header_icon = "tag"

    def subject(self) -> Organization:
        self.body: Organization = visible_or_404(Organization, self.request, public_id=self.kwargs["public_id"])
        return self.body

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lines = "\n".join(area.identifier for area in areas_served(self.body))
        forms_here = {
            "tag_form": TagForm(prefix="tags", owner=self.body),
            "areas_form": ServedAreasForm(prefix="areas", initial={"areas": lines}),
        }
        facts = {"body": self.body, "taggings": tags_of(self.body)}
        return super().get_context_data(**kwargs) | facts | forms_here | kwargs

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        steps = {"put": self.put, "take": self.take, "areas": self.areas}
        step = steps.get(request.POST.get("step", ""))
        refused = step() if step else {}
        if refused:
            return self.render_to_response(self.get_context_data(**refused), status=422)
        return redirect(request.path)

    def put(self) -> dict[str, Any]:
        form = TagForm(self.request.POST, prefix="tags", owner=self.body)
        if form.is_valid():
            try:
                put_tag(self.body, form.cleaned_data["tag"], value=form.cleaned_data["value"], **self.who())
            except ParleyError as error:
                form.add_error(None, str(error.sentence))
        return {"tag_form": form} if form.errors else {}

    def take(self) -> dict[str, Any]:
        take_tag(self.body, visible_or_404(Tag, self.request, public_id=self.request.POST.get("tag", "")), **self.who())
        return {}

    def areas(self) -> dict[str, Any]:
        form = ServedAreasForm(self.request.POST, prefix="areas")
        if form.is_valid():
            set_served_areas(self.body, form.cleaned_data["areas"], **self.who())
        return {"areas_form": form} if form.errors else {}

    def who(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": timezone.now()}


class PutTagView(PersonFormView):
    key = "tags"
    model = Tagging
    act = Act.ADD
    form_class = TagForm
    done = _("The tag was put on.")

    def make_form(self, person: Person) -> forms.Form:
        return TagForm(self.request.POST, prefix=self.key, owner=person)

    def perform(self, person: Person, form: Any, *, by: User, at: datetime) -> None:
        put_tag(person, form.cleaned_data["tag"], value=form.cleaned_data["value"], by=by, at=at)


class SetServedAreasView(PersonFormView):
    key = "areas"
    model = ServedArea
    act = Act.CHANGE
    form_class = ServedAreasForm
    done = _("The areas were set.")

    def perform(self, person: Person, form: Any, *, by: User, at: datetime) -> None:
        set_served_areas(person, form.cleaned_data["areas"], by=by, at=at)


@require_POST
def take_tag_view(request: HttpRequest, public_id: str, tag_id: str) -> HttpResponse:
    """Take a tag off a person."""
    person: Person = visible_or_404(Person, request, public_id=public_id)
    tag: Tag = visible_or_404(Tag, request, public_id=tag_id)
    if not can(request.user, Act.CHANGE, person):
        return forbidden(request)

    def act() -> HttpResponse:
        take_tag(person, tag, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return redirect(person_url(person, "tags"))

    return once(request, act)
