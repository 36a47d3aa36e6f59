"""What mailings to lists add to the registries below; `declare` is called once when the app is ready."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.activity.registry import register_verb
from crm.bulk.enums import BulkState
from crm.bulk.models import BulkAct
from crm.bulk.registry import BulkActKind, register_work
from crm.bulk.views import bulk_act_url, done_words
from crm.mailings.actions import enrol_next
from crm.mailings.enums import MailTraffic
from crm.mailings.forms import InSequenceForm, MailForm
from crm.mailings.queries import ENROL, enrolled_by_list, enrolling, in_sequence, still_runs_for, with_mail
from crm.messaging.enums import EnrolmentState
from crm.messaging.models import Enrolment
from crm.people.models import Person
from crm.segments.models import FrozenList, Segment
from crm.segments.registry import (
    Args,
    SegmentFilter,
    register_filter,
    register_list_panel,
    register_segment_action,
    register_use,
)
from crm.segments.views import list_url

VERBS = {
    "sequence.list_enrolled": _("Started the sequence “%(sequence)s” for %(count)s people together."),
    "sequence.list_stopped": _("Stopped the sequences of a list of people."),
}


def _sequence_words(args: Args) -> str:
    if not args.get("state"):
        return gettext("people in the sequence %(name)s") % {"name": args["sequence"]}
    state = EnrolmentState(args["state"]).label
    return gettext("people whose sequence %(name)s is %(state)s") % {"name": args["sequence"], "state": state}


def _mail_words(args: Args) -> str:
    phrases = {
        MailTraffic.SENT: gettext("people we mailed in the last %(days)s days"),
        MailTraffic.RECEIVED: gettext("people who mailed us in the last %(days)s days"),
        MailTraffic.BOUNCED: gettext("people our mail did not reach in the last %(days)s days"),
    }
    return phrases[MailTraffic(args["traffic"])] % {"days": args["days"]}


FILTERS = (
    SegmentFilter("sequence", _("In a sequence"), "mail", InSequenceForm, where=in_sequence, words=_sequence_words),
    SegmentFilter("mail", _("Mails sent and received"), "mail", MailForm, where=with_mail, words=_mail_words),
)


def may_enrol(user: User) -> bool:
    return can(user, Act.ADD, Enrolment)


def _back(act: BulkAct) -> tuple[str, Any]:
    return list_url(FrozenList.objects.get(pk=act.params["list"])), _("The list")


ENROLLING = BulkActKind(ENROL, _("Enrol in a sequence"), forms.Form, enrol_next, permitted=may_enrol, back=_back)


def enrolled_panel(frozen: FrozenList, user: User) -> dict[str, Any] | None:
    """How far the sequences that were started for a list are, and the button that stops them."""
    if not can(user, Act.VIEW, Enrolment):
        return None
    rows = enrolled_by_list(frozen)
    runs = any(row[EnrolmentState.ACTIVE] for row in rows)
    work = enrolling(list=frozen.pk).visible_to(user).exclude(state=BulkState.FINISHED).first()
    return {
        "template": "crm/segments/list_enrolments.html",
        "rows": rows,
        "list": frozen,
        "work": {"url": bulk_act_url(work), "words": done_words(work)} if work else None,
        "may_enrol": may_enrol(user),
        "may_stop": (runs or work) and can(user, Act.CHANGE, Enrolment),
    }


def enrol_action(user: User, segment: Segment) -> tuple[Any, str] | None:
    if not may_enrol(user):
        return None
    return gettext("Enrol in a sequence"), reverse("crm_enrol_segment", args=[segment.public_id])


def export_action(user: User, segment: Segment) -> tuple[Any, str] | None:
    """The export of the people list, narrowed to the segment; it asks for a reason and leaves its entry."""
    if not can(user, Act.EXPORT, Person):
        return None
    query = urlencode({"query": urlencode({"segment": segment.public_id})})
    return gettext("Export"), f"{reverse('crm_new_export', args=['people'])}?{query}"


def declare() -> None:
    """Sentences of the timeline, the questions about mail, and what a kept list says of its enrolments."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    for segment_filter in FILTERS:
        register_filter(segment_filter)
    register_work(ENROLLING)
    register_use("sequences", still_runs_for)
    register_segment_action("enrol", enrol_action)
    register_segment_action("export", export_action)
    register_list_panel("enrolments", enrolled_panel)
