"""The questions about what lies below segments: people, seats, places, consent, and segments themselves."""

from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.consent.enums import Purpose
from crm.criteria import forms, queries
from crm.criteria.enums import ConsentState, Reach
from crm.people.enums import Level, MembershipRole, OrganizationClassification, PersonCategory
from crm.people.forms import PersonFilterSet
from crm.people.registry import list_filters, register_list_filter
from crm.segments.registry import Args, SegmentFilter, register_filter
from crm.segments.rules import SEGMENT_FILTER


def _labels(choices: Any, values: Any) -> str:
    return ", ".join(str(choices(value).label) for value in values)


def _category(args: Args) -> str:
    return _("people of the kind %(kinds)s") % {"kinds": _labels(PersonCategory, args["category"])}


def _level(args: Args) -> str:
    return _("people at the level %(levels)s") % {"levels": _labels(Level, args["level"])}


def _owner(args: Args) -> str:
    return _("people %(name)s owns") % {"name": args["owner"]}


def _team(args: Args) -> str:
    return _("people of the team %(name)s") % {"name": args["team"]}


def _language(args: Args) -> str:
    return _("people who prefer %(language)s") % {"language": dict(settings.LANGUAGES)[args["language"]]}


def _reach(args: Args) -> str:
    return _("people with an e-mail address") if args["by"] == Reach.EMAIL else _("people with a phone number")


def _words(args: Args) -> str:
    return _("people found by “%(text)s”") % {"text": args["text"]}


def _listed(args: Args) -> str:
    """The labels of the filters only: what they were set to may be rows the reader must not see named."""
    asked = parse_qs(args["query"])
    known = {**PersonFilterSet.base_filters, **list_filters()}
    labels = [str(known[name].label) for name in asked if name in known]
    labels += [f"“{words}”" for words in asked.get("q", [])]
    return _("people the list finds by %(filters)s") % {"filters": ", ".join(labels) or "…"}


def _body(args: Args) -> str:
    return _holders(args.get("role"), str(args["body"]))


def _body_kind(args: Args) -> str:
    kind = OrganizationClassification(args["kind"]).label
    return _holders(args.get("role"), _("any %(kind)s") % {"kind": kind})


def _holders(role: str | None, body: str) -> str:
    if not role:
        return _("members of %(body)s") % {"body": body}
    return _("people who are %(role)s of %(body)s") % {"role": MembershipRole(role).label, "body": body}


def _post(args: Args) -> str:
    return _("people in the seat of a %(role)s") % {"role": args["role"]}


def _party(args: Args) -> str:
    return _("people of the party %(party)s") % {"party": args["party"]}


def _area(args: Args) -> str:
    return _("people with a seat or job in %(area)s") % {"area": args["area"]}


def _seat_area(args: Args) -> str:
    return _("people seated for %(area)s") % {"area": args["area"]}


def _term(args: Args) -> str:
    return _("people whose term ends before %(day)s") % {"day": args["before"].isoformat()}


def _consent(args: Args) -> str:
    purpose = Purpose(args["purpose"]).label
    phrases = {
        ConsentState.GIVEN: _("people who agreed to %(purpose)s"),
        ConsentState.REFUSED: _("people who refused %(purpose)s"),
        ConsentState.NONE: _("people without a recorded answer about %(purpose)s"),
    }
    return phrases[ConsentState(args["state"])] % {"purpose": purpose}


def _segment(args: Args) -> str:
    return _("the segment “%(name)s”") % {"name": args["segment"]}


def _frozen_list(args: Args) -> str:
    return _("the kept list “%(name)s”") % {"name": args["frozen_list"]}


def _newest(args: Args) -> str:
    return ngettext("the newest one", "the %(number)s newest", args["number"]) % {"number": args["number"]}


def _drawn(args: Args) -> str:
    return _("%(number)s at random (seed %(seed)s)") % args


FILTERS = (
    ("everybody", gettext_lazy("Everybody"), "person", forms.NothingForm, queries.everybody, lambda _a: _("everybody")),
    ("category", gettext_lazy("Kind of person"), "person", forms.CategoryForm, queries.of_category, _category),
    ("level", gettext_lazy("Level"), "person", forms.LevelForm, queries.of_level, _level),
    ("owner", gettext_lazy("Owner"), "person", forms.OwnerForm, queries.owned_by, _owner),
    ("team", gettext_lazy("Team"), "person", forms.TeamForm, queries.of_team, _team),
    ("language", gettext_lazy("Preferred language"), "person", forms.LanguageForm, queries.speaking, _language),
    ("reach", gettext_lazy("Has an e-mail address or phone"), "person", forms.ReachForm, queries.reached_by, _reach),
    ("words", gettext_lazy("Words of the search"), "person", forms.WordsForm, queries.found_by_words, _words),
    ("listed", gettext_lazy("Filters of the people list"), "lists", forms.ListedForm, queries.as_listed, _listed),
    ("body", gettext_lazy("Member of a body"), "seats", forms.BodyForm, queries.in_body, _body),
    (
        "body_kind",
        gettext_lazy("Member of a kind of body"),
        "seats",
        forms.BodyKindForm,
        queries.in_kind_of_body,
        _body_kind,
    ),
    ("post", gettext_lazy("Role of the seat"), "seats", forms.PostForm, queries.in_post, _post),
    ("party", gettext_lazy("Party"), "seats", forms.PartyForm, queries.of_party, _party),
    ("term_end", gettext_lazy("Term ends before"), "seats", forms.TermForm, queries.term_ending, _term),
    ("area", gettext_lazy("Seat or job in an area"), "places", forms.AreaForm, queries.working_in, _area),
    ("seat_area", gettext_lazy("Seat for an area"), "places", forms.AreaForm, queries.seated_for, _seat_area),
    ("consent", gettext_lazy("Consent"), "mail", forms.ConsentForm, queries.consenting, _consent),
    (SEGMENT_FILTER, gettext_lazy("In another segment"), "lists", forms.SegmentForm, None, _segment),
    (
        "frozen_list",
        gettext_lazy("On a kept list"),
        "lists",
        forms.FrozenListForm,
        queries.in_frozen_list,
        _frozen_list,
    ),
)


def declare() -> None:
    """Register the questions and the list's own filter; called once when the app is ready."""
    register_list_filter("segment", forms.SegmentListFilter)
    for key, label, group, form_class, where, words in FILTERS:
        register_filter(SegmentFilter(key, label, group, form_class, where=where, words=words))
    register_filter(
        SegmentFilter("random", gettext_lazy("At random"), "sample", forms.RandomForm, take=queries.drawn, words=_drawn)
    )
    register_filter(
        SegmentFilter(
            "newest", gettext_lazy("The newest"), "sample", forms.NewestForm, take=queries.newest, words=_newest
        )
    )
