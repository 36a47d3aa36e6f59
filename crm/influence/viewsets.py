"""The addresses of power maps, paths and coverage, and their place in the menu."""

from typing import Any

from django.urls import path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem

from crm.access.enums import Act
from crm.access.rules import can
from crm.influence.models import Influence
from crm.influence.views import (
    AddBodyInfluenceView,
    AddInfluenceView,
    AskPowerMapView,
    InfluenceIndexView,
    IssueGridView,
    PersonPowerMapView,
    RemoveInfluenceView,
)
from crm.paths.views import WarmPathView
from crm.reach.views import CoverageView, StayInTouchView


class PowerMapsMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return can(request.user, Act.VIEW, Influence)


def power_menu_items() -> list[MenuItem]:
    """What stands below the lists in the strategy menu."""
    return [
        PowerMapsMenuItem(
            _("Power maps"), reverse_lazy("crm_influence"), name="power-maps", icon_name="link", order=900
        ),
        PowerMapsMenuItem(_("Coverage"), reverse_lazy("crm_coverage"), name="coverage", icon_name="pick", order=910),
    ]


INFLUENCE_URLS = [
    path("influence/", InfluenceIndexView.as_view(), name="crm_influence"),
    path("influence/issues/<slug:slug>/", IssueGridView.as_view(), name="crm_influence_grid"),
    path("influence/asks/<str:public_id>/", AskPowerMapView.as_view(), name="crm_ask_power_map"),
    path("influence/map/<slug:kind>/<str:public_id>/", PersonPowerMapView.as_view(), name="crm_power_map"),
    path("influence/<int:pk>/remove/", RemoveInfluenceView.as_view(), name="crm_remove_influence"),
    path("people/<str:public_id>/influence/", AddInfluenceView.as_view(), name="crm_add_influence"),
    path("organizations/<str:public_id>/influence/", AddBodyInfluenceView.as_view(), name="crm_add_body_influence"),
    path("reach/", CoverageView.as_view(), name="crm_coverage"),
    path("reach/stay-in-touch/", StayInTouchView.as_view(), name="crm_stay_in_touch"),
    path("paths/<slug:kind>/<str:public_id>/", WarmPathView.as_view(), name="crm_paths"),
]
