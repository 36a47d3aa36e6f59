"""Who of a list would be enrolled, who is left out and why; and what became of a list."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from crm.access.models import User
from crm.activity.rules import type_key
from crm.bulk.enums import BulkState
from crm.bulk.models import BulkAct, BulkTarget
from crm.consent.queries import consent_answers
from crm.contacts.queries import main_addresses
from crm.mailings.enums import LeftOut, MailTraffic
from crm.mailings.rules import CONSENT_FIRST
from crm.messaging.enums import EnrolmentState, MessageStatus, Stream
from crm.messaging.models import Enrolment, InboundMessage, Message, Sequence
from crm.messaging.rules import STREAM_PURPOSES
from crm.segments.models import FrozenList, Segment
from crm.segments.registry import Args

LIST = type_key(FrozenList)
ENROL = "enrol"
"""The work that starts a sequence for many."""


@dataclass
class EnrolmentPlan:
    """Keys of whom a sequence would start for, and of the others by reason. Says no addresses."""

    people: list[int] = field(default_factory=list)
    left_out: dict[LeftOut, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def counts(self) -> dict[str, int]:
        return {reason.value: len(self.left_out[reason]) for reason in LeftOut if self.left_out.get(reason)}


def enrolment_plan(
    people: QuerySet[Any], sequence: Sequence, on: date, *, work: BulkAct | None = None
) -> EnrolmentPlan:
    """Ask of everybody what the planner will ask of each, before anything is written. Five queries.

    Those whose turn is still to come in work that runs are in the sequence already, for all but that `work` itself.
    """
    found = EnrolmentPlan()
    already = set(_in_sequence(sequence).values_list("person_id", flat=True).union(_waiting(sequence, work)))
    addresses = main_addresses(people, on)
    ledger = consent_answers(STREAM_PURPOSES[Stream.SEQUENCE])
    answers = ledger.of(set(addresses.values())) if ledger.by_mailbox else {}
    taken: set[str] = set()
    for pk, category in people.order_by("pk").values_list("pk", "category"):
        address = addresses.get(pk, "")
        reason = LeftOut.ALREADY if pk in already else _reason(address, category, answers, taken)
        if reason is None:
            taken.add(address.lower())
            found.people.append(pk)
        else:
            found.left_out[reason].append(pk)
    return found


def _reason(address: str, category: str, answers: Mapping[str, bool], taken: set[str]) -> LeftOut | None:
    if not address:
        return LeftOut.NO_ADDRESS
    if address.lower() in taken:
        return LeftOut.SAME_ADDRESS
    answer = answers.get(address)
    if answer is False:
        return LeftOut.REFUSED
    return LeftOut.NO_CONSENT if answer is None and category in CONSENT_FIRST else None


def _in_sequence(sequence: Sequence) -> QuerySet[Enrolment]:
    """Those a list brought in once, and those it runs for now whatever started it."""
    counted = Q(anchor_type=LIST) | Q(state=EnrolmentState.ACTIVE)
    return Enrolment.objects.filter(counted, sequence=sequence).order_by()


def _waiting(sequence: Sequence, work: BulkAct | None) -> QuerySet[Any, Any]:
    """Keys of those whom running work will enrol."""
    running = enrolling(sequence=sequence.pk).filter(state=BulkState.RUNNING).exclude(pk=work.pk if work else 0)
    targets = BulkTarget.objects.filter(bulk_act__in=running.order_by(), outcome="")
    return targets.order_by().values_list("person_id", flat=True)


def enrolling(**params: int) -> Any:
    """Work that enrols people one part after the other, by `sequence` or `list`."""
    return BulkAct.objects.filter(act=ENROL, **{f"params__{name}": pk for name, pk in params.items()})


def enrolled_by_list(frozen: FrozenList) -> list[dict[str, Any]]:
    """How far the sequences that were started for a list are. One query."""
    rows = Enrolment.objects.filter(anchor_type=LIST, anchor_id=frozen.pk).order_by()
    states = {state.value: Count("pk", filter=Q(state=state)) for state in EnrolmentState}
    found = rows.values("sequence__name").annotate(total=Count("pk"), **states).order_by("sequence__name")
    return [dict(row) for row in found]


def still_runs_for(segment: Segment) -> bool:
    """Whether a sequence that was started for one of the segment's lists still runs."""
    lists = FrozenList.objects.filter(segment=segment).order_by().values("pk")
    running = Enrolment.objects.filter(state=EnrolmentState.ACTIVE, anchor_type=LIST, anchor_id__in=lists)
    return running.exists()


def in_sequence(args: Args, *, user: User, on: date) -> QuerySet[Any]:
    """Those a sequence was started for, by what became of it."""
    rows = Enrolment.objects.filter(sequence=args["sequence"])
    return (rows.filter(state=args["state"]) if args.get("state") else rows).order_by().values("person")


def with_mail(args: Args, *, user: User, on: date) -> QuerySet[Any]:
    """Those who got, sent or missed a mail in so many days, as far as the asker may read those mails."""
    since = on - timedelta(days=args["days"])
    if args["traffic"] == MailTraffic.RECEIVED:
        heard = InboundMessage.objects.visible_to(user).filter(received_at__date__gte=since)
        return heard.order_by().values("person")
    sent = Message.objects.visible_to(user).filter(planned_at__date__gte=since, person__isnull=False)
    bounced = args["traffic"] == MailTraffic.BOUNCED
    return sent.filter(status=MessageStatus.FAILED if bounced else MessageStatus.ACCEPTED).order_by().values("person")
