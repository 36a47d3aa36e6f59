"""The page a segment is built on, one step at a time, and the lists that were kept."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleMixin, forbidden, once, visible_or_404
from crm.base.errors import ParleyError, StaleVersionError
from crm.people.models import Person
from crm.people.queries import overviews
from crm.segments.actions import create_segment, edit_segment, freeze
from crm.segments.enums import StepAct
from crm.segments.forms import ChangeStepForm, FreezeForm, StepForm
from crm.segments.models import FrozenList, Segment
from crm.segments.queries import Reading, count_steps, members_of, reading_of
from crm.segments.registry import as_json, filter_named, list_panels, segment_actions
from crm.segments.rules import Step, may_change, moved, read_step

PREVIEW = 25
ARGUMENTS = "arg"
"""In front of the names of a question's own fields, so that they cannot be taken for those of the step."""
PER_PAGE = 50


def segment_url(segment: Segment) -> str:
    return reverse("segments:page", args=[segment.public_id])


def list_url(frozen: FrozenList) -> str:
    return reverse("kept_lists:page", args=[frozen.public_id])


def with_overviews(people: Any, user: User, on: date) -> list[Person]:
    """The same people, each with the seat and party this user may know of; as many queries for one as for fifty."""
    rows = list(people)
    found = overviews([person.pk for person in rows], on, user=user)
    for person in rows:
        person.overview = found[person.pk]
    return rows


class SegmentPage(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """One visible segment."""

    model = Segment
    header_icon = "group"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.segment: Segment = visible_or_404(Segment, request, public_id=kwargs["public_id"])
        self.user: Any = request.user
        self.page_title = self.segment.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listing = {"url": reverse("segments:index"), "label": _("Segments")}
        return [*self.breadcrumbs_items, listing, {"url": segment_url(self.segment), "label": self.segment.name}]


class SegmentView(SegmentPage):
    """Whom it means and how many (GET); add, change, move or take away a step (POST)."""

    template_name = "crm/segments/segment.html"
    refused: Any = None
    status = 200

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        on = timezone.localdate()
        reading = count_steps(reading_of(self.segment, self.user, on))
        people = [] if reading.problem else with_overviews(_first(reading), self.user, on)
        kept = FrozenList.objects.visible_to(self.user).filter(segment=self.segment)[:5]
        may = may_change(self.user, self.segment)
        return super().get_context_data(
            segment=self.segment,
            reading=reading,
            steps=list(enumerate(reading.steps)),
            problem=reading.problem.sentence if reading.problem else "",
            total=reading.steps[-1].total if reading.steps else None,
            people=people,
            preview=PREVIEW,
            may_change=may,
            kept=[(each, list_url(each)) for each in kept],
            actions=segment_actions(self.user, self.segment),
            list_url=f"{reverse('people:index')}?segment={self.segment.public_id}",
            **(self._builder() if may else {}),
            **kwargs,
        )

    def _builder(self) -> dict[str, Any]:
        """The form for the step that is being made or changed, else the choice of a new one."""
        chosen = self.refused or self._chosen()
        choice = StepForm(self.request.GET if "filter" in self.request.GET else None, first=not self.segment.steps)
        return {"choice": choice, **(chosen or {})}

    def _chosen(self) -> dict[str, Any] | None:
        """The question asked for in the address: a new step (`act`, `filter`), or one to change (`step`)."""
        asked = self.request.GET
        position, step = self._step_at(asked.get("step", ""))
        key, act = (step["filter"], step["act"]) if step else (asked.get("filter", ""), asked.get("act", ""))
        segment_filter = filter_named(key)
        if segment_filter is None or act not in StepAct.values:
            return None
        form = segment_filter.form(None, user=self.user, prefix=ARGUMENTS)
        if step:
            kept = segment_filter.form(step["args"], user=self.user)
            good = kept.cleaned_data if kept.is_valid() else {}
            form = segment_filter.form(None, user=self.user, prefix=ARGUMENTS, initial=good)
        return {"step_form": form, "filter": segment_filter, "act": StepAct(act), "position": position}

    def _step_at(self, position: str) -> tuple[int | None, Step | None]:
        if not position.isdecimal() or int(position) >= len(self.segment.steps):
            return None, None
        return int(position), read_step(self.segment.steps[int(position)])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_change(self.user, self.segment):
            return forbidden(request)
        given = ChangeStepForm(request.POST)
        acts: dict[str, Callable[[Any], list[Any] | None]] = {
            "save": self._saved,
            "up": lambda at: moved(self.segment.steps, at, -1),
            "down": lambda at: moved(self.segment.steps, at, 1),
            "remove": lambda at: [step for index, step in enumerate(self.segment.steps) if index != at],
        }
        act = acts.get(request.POST.get("do", ""))
        if act is None or not given.is_valid():
            messages.error(request, _("That button is not known any more; look at the steps and try again."))
            return redirect(segment_url(self.segment))
        steps = act(given.cleaned_data["position"])
        if steps is None:
            return self.render_to_response(self.get_context_data(), status=422)
        return once(request, lambda: self._keep(steps, given.cleaned_data["version"]))

    def _saved(self, position: int | None) -> list[Any] | None:
        """The steps with the one the form describes added or put in its place; None when it is refused."""
        segment_filter = filter_named(self.request.POST.get("filter", ""))
        act = self.request.POST.get("act", "")
        if segment_filter is None or act not in StepAct.values:
            return None
        form = segment_filter.form(self.request.POST, user=self.user, prefix=ARGUMENTS)
        if not form.is_valid():
            self.refused = {"step_form": form, "filter": segment_filter, "act": StepAct(act), "position": position}
            return None
        step = Step(act=act, filter=segment_filter.key, args=as_json(form))
        steps = list(self.segment.steps)
        if position is None or position >= len(steps):
            return [*steps, step]
        return [*steps[:position], step, *steps[position + 1 :]]

    def _keep(self, steps: list[Any], version: int) -> HttpResponse:
        url = segment_url(self.segment)
        try:
            edit_segment(self.segment, version=version, by=self.user, at=timezone.now(), steps=steps)
        except StaleVersionError as error:
            return self._conflict(steps, error.current, url)
        except ParleyError as error:
            messages.error(self.request, error.sentence)
        return redirect(f"{url}#steps")

    def _conflict(self, steps: list[Any], current: Segment, url: str) -> HttpResponse:
        """The 409 page with both versions in words."""
        on = timezone.localdate()
        ours, theirs = (reading_of(each, self.user, on).words for each in (steps, current.steps))
        facts = {"ours": [(_("Steps"), ours)], "theirs": [(_("Steps"), theirs)], "back_url": url}
        return render(self.request, "409.html", {**facts, "title": current.name}, status=409)


def _first(reading: Reading) -> Any:
    return reading.people().order_by("sort_name", "id")[:PREVIEW]


class CopySegmentView(SegmentPage):
    """The same steps as a segment of one's own."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(request.user, Act.ADD, Segment):
            return forbidden(request)
        return once(request, self._copy)

    def _copy(self) -> HttpResponse:
        name = _("Copy of %(name)s") % {"name": self.segment.name}
        steps = self.segment.steps
        copy = create_segment(name=name[:150], steps=steps, by=self.user, at=timezone.now())
        messages.success(self.request, _("This copy is yours; change it as you like."))
        return redirect(segment_url(copy))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(segment_url(self.segment))


class FreezeView(SegmentPage):
    """Keep whom the segment means now, with a name and what for."""

    template_name = "crm/segments/freeze.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        initial = {"name": f"{self.segment.name[:130]} {timezone.localdate():%Y-%m-%d}"}
        kwargs.setdefault("form", FreezeForm(initial=initial))
        reading = count_steps(reading_of(self.segment, self.user, timezone.localdate()))
        return super().get_context_data(
            segment=self.segment,
            words=reading.words,
            total=reading.steps[-1].total if reading.steps else None,
            problem=reading.problem.sentence if reading.problem else "",
            back_url=segment_url(self.segment),
            **kwargs,
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(request.user, Act.ADD, FrozenList):
            return forbidden(request)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = FreezeForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        return once(request, lambda: self._freeze(form))

    def _freeze(self, form: FreezeForm) -> HttpResponse:
        try:
            frozen = freeze(self.segment, by=self.user, at=timezone.now(), **form.cleaned_data)
        except ParleyError as error:
            messages.error(self.request, error.sentence)
            return self.render_to_response(self.get_context_data(form=form), status=422)
        messages.success(self.request, _("The list is kept; it stays as it is whatever changes later."))
        return redirect(list_url(frozen))


class KeptListView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """Who exactly was on a list, as far as this person may see them."""

    model = FrozenList
    header_icon = "list-ul"
    template_name = "crm/segments/kept_list.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.frozen: FrozenList = visible_or_404(FrozenList, request, public_id=kwargs["public_id"])
        self.page_title = self.frozen.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listing = {"url": reverse("kept_lists:index"), "label": _("Kept lists")}
        return [*self.breadcrumbs_items, listing, {"url": "", "label": self.frozen.name}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        members = members_of(self.frozen, user)
        page = Paginator(members.people, PER_PAGE).get_page(self.request.GET.get("page"))
        on = timezone.localdate()
        segment = Segment.objects.visible_to(user).filter(frozen_lists=self.frozen).first()
        return super().get_context_data(
            frozen=self.frozen,
            members=members,
            page=page,
            people=with_overviews(page.object_list, user, on),
            segment=segment,
            segment_url=segment_url(segment) if segment else "",
            words=reading_of(self.frozen.steps, user, on).words,
            panels=list_panels(self.frozen, user),
            **kwargs,
        )
