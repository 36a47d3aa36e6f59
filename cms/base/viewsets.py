from django.utils.translation import gettext_lazy as _
from wagtail.snippets.views.snippets import SnippetViewSet

from cms.base.models import Navigation


class NavigationViewSet(SnippetViewSet):
    """The menu of each language, for those who may change it."""

    model = Navigation
    icon = "list-ul"
    menu_label = _("Menu and footer")
    menu_name = "navigation"
    add_to_settings_menu = True
    copy_view_enabled = False
