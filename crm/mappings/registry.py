from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    register_verb("mapping.saved", _("A column mapping was saved."))
