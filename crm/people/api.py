"""People over the API, in Popolo's words. A token sees the rows its user sees; anonymous callers see none."""

from typing import Annotated
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from ninja.pagination import paginate
from wagtail.api.v3.auth import BearerTokenAuth
from wagtail.api.v3.errors import ProblemDetail
from wagtail.api.v3.pagination import WagtailLimitOffsetPagination

from crm.access.enums import Act
from crm.access.rules import can, seen_through, shown_links
from crm.people.models import Membership, Organization, Person
from crm.people.queries import listed, survivor_of

router = Router(tags=["people"], auth=BearerTokenAuth())


class MembershipOut(Schema):
    role: str
    label: str
    organization: str
    post: str | None
    area: str | None
    on_behalf_of: str | None
    legislative_period: str
    start_date: str
    end_date: str

    @staticmethod
    def resolve_organization(row: Membership) -> str:
        return row.organization.name

    @staticmethod
    def resolve_post(row: Membership) -> str | None:
        return row.post.label if row.post else None

    @staticmethod
    def resolve_area(row: Membership) -> str | None:
        return row.area.identifier if row.area else None

    @staticmethod
    def resolve_on_behalf_of(row: Membership) -> str | None:
        return row.on_behalf_of.name if row.on_behalf_of else None


class PersonOut(Schema):
    id: str
    name: str
    given_name: str
    family_name: str
    honorific_prefix: str
    honorific_suffix: str
    sort_name: str

    @staticmethod
    def resolve_id(row: Person) -> str:
        return row.public_id


class PersonDetailOut(PersonOut):
    memberships: list[MembershipOut]


class PersonFilters(Schema):
    """The same search and filters as the list in the admin; rows are named by their public ids."""

    q: str = Field("", max_length=200, description="Words of a name, an address, a body or an area; every word counts.")
    category: str = ""
    level: str = ""
    committee: str = Field("", max_length=300, description="The public id of a committee.")
    organization: str = Field("", max_length=300, description="The public id of a body.")
    area: str = Field("", max_length=300, description="The public id of an area, for it and what lies in it.")
    has_email: bool | None = None

    def query_string(self) -> str:
        """The list's own query string."""
        named = {name: f"#{value}" for name in ("committee", "organization", "area") if (value := getattr(self, name))}
        plain = {name: value for name in ("q", "category", "level") if (value := getattr(self, name))}
        reachable = {} if self.has_email is None else {"has_email": str(self.has_email)}
        return urlencode(plain | named | reachable)


def _visible(request: HttpRequest) -> QuerySet[Person]:
    if not can(request.user, Act.VIEW, Person):
        raise PermissionDenied
    return Person.objects.visible_to(request.user)


@router.get(
    "/",
    response={200: list[PersonOut], 401: ProblemDetail, 403: ProblemDetail},
    operation_id="people_list",
    url_name="list_people",
    summary="List people",
)
@paginate(WagtailLimitOffsetPagination)
def list_people(request: HttpRequest, filters: Annotated[PersonFilters, Query()]) -> QuerySet[Person]:
    """Nobody when a filter was given something it cannot read."""
    _visible(request)
    return listed(request.user, filters.query_string(), timezone.localdate()).defer("search_text")


@router.get(
    "/{public_id}/",
    response={200: PersonDetailOut, 401: ProblemDetail, 403: ProblemDetail, 404: ProblemDetail},
    operation_id="people_detail",
    url_name="detail_person",
    summary="One person with every membership",
)
def detail_person(request: HttpRequest, public_id: str) -> Person:
    """The id of somebody who was merged answers with who she became, under that person's own id."""
    user = request.user
    memberships = Membership.objects.filter(seen_through(Organization, user, "organization"))
    memberships = memberships.select_related("organization", "post", "area")
    memberships = memberships.prefetch_related(*shown_links(Organization, user, "on_behalf_of"))
    found = _visible(request).prefetch_related(Prefetch("memberships", memberships))
    survivor = survivor_of(public_id)
    person = found.filter(public_id=survivor.public_id if survivor else public_id).first()
    if person is None:
        raise Http404("No person with this id is visible to you. Check the id.")
    return person
