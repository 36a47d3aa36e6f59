from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_kind, register_row_limited, register_verb
from crm.prospects.enums import Stage
from crm.prospects.forms import ProspectStageForm
from crm.prospects.models import Prospect
from crm.prospects.queries import at_stage
from crm.segments.registry import Args, SegmentFilter, register_filter

VERBS = {
    "prospect.added": _("Became a prospect of a campaign."),
    "prospect.edited": _("The work on a prospect was changed."),
    "prospect.moved": _("As a prospect from %(from)s to %(to)s."),
}


def stage_words(args: Args) -> str:
    stages = ", ".join(str(Stage(stage).label) for stage in args["stages"])
    if args.get("campaign"):
        return gettext("prospects of %(campaign)s: %(stages)s") % {"campaign": args["campaign"], "stages": stages}
    return gettext("prospects: %(stages)s") % {"stages": stages}


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    register_row_limited(Prospect)
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_kind("prospect", _("Work on prospects"))
    label = _("Prospect of a campaign")
    register_filter(SegmentFilter("prospect", label, "positions", ProspectStageForm, at_stage, stage_words))
