from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb

VERBS = {
    "office_rules.set": _("The rules of the office were written down."),
    "staff.left": _("Somebody left the office."),
}


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
