from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    register_verb("issue.created", _("The issue was added."))
    register_verb("ask.created", _("The ask was written."))
    register_verb("ask.edited", _("The ask was edited."))
    register_verb("ask.closed", _("The ask was closed."))
    register_verb("stance.recorded", _("A position was recorded."))
