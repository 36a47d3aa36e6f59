from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from crm.fields.enums import AnswerComparison
from crm.fields.forms import AnsweredForm
from crm.fields.queries import answered
from crm.segments.registry import Args, SegmentFilter, register_filter

VERBS = {
    "custom_field.created": _("A field of our own was added."),
    "custom_field.edited": _("A field of our own was edited."),
    "custom_value.set": _("One of our own fields was filled in."),
}


def answer_words(args: Args) -> str:
    if args["compare"] == AnswerComparison.ANY:
        return gettext("people with an answer to “%(field)s”") % {"field": args["field"]}
    words = gettext("people whose “%(field)s” %(compared)s “%(value)s”")
    compared = AnswerComparison(args["compare"]).label
    return words % {"field": args["field"], "compared": compared, "value": args["value"]}


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    label = _("Field of our own")
    register_filter(SegmentFilter("custom_field", label, "tags", AnsweredForm, where=answered, words=answer_words))
