"""The warm path on the person page and on a page of its own."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.paths.queries import OURS, our_people, warm_paths
from crm.people.models import Person
from crm.relationships.models import Relationship
from crm.relationships.views import PartyScreen, party_url

ON_PANEL, ON_PAGE = 3, 10


def paths_panel(person: Person, user: User) -> dict[str, Any] | None:
    """The best ways from ours to a person; nothing for one of ours."""
    if person.category in OURS or not can(user, Act.VIEW, Relationship):
        return None
    return {
        "title": _("Who of ours reaches them"),
        "rows": warm_paths(user, person, timezone.localdate(), ON_PANEL),
        "template": "crm/person_paths.html",
        "nobody_is_ours": not our_people(user).exists(),
        "all_url": party_url("crm_paths", person),
        "map_url": party_url("crm_power_map", person),
    }


class WarmPathView(PartyScreen):
    """Ways to one person; `?partners=1` counts our partners as ours too."""

    template_name = "crm/paths.html"
    page_title = _("Ways to reach them")
    kinds = ("people",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        partners = self.request.GET.get("partners") == "1"
        on = timezone.localdate()
        found = warm_paths(self.user, self.party, on, ON_PAGE, partners=partners)  # type: ignore[arg-type]
        return super().get_context_data(rows=found, partners=partners, on=on, **kwargs)
