from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb

VERBS = {
    "relationship_type.created": _("The kind of relationship was added."),
    "relationship_type.edited": _("The kind of relationship was changed."),
    "relationship.added": _("A relationship was added."),
    "relationship.edited": _("A relationship was changed."),
    "relationship.ended": _("A relationship ended."),
    "relationship.removed": _("A relationship was removed."),
}


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
