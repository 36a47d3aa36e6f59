"""The page of a body, and what the page of a person tells of memberships, names and sources."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleMixin, visible_or_404
from crm.bodies import queries
from crm.bodies.registry import body_actions, body_panels
from crm.bodies.rules import sources_read
from crm.people.models import Organization, Person
from crm.people.views import PageFormView, kept_list, list_url

PAGE, LIST = "organizations:page", "organizations:index"


def body_url(body: Organization, anchor: str = "", *, came_from: str = "") -> str:
    """The address of a body's page, at one of its sections. `came_from` is the query string of the list."""
    return reverse(PAGE, args=[body.public_id]) + kept_list(came_from) + (f"#{anchor}" if anchor else "")


def roles_panel(person: Person, user: User) -> Mapping[str, Any]:
    """Every seat, job and party, those of the past folded away."""
    return {
        "title": _("Seats, jobs and committees"),
        "rows": queries.held_by(person, user, timezone.localdate()),
        "template": "crm/person_roles.html",
        "aside": True,
    }


def names_panel(owner: Person | Organization, _user: User) -> Mapping[str, Any] | None:
    """Other names and the ids others gave; nothing when there are none."""
    rows = queries.names_of(owner)
    panel = {"title": _("Names and numbers"), "rows": rows, "template": "crm/known_names.html", "aside": True}
    return panel if any(rows.values()) else None


def sources_panel(owner: Person | Organization, user: User) -> Mapping[str, Any] | None:
    """Where all this comes from, and whether it was read lately."""
    rows = sources_read(queries.facts_of(owner, user), timezone.localdate())
    panel = {"title": _("Sources"), "rows": rows, "template": "crm/known_sources.html", "aside": True}
    return panel if rows else None


def body_context(body: Organization, user: User, *, bound: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the page of a body shows this user. `bound` holds a refused form by the key of its section."""
    on = timezone.localdate()
    members, more_members = queries.members_today(body, user, on)
    former, more_former = queries.members_before(body, user, on)
    posts, more_posts = queries.posts_of(body, user, on)
    children, more_children = queries.children_of(body, user)
    panels = [
        *body_panels(user, body),
        *({"key": key, **panel} for key, panel in _own_panels(body, user) if panel is not None),
    ]
    for panel in panels:
        panel["form"] = bound.get(panel["key"], panel.get("form"))
    return {
        "body": body,
        "members": members,
        "more_members": more_members,
        "former": former,
        "more_former": more_former,
        "posts": posts,
        "more_posts": more_posts,
        "parents": queries.parents_of(body, user),
        "children": children,
        "more_children": more_children,
        "contacts": queries.contacts_of(body, on),
        "people_url": f"{reverse('people:index')}?organization=%23{body.public_id}",
        "edit_url": reverse("organizations:edit", args=[body.pk]) if can(user, Act.CHANGE, body) else "",
        "actions": [(act.label, reverse(act.url_name, args=[body.public_id])) for act in body_actions(user, body)],
        "panels": [panel for panel in panels if not panel.get("aside")],
        "asides": [panel for panel in panels if panel.get("aside")],
    }


def _own_panels(body: Organization, user: User) -> list[tuple[str, Mapping[str, Any] | None]]:
    return [("names", names_panel(body, user)), ("sources", sources_panel(body, user))]


class BodyPageView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """What a body is, who belongs to it and who holds its posts."""

    model = Organization
    template_name = "crm/body.html"
    header_icon = "site"
    bound: Mapping[str, Any] = {}

    def subject(self) -> Organization:
        rows = {"public_id": self.kwargs["public_id"]}
        self.body: Organization = visible_or_404(Organization, self.request, **rows)
        return self.body

    def get_page_title(self) -> str:
        return str(self.body)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        bodies = {"url": list_url(self.came_from, LIST), "label": _("Organizations")}
        return [*self.breadcrumbs_items, bodies, {"url": "", "label": str(self.body)}]

    @property
    def came_from(self) -> str:
        """The query string of the list this page was opened from."""
        return self.request.GET.get("list", "")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = list_url(self.came_from, LIST) if self.came_from else ""
        kept = {"kept_list": kept_list(self.came_from), "back_url": back}
        found = body_context(self.body, self.request.user, bound=self.bound)  # type: ignore[arg-type]
        return super().get_context_data(**kwargs) | found | kept


class BodyFormView(PageFormView):
    """A small form of the page of a body."""

    owner = Organization

    def page_url(self, person: Organization, anchor: str = "", *, came_from: str = "") -> str:
        return body_url(person, anchor, came_from=came_from)

    def page(self, bound: Mapping[str, Any]) -> Callable[..., HttpResponseBase]:
        return BodyPageView.as_view(bound=bound)
