"""What the steps of an import tell the registries below."""

from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from crm.batches.actions import tidy_imports
from crm.batches.forms import ImportedForm
from crm.batches.queries import imported_in
from crm.batches.tasks import continue_imports
from crm.messaging.registry import register_due_job
from crm.segments.registry import Args, SegmentFilter, register_filter

VERBS = {
    "import.staged": _("Handed in a file for an import."),
    "import.cancelled": _("Stopped an import before it changed anything."),
    "import.failed": _("An import failed and changed nothing."),
    "import.discarded": _("Threw an import away that had changed nothing."),
}


def look_after_imports(at: datetime) -> int:
    """Take up what a dead worker left, delete what is over; says how many imports. Safe to run side by side."""
    return continue_imports(at) + tidy_imports(at)


def declare() -> None:
    """Register what the timeline says and what is due; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_due_job("imports", look_after_imports)
    label = _("From an import")
    register_filter(SegmentFilter("imported", label, "lists", ImportedForm, where=imported_in, words=imported_words))


def imported_words(args: Args) -> str:
    return gettext("people the import “%(name)s” added or changed") % {"name": args["batch"]}
