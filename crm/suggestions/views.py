"""What a field proposes while somebody types: rows to pick, and people who are perhaps already here."""

from abc import ABC, abstractmethod
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import shown_links
from crm.access.views import forbidden, require
from crm.people import queries
from crm.people.enums import OrganizationClassification
from crm.people.forms import pick_label
from crm.people.models import Organization, Person
from crm.people.registry import similar_people
from crm.people.views import person_url
from crm.places.models import Area


class SuggestView(View, ABC):
    """At most ten rows this user may see, as JSON for `static/js/suggest.js`: what to write and what to show."""

    model: type[Model]
    limit = 10

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            require(request, Act.VIEW, self.model)
        except PermissionDenied:
            return forbidden(request)
        text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
        rows = self.suggest(request.user, text) if text else []  # type: ignore[arg-type]
        return JsonResponse({"rows": rows})

    @abstractmethod
    def suggest(self, user: User, text: str) -> list[dict[str, str]]:
        """The rows, each as `suggestion` makes it."""


def suggestion(row: Any, note: str) -> dict[str, str]:
    """One row: `label` is what the field understands, `name` and `note` are what one reads."""
    label = f"{row} — {note} #{row.public_id}" if note else pick_label(row)
    return {"id": row.public_id, "name": str(row), "note": note, "label": label}


class SuggestPeopleView(SuggestView):
    model = Person

    def suggest(self, user: User, text: str) -> list[dict[str, str]]:
        people = list(queries.search_people(user, text)[: self.limit])
        found = queries.overviews([person.pk for person in people], timezone.localdate(), user=user)
        return [suggestion(row, found[row.pk].main_role or str(row.get_category_display())) for row in people]


class SuggestBodiesView(SuggestView):
    model = Organization

    def suggest(self, user: User, text: str) -> list[dict[str, str]]:
        bodies = queries.bodies_called(user, text)
        if self.request.GET.get("kind") == OrganizationClassification.COMMITTEE:
            bodies = bodies.filter(classification__in=queries.COMMITTEES)
        bodies = bodies.prefetch_related(*shown_links(Organization, user, "parent"))
        return [suggestion(body, _kind_and_parent(body)) for body in bodies[: self.limit]]


class SuggestAreasView(SuggestView):
    model = Area

    def suggest(self, user: User, text: str) -> list[dict[str, str]]:
        areas = queries.areas_called(user, text).select_related("parent")[: self.limit]
        return [suggestion(area, _kind_and_parent(area)) for area in areas]


def _kind_and_parent(row: Any) -> str:
    """What tells a body or an area from a namesake."""
    return ", ".join(filter(None, (str(row.get_classification_display()), str(row.parent or ""))))


class SimilarPeopleView(View):
    """Who is perhaps already there, while somebody types a new person; a piece of HTML for the form."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            require(request, Act.ADD, Person)
        except PermissionDenied:
            return forbidden(request)
        name, email = (request.GET.get(key, "").replace("\x00", "").strip()[:200] for key in ("name", "email"))
        return render(request, "crm/similar_people.html", {"rows": similar(request.user, name, email)})  # type: ignore[arg-type]


def similar(user: User, name: str, email: str) -> list[dict[str, Any]]:
    """At most five people like these words, with their seat or job and the reasons, for `similar_people.html`."""
    found = similar_people(user, name, email)[:5] if len(name) >= 3 or email else []
    seen = queries.overviews([person.pk for person, _score, _reasons in found], timezone.localdate(), user=user)
    return [
        {"person": person, "url": person_url(person), "role": seen[person.pk].main_role, "reasons": reasons}
        for person, _score, reasons in found
    ]
