from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    register_verb("area.created", _("The area was added."))
    register_verb("postcode.set", _("A postcode was matched to its areas."))
