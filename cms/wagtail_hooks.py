from wagtail.snippets.models import register_snippet

from cms.base.viewsets import NavigationViewSet

register_snippet(NavigationViewSet)
