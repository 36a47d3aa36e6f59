from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.rules import can
from crm.access.views import RowRuleMixin, forbidden, visible_or_404
from crm.base.errors import ParleyError
from crm.briefings.actions import approve_talking_point, create_snapshot, retire_talking_point
from crm.briefings.forms import BriefingForm
from crm.briefings.html import presented
from crm.briefings.models import BriefingSnapshot, TalkingPoint
from crm.briefings.queries import briefings_for, briefings_of
from crm.briefings.registry import visible_anchor
from crm.briefings.typst import render_pdf
from crm.people.models import Person
from crm.people.views import person_url

PRIVATE = "private, no-store"


class BriefingScreen(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """A staff screen about a person's briefings; `anchor` in the address names a meeting with this person."""

    model = BriefingSnapshot
    header_icon = "doc-full"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.person = visible_or_404(Person, request, public_id=kwargs["public_id"])
        self.anchor = _anchor(request, self.person)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        person = {"url": person_url(self.person), "label": str(self.person)}
        return [*self.breadcrumbs_items, person, {"url": "", "label": str(self.page_title)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(person=self.person, anchor=self.anchor, **kwargs)


class BriefingCreateView(BriefingScreen):
    """Choose what kind of briefing (GET), make it (POST).

    An empty POST makes a delegation pack: one click from the page of a person or a meeting.
    """

    row_act = Act.ADD
    page_title = _("Make a briefing")
    template_name = "crm/briefing_create.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=BriefingForm()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = BriefingForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        snapshot = create_snapshot(
            self.person,
            anchor=self.anchor,
            audience=form.cleaned_data["audience"],
            language=form.cleaned_data["language"],
            extra={"ask": form.cleaned_data["ask"]},
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        )
        return redirect("briefing_snapshot", snapshot.public_id)


class BriefingListView(BriefingScreen):
    """Every briefing about a person, or those made for one meeting, the newest first."""

    page_title = _("Briefings")
    template_name = "crm/briefing_list.html"
    shown = 100

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        rows = briefings_of(self.person, user) if self.anchor is None else briefings_for(self.anchor, user)
        address = reverse("briefing_create", args=[self.person.public_id])
        create_url = f"{address}?anchor={self.anchor.public_id}" if self.anchor else address
        may = can(user, Act.ADD, BriefingSnapshot)
        return super().get_context_data(briefings=rows[: self.shown], create_url=may and create_url, **kwargs)


@require_safe
def briefing_snapshot(request: HttpRequest, public_id: str) -> HttpResponse:
    """The frozen briefing as a page."""
    snapshot = visible_or_404(BriefingSnapshot, request, public_id=public_id)
    context = {
        "content": presented(snapshot.content),
        "pdf_url": reverse("briefing_pdf", args=[public_id]),
        "back_url": reverse("briefing_list", args=[snapshot.person.public_id]),
    }
    return TemplateResponse(request, "crm/briefing_snapshot.html", context, headers={"Cache-Control": PRIVATE})


@require_safe
def briefing_pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same briefing as a tagged PDF to download."""
    snapshot = visible_or_404(BriefingSnapshot, request, public_id=public_id)
    pdf = render_pdf(snapshot.content, title=snapshot.title, language=snapshot.language)
    name = f"briefing-{slugify(snapshot.person.name) or 'pack'}-{snapshot.created_at:%Y-%m-%d}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": PRIVATE}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@require_POST
def talking_point_approve(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, approve_talking_point, _("The talking point is approved. New briefings carry it."))


@require_POST
def talking_point_retire(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, retire_talking_point, _("The talking point is retired. New briefings leave it out."))


def _decide(request: HttpRequest, pk: int, action: Any, sentence: Any) -> HttpResponse:
    """Apply one decision to the version the person read; a refusal is shown on the list."""
    point = visible_or_404(TalkingPoint, request, pk=pk)
    if not can(request.user, Act.CHANGE, point):
        return forbidden(request)
    try:
        action(point, by=request.user, at=timezone.now(), version=_version(request, point))
    except ParleyError as error:
        messages.error(request, str(error.sentence))
    else:
        messages.success(request, sentence)
    return redirect("talking_point:index")


def _version(request: HttpRequest, point: TalkingPoint) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else point.version


def _anchor(request: HttpRequest, person: Person) -> Any:
    """The meeting named in the address, if it is with this person; a hidden one does not exist."""
    public_id = request.GET.get("anchor") or request.POST.get("anchor")
    if not public_id:
        return None
    anchor: Any = visible_anchor(public_id, request.user)
    if anchor is None or anchor.person_id != person.pk:
        raise Http404
    return anchor
