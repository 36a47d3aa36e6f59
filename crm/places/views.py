"""One area with its names, codes and generations; and which areas a postcode lies in."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.views import RowRuleMixin, visible_or_404
from crm.places.models import Area
from crm.places.queries import areas_for_postcode

SHOWN = 100


def area_url(area: Area) -> str:
    return reverse("crm_area", args=[area.public_id])


class AreaScreen(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    model = Area
    header_icon = "globe"


class AreaPageView(AreaScreen):
    """What an area is called and known by, what it lies in and holds, and what it became."""

    template_name = "crm/places/area.html"

    @cached_property
    def area(self) -> Area:
        found: Area = visible_or_404(Area, self.request, public_id=self.kwargs["public_id"])
        return found

    def subject(self) -> Area:
        return self.area

    def get_page_title(self) -> str:
        return str(self.area)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        area = self.area
        generations = Area.objects.filter(identifier=area.identifier).exclude(pk=area.pk).order_by("valid_from")
        return super().get_context_data(
            area=area,
            names=area.names.all(),
            codes=area.codes.all(),
            children=area.children.order_by("name", "id")[:SHOWN],
            generations=generations,
            became=area.overlaps_forward.select_related("to_area"),
            was=area.overlaps_back.select_related("from_area"),
            postcodes=area.postcodes.all()[:SHOWN],
            people_url=f"{reverse('people:index')}?area={area.pk}",
            **kwargs,
        )


class PostcodeView(AreaScreen):
    """Which areas a postcode lies in. A split one has several: nobody guesses."""

    template_name = "crm/places/postcode.html"
    page_title = _("Find areas by postcode")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wanted = self.request.GET.get("postcode", "")[:20].strip()
        found = areas_for_postcode(wanted) if wanted else []
        return super().get_context_data(wanted=wanted, found=found, **kwargs)
