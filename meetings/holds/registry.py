"""What the timeline says of holds, and that they follow the offered times."""

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from meetings.holds.actions import follow_offers
from meetings.scheduling.registry import register_offer_listener


def declare() -> None:
    """Called once when the app is ready."""
    register_offer_listener("holds", follow_offers)
    register_verb("hold.placed", _("The offered times were put into our calendars."))
    register_verb("hold.withdrawn", _("Somebody of ours need not keep one of the times free any more."))
    register_verb("hold.released", _("The offered times were taken out of our calendars."))
