"""Starting a sequence for a segment or a kept list: first who gets it and who is left out, then the button."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.rules import can
from crm.access.views import RowRuleMixin, forbidden, once, visible_or_404
from crm.base.errors import ParleyError
from crm.bulk.tasks import wake
from crm.bulk.views import bulk_act_url
from crm.criteria.views import KeepPeopleView, SaveFilterView
from crm.mailings.actions import begin_enrolling, enrol_people, stop_list
from crm.mailings.enums import LeftOut
from crm.mailings.forms import ConfirmForm, EnrolForm
from crm.mailings.queries import EnrolmentPlan, enrolment_plan
from crm.mailings.registry import ENROLLING
from crm.mailings.rules import AT_ONCE
from crm.messaging.models import Enrolment
from crm.people.models import Person
from crm.segments.models import FrozenList, Segment
from crm.segments.queries import members_of, people_of
from crm.segments.views import list_url, segment_url

NAMED = 10
"""So many of those left out for one reason are named."""


class EnrolView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """GET: choose the sequence, see who gets it. POST: start it."""

    model = Enrolment
    row_act = Act.ADD
    header_icon = "mail"
    template_name = "crm/segments/enrol.html"
    segment: Segment | None = None

    def get_page_title(self) -> str:
        return _("Enrol “%(name)s” in a sequence") % {"name": self.source}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        source = {"url": self.back_url, "label": str(self.source)}
        return [*self.breadcrumbs_items, source, {"url": "", "label": _("Enrol in a sequence")}]

    def people(self) -> Any:
        """Whom it is about, as far as this person may see them. Raises ParleyError when nobody can say."""
        self.segment = visible_or_404(Segment, self.request, public_id=self.kwargs["public_id"])
        return people_of(self.segment, self.request.user, timezone.localdate())  # type: ignore[arg-type]

    @property
    def source(self) -> Any:
        return self.segment or visible_or_404(Segment, self.request, public_id=self.kwargs["public_id"])

    @property
    def back_url(self) -> str:
        return segment_url(self.source)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sent = self.request.POST if self.request.method == "POST" else self.request.GET
        form = EnrolForm(
            sent if "sequence" in sent else None,
            user=self.request.user,  # type: ignore[arg-type]
            initial={"starts_at": timezone.localtime()},
        )
        try:
            plan = self._plan(form)
        except ParleyError as error:
            return super().get_context_data(problem=error.sentence, back_url=self.back_url, **kwargs)
        if plan is not None:
            kwargs.setdefault("confirm", ConfirmForm(count=len(plan.people)))
            kwargs |= {"plan": plan, "count": len(plan.people), "left_out": _named(plan)}
        return super().get_context_data(form=form, back_url=self.back_url, **kwargs)

    def _plan(self, form: EnrolForm) -> EnrolmentPlan | None:
        people = self.people()
        return enrolment_plan(people, form.cleaned_data["sequence"], timezone.localdate()) if form.is_valid() else None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = EnrolForm(request.POST, user=request.user)  # type: ignore[arg-type]
        try:
            plan = self._plan(form)
        except ParleyError:
            plan = None
        if plan is None:
            return self.render_to_response(self.get_context_data(), status=422)
        confirm = ConfirmForm(request.POST, count=len(plan.people))
        if not confirm.is_valid():
            return self.render_to_response(self.get_context_data(confirm=confirm), status=422)
        return once(request, lambda: self._enrol(form, len(plan.people)))

    def _enrol(self, form: EnrolForm, count: int) -> HttpResponse:
        sequence = form.cleaned_data["sequence"]
        asked: dict[str, Any] = {
            "segment": self.segment,
            "name": f"{str(self.source)[:120]} {timezone.localdate():%Y-%m-%d}",
            "anchor_at": form.cleaned_data["starts_at"],
            "by": self.request.user,
            "at": timezone.now(),
        }
        try:
            if count > AT_ONCE:
                work = begin_enrolling(ENROLLING, sequence, self.people(), **asked)
                wake(work)
                return redirect(bulk_act_url(work))
            frozen = enrol_people(sequence, self.people(), **asked)
        except ParleyError as error:
            messages.error(self.request, error.sentence)
            return self.render_to_response(self.get_context_data(), status=422)
        messages.success(self.request, _("The sequence starts for them; the list says who exactly gets it."))
        return redirect(list_url(frozen))


class EnrolListView(EnrolView):
    """The same for a kept list."""

    def people(self) -> Any:
        return members_of(self.source, self.request.user).people  # type: ignore[arg-type]

    @property
    def source(self) -> Any:
        return visible_or_404(FrozenList, self.request, public_id=self.kwargs["public_id"])

    @property
    def back_url(self) -> str:
        return list_url(self.source)


def _named(plan: EnrolmentPlan) -> list[dict[str, Any]]:
    """Each reason with how many, and the first of them by key. One query."""
    first = {reason: keys[:NAMED] for reason, keys in plan.left_out.items() if keys}
    people = Person.objects.in_bulk([pk for keys in first.values() for pk in keys])
    return [
        {
            "reason": reason.label,
            "count": len(plan.left_out[reason]),
            "people": [people[pk] for pk in first[reason]],
            "more": max(0, len(plan.left_out[reason]) - NAMED),
        }
        for reason in LeftOut
        if reason in first
    ]


@require_POST
def stop_list_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop what runs for a list; pressed twice, the second time says that nothing runs."""
    frozen: FrozenList = visible_or_404(FrozenList, request, public_id=public_id)
    by: Any = request.user
    if not can(by, Act.CHANGE, Enrolment):
        return forbidden(request)
    stopped = stop_list(frozen, by=by, at=timezone.now())
    words = _("Stopped. Mails that have not left are taken back.") if stopped else _("Nothing runs for this list.")
    messages.success(request, words)
    return redirect(list_url(frozen))


MAILING_URLS = [
    path("people-as-segment/", SaveFilterView.as_view(), name="crm_save_filter"),
    path("people-as-list/", KeepPeopleView.as_view(), name="crm_keep_people"),
    path("segments/<str:public_id>/enrol/", EnrolView.as_view(), name="crm_enrol_segment"),
    path("kept_lists/<str:public_id>/enrol/", EnrolListView.as_view(), name="crm_enrol_list"),
    path("kept_lists/<str:public_id>/stop/", stop_list_view, name="crm_stop_list"),
]
"""From people to segments and lists, and from those to their mails."""
