"""What the timeline says of the steps between asking an office and confirming a meeting."""

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb

VERBS = {
    "meeting_request.followed_up": _("The request was followed up."),
    "meeting_request.held": _("The office holds a time for us."),
    "meeting_request.to_staff": _("Staff of the office will meet us instead."),
    "meeting.to_staff": _("Staff of the office come to the meeting instead."),
    "meeting.from_staff": _("The policymaker comes to the meeting after all."),
    "meeting_request.planned": _("The next action of the request was changed."),
}


def declare() -> None:
    """Register the sentences; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
