from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_kind, register_row_limited, register_verb
from meetings.series.models import MeetingSeries

VERBS = {
    "series.started": _("The meeting was made a series."),
    "series.planned": _("%(meetings)s more meetings of the series were planned."),
    "series.changed": _("The rule or the time of the series was changed."),
    "series.ended": _("The series was ended; its coming meetings are cancelled."),
    "meeting.carried_over": _("Carried over to the next meeting: %(items)s points, %(tasks)s tasks."),
}


def declare() -> None:
    """Called once when the app is ready."""
    register_row_limited(MeetingSeries)
    register_kind("series", _("Series"))
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
