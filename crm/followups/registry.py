"""What this slice tells the registries below it; called once when the app is ready."""

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from crm.followups.queries import commitment_due
from crm.messaging.enums import StepAnchor
from crm.messaging.registry import register_step_anchor

VERBS = {
    "task.added": _("Added a task."),
    "task.edited": _("Changed a task."),
    "task.finished": _("Finished a task."),
    "task.dropped": _("Dropped a task that is no longer needed."),
    "task.reopened": _("Reopened a task."),
    "commitment.made": _("Wrote down a commitment."),
    "commitment.settled": _("Settled a commitment: %(state)s."),
}


def declare() -> None:
    """Sentences of the timeline, and what "the day the next commitment is due" means to a sequence."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_step_anchor(StepAnchor.COMMITMENT_DUE, commitment_due)
