"""What the timeline says of a change of a whole series."""

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb


def declare() -> None:
    """Called once when the app is ready."""
    register_verb(
        "series.meetings_changed", _("Place, words or people of %(meetings)s meetings of the series changed.")
    )
