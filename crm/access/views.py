"""Wagtail's admin views with our row rules. Its own views only ask for model-wide rights (facts/wagtail8 §0.1).

Hidden rows answer 404, forbidden acts on visible rows 403, and every write goes through the viewset's actions.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from wagtail.admin import messages
from wagtail.admin.views import generic
from wagtail.admin.views.generic import history, usage
from wagtail_modeladmin import views as modeladmin

from crm.access.actions import submit_once
from crm.access.enums import Act
from crm.access.forms import both_versions
from crm.access.rules import can, visible_rows
from crm.base.errors import ParleyError, StaleVersionError
from crm.base.text import safe_cell


def forbidden(request: HttpRequest) -> HttpResponse:
    """The 403 page. Wagtail would redirect to its home page instead."""
    return render(request, "403.html", status=403)


def conflict(request: HttpRequest, form: Any, current: Any, back_url: str) -> HttpResponse:
    """The 409 page: what the person typed beside what is saved."""
    ours, theirs = both_versions(form, current)
    context = {"ours": ours, "theirs": theirs, "back_url": back_url, "title": str(current)}
    return render(request, "409.html", context, status=409)


def require(request: HttpRequest, act: Act, model: type[Model] | Model) -> None:
    """Raise 404 when the user may not even see the model or row, PermissionDenied when the act is forbidden."""
    if not can(request.user, Act.VIEW, model):
        raise Http404
    if not can(request.user, act, model):
        raise PermissionDenied


def once(request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of `act`; for a second sending of the same rendered form the first one's redirect, and no act.

    Every rendering of a form has its own CSRF token, so a form opened anew is never taken for a double click.
    """
    if not request.POST.get("csrfmiddlewaretoken"):
        return act()
    given: list[HttpResponse] = []

    def location_of() -> str:
        given.append(act())
        return given[0].headers.get("Location", "")

    sent = json.dumps([request.user.pk, request.path, sorted(request.POST.lists())])
    location = submit_once(hashlib.sha256(sent.encode()).hexdigest(), location_of, at=timezone.now())
    return given[0] if given else redirect(location)


def visible_or_404(model: type[Model], request: HttpRequest, **lookup: Any) -> Any:
    """The row if this user may see it, else 404."""
    return get_object_or_404(visible_rows(model, request.user), **lookup)


class RowRuleMixin:
    """Asks `can` before anything else; 403 is a page, not a redirect."""

    viewset: Any = None
    row_act = Act.VIEW

    def subject(self) -> Any:
        """What the act is done to: the model, or the row of an object view."""
        return self.model  # type: ignore[attr-defined]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            require(request, self.row_act, self.subject())
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except PermissionDenied:
            return forbidden(request)


class RowObjectMixin(RowRuleMixin):
    """A view of one row: a hidden one does not exist."""

    def get_object(self, queryset: Any = None) -> Any:
        if getattr(self, "_row", None) is None:
            pk = unquote(str(self.kwargs["pk"]))  # type: ignore[attr-defined]
            self._row = visible_or_404(self.model, self.request, pk=pk)  # type: ignore[attr-defined]
        return self._row

    def subject(self) -> Any:
        return self.get_object()


class RowRuleIndexView(RowRuleMixin, generic.IndexView):
    """A list of visible rows; exporting needs its own right, and cells cannot become formulas."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_export and not (self.list_export and can(request.user, Act.EXPORT, self.model)):
            return forbidden(request)
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self) -> Any:
        return visible_rows(self.model, self.request.user)

    @property
    def show_export_buttons(self) -> bool:
        return bool(self.list_export) and can(self.request.user, Act.EXPORT, self.model)

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        cell = super().preprocess_field_value(field, value, export_format)
        return safe_cell(cell) if isinstance(cell, str) else cell


class SavesThroughActions:
    """Turns a refusal of an action into a sentence on the form, a stale version into the 409 page."""

    def form_valid(self, form: Any) -> HttpResponse:
        self.form = form
        try:
            self.object = self.save_instance()  # type: ignore[attr-defined]
        except StaleVersionError as error:
            return conflict(self.request, form, error.current, self.request.path)  # type: ignore[attr-defined]
        except ParleyError as error:
            form.add_error(None, str(error.sentence))
        except ValidationError as error:
            form.add_error(None, error)
        if form.errors:
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            return self.form_invalid(form)  # type: ignore[attr-defined]
        return self.save_action()  # type: ignore[attr-defined]

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        return kwargs | self.viewset.form_kwargs(self.request.user)  # type: ignore[attr-defined]

    def get_success_url(self) -> str:
        return self.viewset.success_url(self.object) or super().get_success_url()  # type: ignore[attr-defined, misc]


class RowRuleAddView(SavesThroughActions, RowRuleMixin, generic.CreateView):
    row_act = Act.ADD

    def form_valid(self, form: Any) -> HttpResponse:
        return once(self.request, lambda: super(RowRuleAddView, self).form_valid(form))

    def save_instance(self) -> Any:
        return self.viewset.create(self.form, by=self.request.user, at=timezone.now())


class RowRuleCopyView(RowObjectMixin, RowRuleAddView):
    """A new form filled from a visible row."""

    def subject(self) -> Any:
        self.get_object()
        return self.model

    def get_initial_form_instance(self) -> Any:
        return self.get_object()


class RowRuleEditView(SavesThroughActions, RowObjectMixin, generic.EditView):
    row_act = Act.CHANGE

    def save_instance(self) -> Any:
        """The form has already written on `self.object`; the action gets the row as it stands."""
        row = visible_or_404(self.model, self.request, pk=self.object.pk)
        version = self.form.cleaned_data.get("version")
        return self.viewset.update(row, self.form, version=version, by=self.request.user, at=timezone.now())


class RowRuleDeleteView(RowObjectMixin, generic.DeleteView):
    row_act = Act.DELETE

    def form_valid(self, form: Any) -> HttpResponse:
        success_url = self.get_success_url()
        message = self.get_success_message()
        try:
            self.viewset.remove(self.object, by=self.request.user, at=timezone.now())
        except ParleyError as error:
            messages.error(self.request, str(error.sentence))
            return redirect(success_url)
        messages.success(self.request, message)
        return redirect(success_url)


class RowRuleInspectView(RowObjectMixin, generic.InspectView):
    row_act = Act.VIEW


class RowRuleHistoryView(RowObjectMixin, history.HistoryView):
    row_act = Act.VIEW
    any_permission_required = ["view"]


class RowRuleUsageView(RowObjectMixin, usage.UsageView):
    row_act = Act.CHANGE


class AdminRuleMixin:
    """The same rules for wagtail-modeladmin's views, which build on nothing of Wagtail's own."""

    row_act = Act.VIEW

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            require(request, self.row_act, getattr(self, "instance", None) or self.model)  # type: ignore[attr-defined]
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except PermissionDenied:
            return forbidden(request)


class AdminRuleIndexView(AdminRuleMixin, modeladmin.IndexView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.export_allowed = can(request.user, Act.EXPORT, self.model)
        if self.is_export and not (self.model_admin.get_list_export(request) and self.export_allowed):
            return forbidden(request)
        return super().dispatch(request, *args, **kwargs)

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Only the declared filters: the stock view takes any lookup from the address, through any relation."""
        wanted = super().get_filters_params(params)
        names = [item[0] if isinstance(item, (tuple, list)) else item for item in self.list_filter]
        known = {str(getattr(name, "parameter_name", name)) for name in names}
        return {key: value for key, value in wanted.items() if _filter_name(key) in known}

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        cell = super().preprocess_field_value(field, value, export_format)
        return safe_cell(cell) if isinstance(cell, str) else cell


def _filter_name(key: str) -> str:
    """The filter a query-string key belongs to: the key without the lookup at its end."""
    for ending in ("__exact", "__isnull", "__id__exact", "__in"):
        if key.endswith(ending):
            key = key.removesuffix(ending)
    return key


class AdminSavesThroughActions(AdminRuleMixin):
    def form_valid(self, form: Any) -> HttpResponse:
        try:
            row = self.save_row(form)  # type: ignore[attr-defined]
        except StaleVersionError as error:
            return conflict(self.request, form, error.current, self.request.path)  # type: ignore[attr-defined]
        except ParleyError as error:
            form.add_error(None, str(error.sentence))
        except ValidationError as error:
            form.add_error(None, error)
        if form.errors:
            return self.form_invalid(form)  # type: ignore[attr-defined]
        messages.success(self.request, self.get_success_message(row))  # type: ignore[attr-defined]
        return redirect(self.get_success_url())  # type: ignore[attr-defined]


class AdminRuleCreateView(AdminSavesThroughActions, modeladmin.CreateView):
    row_act = Act.ADD

    def form_valid(self, form: Any) -> HttpResponse:
        return once(self.request, lambda: super(AdminRuleCreateView, self).form_valid(form))

    def save_row(self, form: Any) -> Any:
        return self.model_admin.create(form, by=self.request.user, at=timezone.now())


class AdminRuleEditView(AdminSavesThroughActions, modeladmin.EditView):
    row_act = Act.CHANGE

    def save_row(self, form: Any) -> Any:
        row = visible_or_404(self.model, self.request, pk=self.instance.pk)
        version = form.cleaned_data.get("version")
        return self.model_admin.update(row, form, version=version, by=self.request.user, at=timezone.now())


class AdminRuleInspectView(AdminRuleMixin, modeladmin.InspectView):
    row_act = Act.VIEW

    def get_field_display_value(self, field_name: str, field: Any = None) -> Any:
        """Nothing where the row points to one that may not be seen."""
        linked: Any = getattr(self.instance, field_name, None)
        limited = hasattr(getattr(type(linked), "_default_manager", None), "visible_to")
        if limited and not visible_rows(type(linked), self.request.user).filter(pk=linked.pk).exists():
            return self.model_admin.get_empty_value_display(field_name)
        return super().get_field_display_value(field_name, field)
