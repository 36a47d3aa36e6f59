from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from crm.exports.registry import extend_export
from crm.segments.registry import Args, SegmentFilter, register_filter
from crm.tags.enums import Comparison
from crm.tags.forms import ServedAreaForm, TaggedForm
from crm.tags.queries import serving, tagged
from crm.tags.resources import TaggedPersonResource
from crm.tags.rules import POPULATIONS, STAKEHOLDERS


@dataclass(frozen=True)
class FirstTags:
    """A group every organisation starts with."""

    name: Any
    tags: tuple[Any, ...]


FIRST_TAGS = {
    STAKEHOLDERS: FirstTags(
        _("Kind of stakeholder"),
        (
            _("Policymaker"),
            _("Agency"),
            _("Civil society"),
            _("Legal aid"),
            _("Faith community"),
            _("Youth"),
            _("Service provider"),
            _("Funder"),
            _("Business"),
            _("Education"),
            _("Health"),
            _("Media"),
            _("Indigenous people"),
            _("Community leader"),
        ),
    ),
    POPULATIONS: FirstTags(
        _("Population served"),
        (
            _("Children and young people"),
            _("Older people"),
            _("People with disabilities"),
            _("Migrants and refugees"),
            _("People on low incomes"),
            _("Rural communities"),
            _("Workers"),
        ),
    ),
}
VERBS = {
    "tag_group.created": _("A group of tags was added."),
    "tag.created": _("A tag was added."),
    "tag.edited": _("A tag was edited."),
    "tag.put": _("A tag was put on."),
    "tag.taken": _("A tag was taken off."),
    "areas_served.set": _("The areas served were set."),
}


def tag_words(args: Args) -> str:
    if args["compare"] == Comparison.ANY:
        return gettext("people tagged %(tag)s") % {"tag": args["tag"]}
    compared = Comparison(args["compare"]).label
    words = gettext("people whose tag %(tag)s %(compared)s “%(value)s”")
    return words % {"tag": args["tag"], "compared": compared, "value": args["value"]}


def served_words(args: Args) -> str:
    return gettext("people who work in %(area)s") % {"area": args["area"]}


def declare() -> None:
    """Register what the timeline says, and the tags of exported people; called once when the app is ready."""
    extend_export("people", TaggedPersonResource)
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_filter(SegmentFilter("tag", _("Tag"), "tags", TaggedForm, where=tagged, words=tag_words))
    register_filter(
        SegmentFilter("served_area", _("Area served"), "places", ServedAreaForm, where=serving, words=served_words)
    )
