"""Meetings over the API: what a token's user may see, never an internal word."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from wagtail.api.v3.auth import BearerTokenAuth
from wagtail.api.v3.errors import ProblemDetail
from wagtail.api.v3.pagination import WagtailLimitOffsetPagination

from crm.access.enums import Act
from crm.access.rules import can
from meetings.scheduling.models import Meeting

router = Router(tags=["meetings"], auth=BearerTokenAuth())


class MeetingOut(Schema):
    id: str
    uid: str
    sequence: int
    summary: str
    state: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    person: str

    @staticmethod
    def resolve_id(row: Meeting) -> str:
        return row.public_id

    @staticmethod
    def resolve_summary(row: Meeting) -> str:
        return row.title

    @staticmethod
    def resolve_person(row: Meeting) -> str:
        return row.person.public_id


def _visible(request: HttpRequest) -> QuerySet[Meeting]:
    if not can(request.user, Act.VIEW, Meeting):
        raise PermissionDenied
    return Meeting.objects.visible_to(request.user).select_related("person")


@router.get(
    "/",
    response={200: list[MeetingOut], 401: ProblemDetail, 403: ProblemDetail},
    operation_id="meetings_list",
    url_name="list_meetings",
    summary="List meetings, earliest first",
)
@paginate(WagtailLimitOffsetPagination)
def list_meetings(request: HttpRequest) -> QuerySet[Meeting]:
    return _visible(request)


@router.get(
    "/{public_id}/",
    response={200: MeetingOut, 401: ProblemDetail, 403: ProblemDetail, 404: ProblemDetail},
    operation_id="meetings_detail",
    url_name="detail_meeting",
    summary="One meeting",
)
def detail_meeting(request: HttpRequest, public_id: str) -> Meeting:
    meeting = _visible(request).filter(public_id=public_id).first()
    if meeting is None:
        raise Http404("No meeting with this id is visible to you. Check the id.")
    return meeting
