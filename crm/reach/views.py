"""Coverage of committees and leaderships, strong ties that went quiet, and the latter on my day."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleMixin
from crm.people.enums import Level
from crm.people.views import person_url
from crm.reach.queries import coverage, covered_bodies, quiet_ties
from crm.reach.rules import QUIET, QuietTie
from crm.relationships.models import Relationship
from crm.relationships.rules import sentence_of
from crm.relationships.views import party_page

PER_PAGE, ON_MY_DAY = 25, 5
DAYS = (30, 60, 90, 180, 365)


class ReachScreen(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    model = Relationship
    header_icon = "pick"

    @property
    def user(self) -> User:
        return self.request.user  # type: ignore[return-value]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": str(self.page_title)}]


class CoverageView(ReachScreen):
    """Which committees (or, with `?of=leaders`, leaderships) we are in touch with; by level with `?level=`."""

    template_name = "crm/coverage.html"
    page_title = _("Coverage")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET
        leaders, level = asked.get("of") == "leaders", asked.get("level", "")
        level = level if level in Level.values else ""
        at = timezone.now()
        found = covered_bodies(self.user, at, level=level, leaders=leaders)
        page = Paginator(found, PER_PAGE).get_page(asked.get("page"))
        rows = coverage(list(page.object_list), self.user, at, leaders=leaders)
        return super().get_context_data(
            page=page,
            rows=[(row, party_page(row.body)) for row in rows],
            levels=Level.choices,
            level=level,
            leaders=leaders,
            query=f"of={'leaders' if leaders else 'committees'}&level={level}&",
            quiet_url=reverse("crm_stay_in_touch"),
            **kwargs,
        )


class StayInTouchView(ReachScreen):
    """Strong ties nobody kept warm for `?days=` days; `?mine=1` keeps my own."""

    template_name = "crm/stay_in_touch.html"
    page_title = _("Stay in touch")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET
        given = asked.get("days", "")
        days = int(given) if given.isdecimal() and int(given[:5]) in DAYS else QUIET
        mine = asked.get("mine") == "1"
        found = quiet_ties(self.user, timezone.now(), days=days, mine=mine)
        page = Paginator(found, PER_PAGE).get_page(asked.get("page"))
        return super().get_context_data(
            page=page,
            rows=_rows(list(page.object_list)),
            days=days,
            choices=DAYS,
            mine=mine,
            query=f"days={days}&mine={int(mine)}&",
            **kwargs,
        )


def _rows(ties: list[QuietTie]) -> list[dict[str, Any]]:
    return [
        {
            "tie": tie,
            "sentence": sentence_of(tie.row, seen_from=tie.ours),
            "url": person_url(tie.other),
            "ours_url": person_url(tie.ours),
        }
        for tie in ties
    ]


def stay_in_touch_section(user: User, at: datetime) -> dict[str, Any] | None:
    """My strong ties that went quiet, for my day; nothing when there are none."""
    if not can(user, Act.VIEW, Relationship):
        return None
    found = quiet_ties(user, at, mine=True)[:ON_MY_DAY]
    if not found:
        return None
    return {"title": _("Stay in touch"), "rows": _rows(found), "template": "crm/my_day_ties.html"}
