"""Petitions over the API: public counts, never a name."""

from datetime import datetime

from django.http import Http404, HttpRequest
from ninja import Router, Schema
from wagtail.api.v3.auth import AllowAnonymous, BearerTokenAuth
from wagtail.api.v3.errors import ProblemDetail

from crm.petitions.enums import PetitionState
from crm.petitions.models import Petition

router = Router(tags=["petitions"], auth=[BearerTokenAuth(), AllowAnonymous()])


class PetitionOut(Schema):
    id: str
    title: str
    slug: str
    addressed_to: str
    state: str
    goal: int
    signature_count: int
    closes_at: datetime | None

    @staticmethod
    def resolve_id(row: Petition) -> str:
        return row.public_id


@router.get(
    "/{slug}/",
    response={200: PetitionOut, 404: ProblemDetail},
    operation_id="petitions_detail",
    url_name="detail_petition",
    summary="One open or closed petition with its confirmed count",
)
def detail_petition(request: HttpRequest, slug: str) -> Petition:
    petition = Petition.objects.exclude(state=PetitionState.DRAFT).filter(slug=slug).first()
    if petition is None:
        raise Http404("There is no public petition with this name. Check the address.")
    return petition
