"""Asking for a file, watching it being written, fetching it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import forbidden, once, require, visible_or_404
from crm.exports.actions import KEPT_FOR, SILENT_FOR, end_export, request_export
from crm.exports.enums import ExportState, FileFormat
from crm.exports.forms import ExportForm
from crm.exports.models import ExportJob
from crm.exports.queries import under_way
from crm.exports.registry import ExportKind, export_kind
from crm.exports.tasks import run_export, wake
from crm.people.models import Person

AT_ONCE = 1_000
NAMES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
NAMES |= {"json": "application/json", "pdf": "application/pdf"}


class NewExportView(WagtailAdminTemplateMixin, TemplateView):
    """The form of an export. The bulk bar POSTs whom it is for without a reason: then the form is shown first."""

    template_name = "crm/new_export.html"
    page_title = gettext_lazy("Export")
    header_icon = "download"
    form: ExportForm | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        kind = export_kind(kwargs["key"])
        if kind is None:
            raise Http404
        self.kind: ExportKind = kind
        try:
            require(request, Act.EXPORT, kind.model)
        except PermissionDenied:
            return forbidden(request)
        sent = request.POST if request.method == "POST" else request.GET
        self.ids = [] if sent.get("all") == "1" else sent.getlist("ids")[:1000]
        self.query = sent.get("query", "")[:4000]
        if request.method == "POST" and "all" not in sent and not self.ids:
            messages.error(
                request, _("Nobody is chosen. Tick some people, or all of the list, and press the button again.")
            )
            return redirect(self.list_url)
        on = timezone.localdate()
        self.rows = kind.rows(request.user, self.query, self.ids, on)  # type: ignore[arg-type]
        return super().dispatch(request, *args, **kwargs)

    @property
    def list_url(self) -> str:
        return reverse(self.kind.list_url_name) + (f"?{self.query}" if self.query else "")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "reason" not in request.POST:
            return self.get(request, *args, **kwargs)
        form = ExportForm(request.POST, kind=self.kind)
        if form.is_valid():
            return self._sent(form)
        self.form = form
        return self.render_to_response(self.get_context_data(**kwargs), status=422)

    def _sent(self, form: ExportForm) -> HttpResponse:
        made: list[ExportJob] = []

        def ask() -> HttpResponse:
            made.append(self._request(form))
            return redirect("crm_export", made[0].public_id)

        answer = once(self.request, ask)
        for job in made:
            if job.total <= AT_ONCE:
                run_export(job.pk)
            else:
                wake(job)
        return answer

    def _request(self, form: ExportForm) -> ExportJob:
        return request_export(
            self.kind,
            query=self.query,
            ids=self.ids,
            columns=form.cleaned_data["columns"],
            file_format=FileFormat(form.cleaned_data["file_format"]),
            reason=form.cleaned_data["reason"],
            total=self.rows.count(),
            by=self.request.user,  # type: ignore[arg-type]
            at=timezone.now(),
            language=get_language() or "",
        )

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        above = {"url": self.list_url, "label": self.kind.label}
        return [*self.breadcrumbs_items, above, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        count = self.rows.count()
        words = ngettext("%(what)s: export this one", "%(what)s: export these %(count)s", count)
        return super().get_context_data(**kwargs) | {
            "form": self.form or ExportForm(kind=self.kind),
            "count": count,
            "heading": words % {"count": intcomma(count), "what": self.kind.label},
            "ids": self.ids,
            "query": self.query,
            "list_url": self.list_url,
        }


class ExportJobView(WagtailAdminTemplateMixin, TemplateView):
    """How far a file is, and where it is fetched. For whom asked for it only."""

    template_name = "crm/export_job.html"
    page_title = gettext_lazy("Export")
    header_icon = "download"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job: ExportJob = visible_or_404(ExportJob, self.request, public_id=self.kwargs["public_id"])
        kind = export_kind(job.kind)
        return super().get_context_data(**kwargs) | {
            "job": job,
            "kind": kind,
            "running": job.state == ExportState.RUNNING,
            "ready": job.state == ExportState.READY,
            "done_words": done_words(job),
            "deleted_at": job.moved_at + KEPT_FOR,
        }


def done_words(job: ExportJob) -> str:
    return _("%(done)s of %(total)s rows") % {"done": intcomma(job.done), "total": intcomma(job.total)}


def export_progress(request: HttpRequest, public_id: str) -> JsonResponse:
    """How far a file is, for the progress bar."""
    job: ExportJob = visible_or_404(ExportJob, request, public_id=public_id)
    alive = timezone.now() - job.moved_at < SILENT_FOR
    is_over = job.state != ExportState.RUNNING
    return JsonResponse(
        {"done": job.done, "total": job.total, "text": done_words(job), "is_over": is_over, "is_alive": alive}
    )


@require_POST
def stop_export(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop writing; no file is kept. Pressing again changes nothing."""
    job: ExportJob = visible_or_404(ExportJob, request, public_id=public_id)
    end_export(job, ExportState.CANCELLED, at=timezone.now())
    return redirect("crm_export", job.public_id)


def export_file(request: HttpRequest, public_id: str) -> HttpResponse | FileResponse:
    """The file itself, to whom asked for it and may still export, for a day."""
    job: ExportJob = visible_or_404(ExportJob, request, public_id=public_id)
    kind = export_kind(job.kind)
    if kind is None or not can(request.user, Act.EXPORT, kind.model):
        return forbidden(request)
    over = timezone.now() - job.moved_at > KEPT_FOR
    if job.state != ExportState.READY or over or not job.path.exists():
        raise Http404
    name = f"{job.kind}-{timezone.localdate(job.moved_at):%Y-%m-%d}.{job.file_format}"
    answer = FileResponse(job.path.open("rb"), as_attachment=True, filename=name, content_type=NAMES[job.file_format])
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def may_export_people(user: User) -> bool:
    return can(user, Act.EXPORT, Person)


def export_button(request: HttpRequest) -> tuple[Any, str, str] | None:
    """The button of the people list: all it shows."""
    if not can(request.user, Act.EXPORT, Person):
        return None
    query = urlencode({"query": request.GET.urlencode()}) if request.GET else ""
    url = reverse("crm_new_export", args=["people"])
    return _("Export"), f"{url}?{query}" if query else url, "download"


def my_exports(user: User, _at: Any) -> dict[str, Any] | None:
    """Section of "My day": files being written."""
    jobs = under_way(user)
    rows = [{"job": job, "url": reverse("crm_export", args=[job.public_id]), "words": done_words(job)} for job in jobs]
    return {"title": _("Being exported for you"), "rows": rows, "template": "crm/my_exports.html"} if rows else None
