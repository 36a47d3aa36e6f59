"""Looking at two who may be one: make one of them, or say that they are two."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleMixin, once, visible_or_404
from crm.base.errors import ParleyError, StaleVersionError
from crm.duplicates.actions import mark_not_duplicate, merge_organizations, merge_people
from crm.duplicates.enums import Reason
from crm.duplicates.forms import MergeForm, OtherOrganizationForm, OtherPersonForm
from crm.duplicates.models import DuplicatePair
from crm.duplicates.queries import last_look, undecided_pairs, what_names
from crm.people.models import Organization, Person
from crm.people.views import person_url
from crm.people.viewsets import CappedPaginator

KINDS: dict[str, Any] = {"people": Person, "organizations": Organization}
FORMS: dict[str, Any] = {"people": OtherPersonForm, "organizations": OtherOrganizationForm}
PER_PAGE = 50


def reason_words(reasons: list[str]) -> str:
    return ", ".join(str(Reason(reason).label) for reason in reasons)


class DuplicateListView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """People who may be here twice, the likeliest first."""

    model = DuplicatePair
    template_name = "crm/duplicates/list.html"
    page_title = _("Possible duplicates")
    header_icon = "copy"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pairs = undecided_pairs(self.request.user)
        page = CappedPaginator(pairs, PER_PAGE).get_page(self.request.GET.get("p"))
        rows = [
            {
                "pair": pair,
                "reasons": reason_words(pair.reasons),
                "url": compare_url("people", pair.first.public_id, pair.second.public_id),
                "first_url": person_url(pair.first),
                "second_url": person_url(pair.second),
            }
            for pair in page
        ]
        return super().get_context_data(rows=rows, page=page, looked_at=last_look(), **kwargs)


def compare_url(kind: str, survivor: str, other: str) -> str:
    return reverse("crm_compare", args=[kind, survivor, other])


class KindScreen(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """A screen about two rows of one kind; changing is asked for, because looking at two leads to merging them."""

    row_act = Act.CHANGE
    header_icon = "copy"

    @property
    def model(self) -> Any:
        if self.kwargs["kind"] not in KINDS:
            raise Http404
        return KINDS[self.kwargs["kind"]]

    @cached_property
    def survivor(self) -> Any:
        return visible_or_404(self.model, self.request, public_id=self.kwargs["public_id"])

    def subject(self) -> Any:
        return self.survivor

    def url_of(self, row: Any) -> str:
        return person_url(row) if isinstance(row, Person) else row_url(row)


def row_url(row: Organization) -> str:
    return reverse("organizations:page", args=[row.public_id])


class MergeWithView(KindScreen):
    """Choose the other one."""

    template_name = "crm/duplicates/choose.html"
    page_title = _("Merge with …")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.answer(self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid() and form.cleaned_data["other"] == self.survivor:
            form.add_error("other", _("This is the same row; choose another one."))
        if not form.is_valid():
            return self.answer(form, status=422)
        other = form.cleaned_data["other"]
        return redirect(compare_url(self.kwargs["kind"], self.survivor.public_id, other.public_id))

    def form(self, data: Any = None) -> Any:
        form = FORMS[self.kwargs["kind"]](data)
        form.fields["other"].user = self.request.user
        return form

    def answer(self, form: Any, status: int = 200) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, row=self.survivor), status=status)


class CompareView(KindScreen):
    """Two rows side by side: one choice per field, what moves, and the two ways out."""

    template_name = "crm/duplicates/compare.html"
    page_title = _("Are these one?")

    @cached_property
    def other(self) -> Any:
        other = visible_or_404(self.model, self.request, public_id=self.kwargs["other_id"])
        if other == self.survivor:
            raise Http404
        if not can(self.request.user, Act.CHANGE, other):
            raise PermissionDenied
        return other

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.answer(MergeForm(survivor=self.survivor, other=self.other))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return once(request, self.decide)

    def decide(self) -> HttpResponse:
        if "distinct" in self.request.POST:
            return self.keep_apart()
        form = MergeForm(self.request.POST, survivor=self.survivor, other=self.other)
        return self.merge(form) if form.is_valid() else self.answer(form, status=422)

    def keep_apart(self) -> HttpResponse:
        mark_not_duplicate(self.survivor, self.other, by=self.user, at=timezone.now())
        messages.success(self.request, _("Remembered: these are two. They will not be offered again."))
        return redirect("crm_duplicates")

    def merge(self, form: MergeForm) -> HttpResponse:
        act: Any = merge_people if self.model is Person else merge_organizations
        told: dict[str, Any] = {"by": self.user, "at": timezone.now()}
        try:
            act(self.survivor, self.other, taken=form.taken, version=form.cleaned_data["version"], **told)
        except StaleVersionError:
            self.__dict__.pop("survivor")
            form = MergeForm(survivor=self.survivor, other=self.other)
            sentence = _("Somebody changed this record meanwhile. Look at the values again, then merge.")
            return self.answer(form, status=409, sentence=sentence)
        except ParleyError as error:
            form.add_error(None, str(error.sentence))
            return self.answer(form, status=422)
        messages.success(self.request, _("The two are one now. The timeline can take it back for 30 days."))
        return redirect(self.url_of(self.survivor))

    @property
    def user(self) -> User:
        return self.request.user  # type: ignore[return-value]

    def answer(self, form: MergeForm, status: int = 200, sentence: Any = "") -> HttpResponse:
        kind = self.kwargs["kind"]
        context = self.get_context_data(
            form=form,
            sentence=sentence,
            survivor=self.survivor,
            other=self.other,
            survivor_url=self.url_of(self.survivor),
            other_url=self.url_of(self.other),
            swap_url=compare_url(kind, self.other.public_id, self.survivor.public_id),
            moving=what_names(self.other),
        )
        return self.render_to_response(context, status=status)


def may_merge(user: User, person: Person) -> bool:
    """Whether the person page offers to merge."""
    return can(user, Act.CHANGE, person)
