"""Registers who is tied to whom: relationships, influence, warm paths, power maps, coverage."""

from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.permissions import register_permission_policy

from crm.access.viewsets import RowRulePolicy
from crm.bodies.registry import register_body_panel
from crm.followups.registry import register_my_day
from crm.influence.models import Influence
from crm.influence.registry import register_ask_targets
from crm.influence.views import influence_panel
from crm.influence.viewsets import INFLUENCE_URLS
from crm.paths.views import paths_panel
from crm.people.registry import register_person_panel
from crm.prospects.views import AddBodyProspectView, prospects_panel
from crm.reach.views import stay_in_touch_section
from crm.relationships.views import relationships_panel
from crm.relationships.viewsets import RELATIONSHIP_URLS
from crm.tags.views import BodyTagsView, body_tags_panel
from crm.targets.queries import targets_of

register_permission_policy(Influence, RowRulePolicy(Influence))
register_person_panel("influence", 24, influence_panel)
register_person_panel("paths", 25, paths_panel)
register_person_panel("relationships", 26, relationships_panel)
register_body_panel("influence", 24, influence_panel)
register_body_panel("prospects", 28, prospects_panel)
register_body_panel("relationships", 26, relationships_panel)
register_body_panel("tags", 40, body_tags_panel)
register_ask_targets("whip_boards", targets_of)
register_my_day("stay_in_touch", 50, stay_in_touch_section)


@hooks.register("register_admin_urls")
def power_urls() -> list[URLPattern]:
    tags = path("organizations/<str:public_id>/tags/", BodyTagsView.as_view(), name="crm_body_tags")
    prospects = path(
        "organizations/<str:public_id>/prospects/", AddBodyProspectView.as_view(), name="crm_add_body_prospect"
    )
    return [*RELATIONSHIP_URLS, *INFLUENCE_URLS, tags, prospects]
