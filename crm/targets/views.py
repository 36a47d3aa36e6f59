"""The whip board and what is done on it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.rules import can, visible_rows
from crm.access.views import RowRuleMixin, conflict, once, visible_or_404
from crm.activity.views import timeline_context
from crm.base.errors import ParleyError, StaleVersionError
from crm.issues.enums import Confidence, Position
from crm.issues.models import Stance
from crm.issues.queries import latest_stance
from crm.people.models import Organization
from crm.people.views import person_url
from crm.targets.actions import (
    add_members,
    add_targets,
    edit_target,
    move_target,
    remove_quota,
    remove_target,
    return_target,
    set_quota,
)
from crm.targets.forms import AddPersonForm, MoveForm, QuotaForm, TargetForm
from crm.targets.models import Quota, Target, TargetList
from crm.targets.queries import WEEK, board_of
from crm.targets.rules import UNKNOWN, added_words

COLUMNS = [*Position.choices, (UNKNOWN, _("not known yet"))]
"""From least to most with us, and those nobody asked yet."""


def board_url(board: TargetList) -> str:
    return reverse("whip_boards:page", args=[board.public_id])


def card_url(target: Target) -> str:
    return f"{board_url(target.target_list)}#t-{target.public_id}"


class BoardPage(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """A page about one board; a hidden one does not exist."""

    model: Any = TargetList
    header_icon = "list-ol"

    def subject(self) -> Any:
        self.board: TargetList = visible_or_404(TargetList, self.request, public_id=self.kwargs["public_id"])
        return self.board

    def get_page_title(self) -> str:
        return str(self.board)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        boards = {"url": reverse("whip_boards:index"), "label": _("Whip boards")}
        return [*self.breadcrumbs_items, boards, {"url": board_url(self.board), "label": str(self.board)}]


class BoardView(BoardPage):
    """Columns by position, what is still missing, and what moved this week."""

    template_name = "crm/board.html"
    bound: Mapping[str, Any] = {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        today = timezone.localdate()
        changes = can(user, Act.CHANGE, Target)
        found = {
            "board": self.board,
            "body": visible_rows(Organization, user).filter(pk=self.board.organization_id).first(),
            "found": board_of(self.board, user, today, COLUMNS),
            "since": today - WEEK,
            "today": today,
            "positions": Position.choices,
            "confidences": Confidence.choices,
            "likely": Confidence.LIKELY,
            "changes": changes,
            "moves": changes and self.board.is_open and can(user, Act.ADD, Stance),
            "person_form": self.bound.get("person") or AddPersonForm(user=user, prefix="person"),
            "quota_form": self.bound.get("quota") or QuotaForm(prefix="quota"),
            "timeline": timeline_context(self.board, user),
        }
        return super().get_context_data(**kwargs) | found


class BoardTableView(BoardView):
    """The same as one plain table, for paper and for those who prefer rows."""

    template_name = "crm/board_table.html"


class BoardActView(RowRuleMixin, View, ABC):
    """A button or small form of the board: acts once and comes back; a refused form is shown on the board again."""

    model = TargetList
    row_act = Act.CHANGE
    key = ""

    def subject(self) -> Any:
        self.board: TargetList = visible_or_404(TargetList, self.request, public_id=self.kwargs["public_id"])
        return self.board

    def form(self) -> Any:
        """The form that was sent, if this is more than a button."""
        return None

    @abstractmethod
    def perform(self, form: Any, **stamp: Any) -> Any:
        """Call the action with `stamp` (by, at) and give the sentence to show."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Somebody reloaded after a mistake: back to the board."""
        return redirect(board_url(self.board))

    def post(self, request: HttpRequest, public_id: str, **kwargs: Any) -> HttpResponse:
        form = self.form()
        if form is not None and not form.is_valid():
            return self._again(form)
        return once(request, lambda: self._act(form))

    def _act(self, form: Any) -> HttpResponse:
        try:
            words = self.perform(form, by=self.request.user, at=timezone.now())
        except ParleyError as error:
            if form is None:
                messages.error(self.request, str(error.sentence))
                return redirect(board_url(self.board))
            form.add_error(None, str(error.sentence))
            return self._again(form)
        messages.success(self.request, words)
        return redirect(board_url(self.board))

    def _again(self, form: Any) -> HttpResponse:
        self.request.method = "GET"
        page = BoardView.as_view(bound={self.key: form})(self.request, public_id=self.board.public_id)
        page.status_code = 422
        return page


class AddMembersView(BoardActView):
    """One click: everybody who sits in the body today."""

    def perform(self, form: Any, **stamp: Any) -> Any:
        body = visible_rows(Organization, self.request.user).filter(pk=self.board.organization_id).first()
        if body is None:
            raise Http404
        return added_words(add_members(self.board, body=body, on=timezone.localdate(), **stamp).count)


class AddPersonView(BoardActView):
    key = "person"

    def form(self) -> Any:
        return AddPersonForm(self.request.POST, user=self.request.user, prefix="person")

    def perform(self, form: Any, **stamp: Any) -> Any:
        return added_words(add_targets(self.board, [(form.cleaned_data["person"], None)], **stamp).count)


class SetQuotaView(BoardActView):
    key = "quota"

    def form(self) -> Any:
        return QuotaForm(self.request.POST, prefix="quota")

    def perform(self, form: Any, **stamp: Any) -> Any:
        set_quota(self.board, **form.cleaned_data, **stamp)
        return _("Quota set.")


class RemoveQuotaView(BoardActView):
    def perform(self, form: Any, **stamp: Any) -> Any:
        quota = Quota.objects.filter(target_list=self.board, pk=self.kwargs["pk"]).first()
        if quota is not None:
            remove_quota(quota, **stamp)
        return _("Quota removed. You can take this back in the timeline of the board.")


class TargetActView(BoardActView):
    """A button on one card."""

    def subject(self) -> Any:
        super().subject()
        self.target: Target = visible_or_404(
            Target, self.request, public_id=self.kwargs["target"], target_list=self.board
        )
        return self.target


class RemoveTargetView(TargetActView):
    def perform(self, form: Any, **stamp: Any) -> Any:
        remove_target(self.target, **stamp)
        return _("No longer a target. You can put them back below the board.")


class ReturnTargetView(TargetActView):
    def perform(self, form: Any, **stamp: Any) -> Any:
        return_target(self.target, **stamp)
        return _("A target again.")


class TargetPage(BoardPage):
    """A form about one target: how the work on it is done, or where it stands."""

    row_act = Act.CHANGE
    template_name = "crm/target.html"
    title: Any = ""
    done: Any = ""
    form_class: Any

    def subject(self) -> Any:
        super().subject()
        rows = visible_rows(Target, self.request.user).select_related("person", "target_list", "target_list__ask")
        self.target: Any = rows.filter(public_id=self.kwargs["target"], target_list=self.board).first()
        if self.target is None:
            raise Http404
        return self.target

    def get_page_title(self) -> str:
        return str(self.target.person)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), {"url": "", "label": str(self.target.person)}]

    def make_form(self, data: Any = None) -> Any:
        return self.form_class(data, instance=self.target)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._show(self.make_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.make_form(request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        try:
            return once(request, lambda: self._save(form))
        except StaleVersionError as error:
            return conflict(request, form, error.current, board_url(self.board))

    def _save(self, form: Any) -> HttpResponse:
        try:
            self.perform(form, by=self.request.user, at=timezone.now())
        except StaleVersionError:
            raise
        except ParleyError as error:
            form.add_error(None, str(error.sentence))
            return self._show(form, status=422)
        messages.success(self.request, self.done)
        return redirect(card_url(self.target))

    def perform(self, form: Any, **stamp: Any) -> None:
        """Call the action with `stamp` (by, at)."""

    def _show(self, form: Any, status: int = 200) -> HttpResponse:
        context = {"form": form, "board": self.board, "target": self.target, "title": self.title}
        context |= {"person_url": person_url(self.target.person), "back_url": board_url(self.board)}
        return self.render_to_response(self.get_context_data(**context), status=status)


class EditTargetView(TargetPage):
    title = _("Work on this target")
    done = _("Saved.")
    form_class = TargetForm

    def perform(self, form: Any, **stamp: Any) -> None:
        version = form.cleaned_data["version"]
        edit_target(Target.objects.get(pk=self.target.pk), version=version, **form.changes(), **stamp)


class MoveTargetView(TargetPage):
    """The card's own form sends here; what is wrong with it is said here, with everything typed."""

    title = _("Where they stand now")
    done = _("Position recorded; the card moved.")

    def make_form(self, data: Any = None) -> Any:
        now = latest_stance(self.target.person, self.board.ask) if data is None else None
        initial = {"observed_on": timezone.localdate(), "was": now.position if now else UNKNOWN}
        return MoveForm(data, instance=Stance(person=self.target.person, ask=self.board.ask), initial=initial)

    def perform(self, form: Any, **stamp: Any) -> None:
        move_target(self.target, **form.cleaned_data, **stamp)
