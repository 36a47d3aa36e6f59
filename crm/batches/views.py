"""The pages of one import: hand in, answer, look, apply, take back. Everything works without JavaScript."""

import csv
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.rules import can
from crm.access.views import RowRuleMixin, once, visible_or_404
from crm.base.errors import ParleyError
from crm.batches import actions
from crm.batches.forms import ApplyForm, ModeForm, NewImportForm
from crm.batches.queries import named_rows, preview_page, preview_rows, progress_of, undo_words
from crm.batches.resources import count_table, problem_lines, progress_facts
from crm.batches.tasks import wake
from crm.batches.zip import source_path
from crm.imports.actions import check_undoable
from crm.imports.enums import PROBLEMS, WORKING, ImportMode, ImportState
from crm.imports.errors import UnknownProfileError
from crm.imports.models import ImportBatch
from crm.imports.queries import plan_undo
from crm.imports.registry import Profile, find_profile

UNDO_SHOWN = 20_000


def import_url(batch: ImportBatch, name: str = "page") -> str:
    return reverse(f"imports:{name}", args=[batch.public_id])


def profile_of(batch: ImportBatch) -> Profile | None:
    try:
        return find_profile(batch.profile)[0]
    except UnknownProfileError:
        return None


class ImportPage(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """Base of the pages of one import."""

    model = ImportBatch
    header_icon = "upload"
    batch: ImportBatch

    def subject(self) -> Any:
        self.batch = visible_or_404(ImportBatch, self.request, public_id=self.kwargs["public_id"])
        return self.batch

    def get_page_title(self) -> str:
        return self.batch.source_name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        log = {"url": reverse("imports:index"), "label": _("Imports")}
        return [*self.breadcrumbs_items, log, {"url": "", "label": self.get_page_title()}]

    def refuse(self, error: ParleyError, **context: Any) -> HttpResponse:
        messages.error(self.request, str(error.sentence))
        return self.render_to_response(self.get_context_data(**context), status=409)


class NewImportView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """Hand in files."""

    model = ImportBatch
    row_act = Act.ADD
    header_icon = "upload"
    page_title = gettext_lazy("New import")
    template_name = "crm/imports/new.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        log = {"url": reverse("imports:index"), "label": _("Imports")}
        return [*self.breadcrumbs_items, log, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", NewImportForm())
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = NewImportForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                return once(request, lambda: self._stage(form))
            except ParleyError as error:
                form.add_error("uploads", str(error.sentence))
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _stage(self, form: NewImportForm) -> HttpResponse:
        given, by, at = form.cleaned_data, self.request.user, timezone.now()
        mode = ImportMode(given["mode"])
        batch = actions.stage_import(given["uploads"], profile=given["profile"], mode=mode, by=by, at=at)  # type: ignore[arg-type]
        profile = profile_of(batch)
        if profile and profile.form:
            return redirect(import_url(batch, "options"))
        wake(actions.preview_import(batch, by=by, at=at))  # type: ignore[arg-type]
        return redirect(import_url(batch))


class OptionsView(ImportPage):
    """What the file does not say: which column is what, whether these people may be mailed."""

    row_act = Act.CHANGE
    template_name = "crm/imports/options.html"

    def form(self, data: Any = None) -> forms.Form | None:
        profile = profile_of(self.batch)
        if profile is None or profile.form is None or not self.batch.folder:
            return None
        path = source_path(self.batch.path)
        made: forms.Form = profile.form(data, path=path, options=self.batch.options, user=self.request.user)
        return made

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "form" not in kwargs:
            kwargs["form"] = self.form()
        kwargs.setdefault("mode_form", ModeForm(initial={"mode": self.batch.mode}))
        return super().get_context_data(batch=self.batch, page_url=import_url(self.batch), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            form, mode = self.form(request.POST), ModeForm(request.POST)
            if not mode.is_valid() or not (form is None or form.is_valid()):
                context = self.get_context_data(form=form, mode_form=mode)
                return self.render_to_response(context, status=422)
            return once(request, lambda: self._check(form, ImportMode(mode.cleaned_data["mode"])))
        except ParleyError as error:
            messages.error(request, str(error.sentence))
            return redirect(import_url(self.batch))

    def _check(self, form: Any, mode: ImportMode) -> HttpResponse:
        by: Any = self.request.user
        at = timezone.now()
        options = None if form is None else form.as_options()
        wake(actions.preview_import(self.batch, options=options, mode=mode, by=by, at=at))
        if hasattr(form, "remember"):
            form.remember(by=by, at=at)
        return redirect(import_url(self.batch))


class ImportView(ImportPage):
    """How an import stands: its progress, its preview or its report."""

    template_name = "crm/imports/import.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch, user = self.batch, self.request.user
        at = timezone.now()
        profile = profile_of(batch)
        may = can(user, Act.CHANGE, ImportBatch)
        context = {
            "batch": batch,
            "act_url": import_url(batch) + "do/",
            "profile_label": profile.label if profile else batch.profile,
            "may_change": may,
            "has_questions": bool(may and profile and profile.form and batch.state in actions.CHECKABLE),
            "may_check": may and batch.state in actions.CHECKABLE and bool(batch.folder),
            "counts": count_table(batch.report),
            "progress": progress_facts(batch, progress_of(batch, at)) if batch.state in WORKING else None,
            "may_undo": may and batch.state == ImportState.APPLIED and not undo_refusal(batch, at),
            "undo_refusal": undo_refusal(batch, at) if batch.state == ImportState.APPLIED else "",
            "undone": undo_words(batch, user) if batch.state == ImportState.UNDONE else None,
        }
        if batch.state == ImportState.PREVIEWED:
            asked = self.request.GET
            context |= preview_page(
                batch, user, kind=asked.get("kind", ""), table=asked.get("table", ""), page=asked.get("p")
            )
            bad = batch.report.get("bad_rows", 0)
            context["apply_form"] = kwargs.pop("apply_form", None) or ApplyForm(bad_rows=bad) if may else None
        return super().get_context_data(**context, **kwargs)


def undo_refusal(batch: ImportBatch, at: Any) -> str:
    """Why this can no longer be taken back; empty when it can."""
    try:
        check_undoable(batch, at)
    except ParleyError as error:
        return str(error.sentence)
    return ""


class ActView(ImportPage):
    """One button of the page: POST only; the second press changes nothing and leads to the same page."""

    row_act = Act.CHANGE
    http_method_names = ["post"]
    template_name = "crm/imports/import.html"
    acts = ("check", "apply", "stop", "go-on", "discard")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        act = kwargs["act"]
        if act not in self.acts:
            raise Http404
        try:
            answer: HttpResponse = getattr(self, act.replace("-", "_"))(request.user)
        except ParleyError as error:
            messages.warning(request, str(error.sentence))
            return redirect(import_url(self.batch))
        return answer

    def check(self, by: Any) -> HttpResponse:
        wake(actions.preview_import(self.batch, by=by, at=timezone.now()))
        return redirect(import_url(self.batch))

    def apply(self, by: Any) -> HttpResponse:
        form = ApplyForm(self.request.POST, bad_rows=self.batch.report.get("bad_rows", 0))
        if not form.is_valid():
            page = ImportView()
            page.setup(self.request, **self.kwargs)
            page.subject()
            context = page.get_context_data(apply_form=form)
            return page.render_to_response(context, status=422)
        skip = form.cleaned_data.get("skip_bad_rows", False)
        wake(actions.request_apply(self.batch, skip_bad_rows=skip, by=by, at=timezone.now()))
        return redirect(import_url(self.batch))

    def stop(self, by: Any) -> HttpResponse:
        at = timezone.now()
        is_alive = progress_of(self.batch, at).is_alive and bool(self.batch.owner)
        actions.cancel_import(self.batch, by=by, at=at, is_alive=is_alive)
        messages.success(self.request, _("This import is stopped; nothing is changed."))
        return redirect(import_url(self.batch))

    def go_on(self, by: Any) -> HttpResponse:
        wake(self.batch)
        return redirect(import_url(self.batch))

    def discard(self, by: Any) -> HttpResponse:
        actions.discard_import(self.batch, by=by, at=timezone.now())
        messages.success(self.request, _("The file and its preview are deleted; nothing was changed."))
        return redirect("imports:index")


class UndoView(ImportPage):
    """What taking an import back would do, and what has to stay (GET); do it (POST)."""

    row_act = Act.CHANGE
    template_name = "crm/imports/undo.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = {"batch": self.batch, "page_url": import_url(self.batch)}
        context["refusal"] = undo_refusal(self.batch, timezone.now())
        count = self.batch.rows.count()
        context["rows_written"] = count
        if not context["refusal"] and count <= UNDO_SHOWN:
            undoing = plan_undo(self.batch)
            context |= {
                "is_planned": True,
                "deleted": sum(map(len, undoing.delete.values())),
                "set_back": len(undoing.revert),
                "kept": len(undoing.kept),
                "rows": named_rows(undoing.kept, self.request.user),
            }
        return super().get_context_data(**context, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        by: Any = request.user
        try:
            wake(actions.request_undo(self.batch, by=by, at=timezone.now()))
        except ParleyError as error:
            messages.warning(request, str(error.sentence))
        return redirect(import_url(self.batch))


class ProgressView(ImportPage):
    """How far it is, for the small script."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return JsonResponse(progress_facts(self.batch, progress_of(self.batch, timezone.now())))


class ProblemsView(ImportPage):
    """Everything that is wrong, as a CSV file that no spreadsheet takes for formulas."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        rows = preview_rows(self.batch, request.user).filter(kind__in=PROBLEMS)
        writer = csv.writer(_Echo())
        lines: Iterable[Any] = ("\ufeff", *map(writer.writerow, problem_lines(rows.iterator(2000))))
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="import-problems.csv"'
        return answer


class _Echo:
    """A file that hands each line straight on."""

    def write(self, line: str) -> str:
        return line
