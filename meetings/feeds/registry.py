from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from meetings.feeds.actions import renew_parts
from meetings.scheduling.registry import register_listener

VERBS = {
    "feed_link.made": _("A calendar link was made."),
    "feed_link.rotated": _("A calendar link got a new address."),
    "feed_link.revoked": _("A calendar link was taken back."),
}


def declare() -> None:
    """The timeline's words and the renewal of kept entries; called once when the app is ready."""
    register_listener("feeds", renew_parts)
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
