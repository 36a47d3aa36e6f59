"""Registers what finds people and bodies: suggestions in fields, the list of bodies and their pages."""

from django.templatetags.static import static
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks

from crm.bodies.views import names_panel, roles_panel, sources_panel
from crm.bodies.viewsets import BodyViewSet
from crm.people.registry import register_person_panel
from crm.suggestions import views as suggestions

register_person_panel("roles", 10, roles_panel)
register_person_panel("names", 80, names_panel)
register_person_panel("sources", 90, sources_panel)


@hooks.register("register_admin_viewset")
def body_viewset() -> BodyViewSet:
    return BodyViewSet("organizations")


@hooks.register("register_admin_urls", order=-10)
def suggestion_urls() -> list[URLPattern]:
    """Before the viewsets, whose addresses of people would take these for somebody's id."""
    return [
        path("people/suggest/", suggestions.SuggestPeopleView.as_view(), name="crm_suggest_people"),
        path("people/similar/", suggestions.SimilarPeopleView.as_view(), name="crm_similar_people"),
        path("organizations/suggest/", suggestions.SuggestBodiesView.as_view(), name="crm_suggest_organizations"),
        path("areas/suggest/", suggestions.SuggestAreasView.as_view(), name="crm_suggest_areas"),
    ]


@hooks.register("insert_global_admin_js")
def admin_js() -> SafeString:
    """Suggestions for every field that asks for them."""
    return format_html('<script type="module" src="{}"></script>', static("js/suggest.js"))
