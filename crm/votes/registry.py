from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from crm.exports.registry import register_export
from crm.people.models import Person
from crm.segments.registry import Args, SegmentFilter, register_filter
from crm.votes.enums import VoteOption
from crm.votes.forms import ScoreRangeForm, VotedForm
from crm.votes.queries import scoring, voted
from crm.votes.resources import ScoreExport, scored_people

VERBS = {
    "vote_event.created": _("The vote was added."),
    "vote_event.edited": _("The vote was edited."),
    "votes.recorded": _("%(count)s votes were recorded or corrected."),
    "scorecard.created": _("The scorecard was made."),
    "scorecard.edited": _("The scorecard was edited."),
    "vote.rated": _("A vote was put on a scorecard: %(wanted)s is right, weight %(weight)s."),
    "vote.unrated": _("A vote was taken off a scorecard."),
}


def voted_words(args: Args) -> str:
    options = ", ".join(str(VoteOption(option).label) for option in args["options"])
    return gettext("people who voted “%(options)s” on %(vote)s") % {"options": options, "vote": args["vote"]}


def score_words(args: Args) -> str:
    words = gettext("people with a score from %(at_least)s to %(at_most)s on %(scorecard)s")
    return words % {name: args[name] for name in ("at_least", "at_most", "scorecard")}


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_export("scores", _("Scores"), ScoreExport, Person, rows=scored_people, list_url_name="scorecards:index")
    register_filter(SegmentFilter("voted", _("How they voted"), "positions", VotedForm, voted, voted_words))
    label = _("Score on a scorecard")
    register_filter(SegmentFilter("score", label, "positions", ScoreRangeForm, scoring, score_words))
