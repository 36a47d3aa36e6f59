"""What this slice tells the registries below it; called once when the app is ready."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.registry import register_verb
from crm.followups.enums import OpenThing
from crm.followups.forms import OpenThingForm
from crm.followups.queries import commitment_due, with_open_things
from crm.messaging.enums import StepAnchor
from crm.messaging.registry import register_step_anchor
from crm.segments.registry import Args, SegmentFilter, register_filter

VERBS = {
    "task.added": _("Added a task."),
    "task.edited": _("Changed a task."),
    "task.finished": _("Finished a task."),
    "task.dropped": _("Dropped a task that is no longer needed."),
    "task.reopened": _("Reopened a task."),
    "task.repointed": _("The task is about the new holder of the seat now."),
    "commitment.repointed": _("The commitment is with the new holder of the seat now."),
    "commitment.made": _("Wrote down a commitment."),
    "commitment.settled": _("Settled a commitment: %(state)s."),
}


def declare() -> None:
    """Sentences of the timeline, and what "the day the next commitment is due" means to a sequence."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_step_anchor(StepAnchor.COMMITMENT_DUE, commitment_due)
    label = _("Open promises and tasks")
    where, words = with_open_things, open_thing_words
    register_filter(SegmentFilter("open_thing", label, "meetings", OpenThingForm, where=where, words=words))


def open_thing_words(args: Args) -> str:
    thing = OpenThing(args["thing"]).label
    words = gettext("people with %(thing)s overdue") if args["overdue"] else gettext("people with %(thing)s open")
    return words % {"thing": thing}


Section = Mapping[str, Any]
_my_day: dict[str, tuple[int, Callable[[User, datetime], Section | None]]] = {}


def register_my_day(key: str, order: int, provider: Callable[[User, datetime], Section | None]) -> None:
    """Add a section to "My day" on the home page: the provider returns title, rows and template, or None.

    A second call with the same key replaces the first.
    """
    _my_day[key] = (order, provider)


def my_day_sections(user: User, at: datetime) -> list[Section]:
    """What is shown to this user, in order."""
    found = (provider(user, at) for _key, (_order, provider) in sorted(_my_day.items(), key=lambda item: item[1][0]))
    return [section for section in found if section is not None]
