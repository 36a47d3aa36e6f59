"""Planning the steps of sequences that are due. Safe to run twice and side by side."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model, Q
from django.utils import translation
from django.utils.translation import gettext as _

from crm.activity.actions import record
from crm.base.links import link_url
from crm.base.models import new_public_id
from crm.consent.queries import is_suppressed
from crm.messaging.enums import EnrolmentState, MessageStatus, StepAnchor, StepState, Stream
from crm.messaging.errors import PlanningFailedError, UnknownTemplateError
from crm.messaging.mime import list_headers
from crm.messaging.models import Enrolment, Message, PlannedStep, SequenceStep
from crm.messaging.queries import row_of
from crm.messaging.registry import draft_of_step, step_anchor
from crm.messaging.rfc2047 import MailHeaderError
from crm.messaging.rules import DRAFTS, MISSED_AFTER, STREAM_PURPOSES, reply_address
from crm.outbox.actions import queue_from_template
from crm.people.queries import mail_address_of

logger = logging.getLogger(__name__)
LOOK_AGAIN = timedelta(hours=1)
"""How soon a moment that others can change (a commitment's day) is asked for again."""


def plan_due_steps(at: datetime) -> int:
    """Plan the mail of every step due at `at`, one transaction per enrolment; says how many mails.

    A second run, also at the same time, plans nothing twice: the step and the mail are unique. One
    enrolment that fails does not hold up the others; PlanningFailedError says so at the end.
    """
    due = Enrolment.objects.filter(state=EnrolmentState.ACTIVE, sequence__is_active=True)
    due = due.filter(Q(next_look_at=None) | Q(next_look_at__lte=at)).order_by("next_look_at", "pk")
    planned, failed = 0, 0
    for pk in list(due.values_list("pk", flat=True)):
        try:
            planned += plan_enrolment(pk, at)
        except Exception:  # logged, and told at the end
            logger.exception("Enrolment %s could not be planned", pk)
            failed += 1
    if failed:
        raise PlanningFailedError(failed)
    return planned


@transaction.atomic
def plan_enrolment(pk: int, at: datetime) -> int:
    """Plan what is due for one enrolment and say how many mails; nothing while another planner holds it."""
    rows = Enrolment.objects.filter(pk=pk, state=EnrolmentState.ACTIVE).select_related("sequence", "person")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    enrolment = rows.first()
    if enrolment is None:
        return 0
    done = set(enrolment.planned_steps.values_list("step_position", flat=True))
    open_steps = [step for step in enrolment.sequence.steps.all() if step.position not in done]
    moments = {step.position: moment_of(step, enrolment) for step in open_steps}
    planned = 0
    for step in open_steps:
        moment = moments[step.position]
        if moment is not None and moment <= at:
            planned += _plan_step(enrolment, step, moment, at)
            done.add(step.position)
    left = [step for step in open_steps if step.position not in done]
    if left and all(moments[step.position] is None for step in left):
        for step in left:
            _skip(enrolment, step, "no_moment", at)
        left = []
    _schedule(enrolment, left, moments, at)
    return planned


def moment_of(step: SequenceStep, enrolment: Enrolment) -> datetime | None:
    """When a step is due: elapsed minutes from its anchor, so a clock change moves the local hour.

    None when there is nothing to count from.
    """
    if step.anchor == StepAnchor.START:
        start: datetime | None = enrolment.anchor_at
    else:
        resolver = step_anchor(StepAnchor(step.anchor))
        start = resolver(enrolment) if resolver else None
    return start + timedelta(minutes=step.offset_minutes) if start else None


def _plan_step(enrolment: Enrolment, step: SequenceStep, moment: datetime, at: datetime) -> int:
    email = mail_address_of(enrolment.person, at.date())
    if at - moment > MISSED_AFTER:
        return _skip(enrolment, step, "missed", at)
    if not email:
        return _skip(enrolment, step, "no_address", at)
    if is_suppressed(email, STREAM_PURPOSES[Stream.SEQUENCE]):
        return _skip(enrolment, step, "not_wanted", at)
    if not _take_draft_back(enrolment, step):
        return _skip(enrolment, step, "sent_by_hand", at)
    try:
        with transaction.atomic():
            message = _queue(enrolment, step, email, moment, at)
    except UnknownTemplateError:
        return _skip(enrolment, step, "no_template", at)
    reason = "held" if message.status == MessageStatus.HELD else ""
    if not _mark(enrolment, step, StepState.PLANNED, reason, at):
        return 0
    about = (enrolment.person, enrolment, _anchor(enrolment))
    data = {"sequence": enrolment.sequence.key, "step": step.position}
    record("sequence.mail_planned", message, by=None, at=at, about=about, data=data)
    return 1


def _take_draft_back(enrolment: Enrolment, step: SequenceStep) -> bool:
    """Cancel the draft that says what this step says; False when somebody has sent it already."""
    key = draft_of_step(step.template_key)
    if key is None:
        return True
    drafts = enrolment.person.messages.filter(
        template_key=key, object_type=enrolment.anchor_type, object_id=enrolment.anchor_id
    )
    drafts.filter(status__in=DRAFTS).update(status=MessageStatus.CANCELLED, last_error="sent_by_sequence")
    return not drafts.exclude(status=MessageStatus.CANCELLED).exists()


def _queue(enrolment: Enrolment, step: SequenceStep, email: str, moment: datetime, at: datetime) -> Message:
    public_id = new_public_id()
    person, language = enrolment.person, enrolment.person.language or settings.LANGUAGE_CODE
    url = link_url("u", public_id)
    first = enrolment.messages.order_by("pk").values_list("message_id", flat=True).first()
    return queue_from_template(
        step.template_key,
        key=f"seq:{enrolment.public_id}:{step.position}",
        stream=Stream.SEQUENCE,
        to_email=email,
        fields=enrolment.fields,
        language=language,
        at=at,
        person=person,
        obj=_anchor(enrolment),
        due_at=moment,
        not_after=moment + MISSED_AFTER,
        reply_to=reply_address(enrolment.public_id),
        enrolment=enrolment,
        reason=_reason(enrolment, language),
        unsubscribe_url=url,
        in_reply_to=first or "",
        public_id=public_id,
        **_list_headers(enrolment, url),
    )


def _list_headers(enrolment: Enrolment, url: str) -> dict[str, Any]:
    """The List-* headers, or what holds the mail when the site's address does not allow them."""
    sequence = enrolment.sequence
    try:
        list_id = f"{sequence.key}.{settings.MAIL_DOMAIN}"
        return {"headers": list_headers(unsubscribe_url=url, list_id=list_id, list_name=sequence.name)}
    except MailHeaderError as error:
        return {"status": MessageStatus.HELD, "last_error": error.sentence}


def _reason(enrolment: Enrolment, language: str) -> str:
    with translation.override(language):
        words = _("You receive this mail because you are in contact with %(organisation)s.")
        return str(enrolment.fields.get("reason") or words % {"organisation": settings.ORGANISATION_NAME})


def _skip(enrolment: Enrolment, step: SequenceStep, reason: str, at: datetime) -> int:
    if _mark(enrolment, step, StepState.SKIPPED, reason, at):
        about = (enrolment.person, _anchor(enrolment))
        data = {"sequence": enrolment.sequence.key, "step": step.position, "reason": reason}
        record("sequence.step_skipped", enrolment, by=None, at=at, about=about, data=data)
    return 0


def _mark(enrolment: Enrolment, step: SequenceStep, state: StepState, reason: str, at: datetime) -> bool:
    _row, made = PlannedStep.objects.get_or_create(
        enrolment=enrolment,
        step_position=step.position,
        defaults={"state": state, "reason": reason, "at": at},
    )
    return made


def _schedule(
    enrolment: Enrolment, left: list[SequenceStep], moments: dict[int, datetime | None], at: datetime
) -> None:
    """When to look at this enrolment again, or that it is finished."""
    rows = Enrolment.objects.filter(pk=enrolment.pk, state=EnrolmentState.ACTIVE)
    if not left:
        rows.update(state=EnrolmentState.FINISHED, ended_at=at, next_look_at=None)
        return
    looks = [_next_look(step, moments[step.position], at) for step in left]
    rows.update(next_look_at=min(looks))


def _next_look(step: SequenceStep, moment: datetime | None, at: datetime) -> datetime:
    if moment is not None and step.anchor == StepAnchor.START:
        return moment
    return min(moment, at + LOOK_AGAIN) if moment else at + LOOK_AGAIN


def _anchor(enrolment: Enrolment) -> Model | None:
    return row_of(enrolment.anchor_type, enrolment.anchor_id)
