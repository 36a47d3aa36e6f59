"""People over the API, in Popolo's words. A token sees the rows its user sees; anonymous callers see none."""

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from wagtail.api.v3.auth import BearerTokenAuth
from wagtail.api.v3.errors import ProblemDetail
from wagtail.api.v3.pagination import WagtailLimitOffsetPagination

from crm.access.enums import Act
from crm.access.rules import can
from crm.people.models import Membership, Person

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
def list_people(request: HttpRequest) -> QuerySet[Person]:
    return _visible(request)


@router.get(
    "/{public_id}/",
    response={200: PersonDetailOut, 401: ProblemDetail, 403: ProblemDetail, 404: ProblemDetail},
    operation_id="people_detail",
    url_name="detail_person",
    summary="One person with every membership",
)
def detail_person(request: HttpRequest, public_id: str) -> Person:
    memberships = Membership.objects.select_related("organization", "post", "area", "on_behalf_of")
    found = _visible(request).prefetch_related(Prefetch("memberships", memberships)).filter(public_id=public_id)
    person = found.first()
    if person is None:
        raise Http404("No person with this id is visible to you. Check the id.")
    return person
