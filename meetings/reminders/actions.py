"""Reminders: offsets that move with the meeting, and the mails they become, each once."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.enums import ActorKind
from crm.base.links import link_url
from crm.base.locking import save_version
from crm.messaging.actions import cancel_queued, queue_from_template
from crm.messaging.enums import Stream
from meetings.reminders.enums import RunState
from meetings.reminders.errors import ReminderTwiceError
from meetings.reminders.models import Reminder, ReminderRun
from meetings.reminders.queries import reminded
from meetings.reminders.rules import LINK, check_ahead, check_audience, check_offset, default_offsets, may_stop
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.queries import language_of
from meetings.scheduling.registry import Change, MeetingChange
from meetings.scheduling.rules import check_running, describe_times, is_running

TEMPLATE = "meeting-reminder"
COMING = {Change.CONFIRMED, Change.MOVED}


@transaction.atomic
def add_reminder(
    meeting: Meeting,
    *,
    before: timedelta,
    version: int,
    by: User,
    at: datetime,
    role: str = "",
    attendee: Attendee | None = None,
) -> Reminder:
    """Remind our side, one role of it or one attendee so long before the start. `version` is the meeting's.

    The second call raises ReminderTwiceError. Raises ReminderOffsetError, ReminderPastError or
    ReminderAudienceError.
    """
    check_running(meeting)
    check_offset(before)
    check_audience(meeting, role, attendee)
    check_ahead(meeting, before, at)
    try:
        with transaction.atomic():
            row = Reminder.objects.create(meeting=meeting, before=before, role=role, attendee=attendee, created_at=at)
    except IntegrityError as error:
        raise ReminderTwiceError from error
    save_version(meeting, version=version, at=at)
    data = {"minutes": _minutes(before), "role": role}
    record("reminder.added", meeting, by=by, at=at, about=(meeting.person,), data=data)
    return row


@transaction.atomic
def remove_reminder(reminder: Reminder, *, by: User, at: datetime) -> None:
    """Remind nobody; a mail that waits is taken back. The second call changes and says nothing."""
    meeting = reminder.meeting
    deleted, _rows = Reminder.objects.filter(pk=reminder.pk).delete()
    if not deleted:
        return
    key = _key_start(reminder)
    cancel_queued(obj=meeting, reason="reminder removed", at=at, idempotency_key__startswith=key)
    data = {"minutes": _minutes(reminder.before)}
    record("reminder.removed", meeting, by=by, at=at, about=(meeting.person,), data=data)


@transaction.atomic
def stop_reminders(attendee: Attendee, *, at: datetime) -> bool:
    """Somebody outside wants no more reminders of this meeting; a mail that waits is taken back.

    The invitation stands. The second call changes and says nothing and answers False.
    """
    if not Attendee.objects.filter(pk=attendee.pk, reminders_off_at=None).update(reminders_off_at=at):
        return False
    meeting = attendee.meeting
    if attendee.email:
        _take_back_hers(meeting, attendee, "no reminders wanted", at)
    about = (meeting, meeting.person, attendee.person)
    record("reminder.refused", attendee, by=None, at=at, about=about, actor_kind=ActorKind.PUBLIC)
    return True


def _take_back_hers(meeting: Meeting, attendee: Attendee, reason: str, at: datetime) -> None:
    which: dict[str, Any] = {"template_key": TEMPLATE, "to_email": attendee.email}
    cancel_queued(obj=meeting, reason=reason, at=at, **which)


@transaction.atomic
def keep_reminders(change: MeetingChange) -> None:
    """What a change of a meeting does to its reminders; a listener of `meetings.scheduling.registry`.

    A new meeting gets the organisation's defaults. A mail for another time, for somebody uninvited or for a
    cancelled meeting is taken back. A reminder whose moment has passed before the meeting got its time is
    marked and said, never sent late. The second call for the same change does nothing.
    """
    meeting = change.meeting
    if change.kind == Change.CONFIRMED and not meeting.reminders.exists():
        offsets = default_offsets()
        Reminder.objects.bulk_create(Reminder(meeting=meeting, before=each, created_at=change.at) for each in offsets)
    if change.kind in {Change.MOVED, Change.CANCELLED}:
        cancel_queued(obj=meeting, reason=change.kind.value, at=change.at, template_key=TEMPLATE)
    if change.kind == Change.ATTENDEE_REMOVED and change.attendee is not None and change.attendee.email:
        _take_back_hers(meeting, change.attendee, "uninvited", change.at)
    if change.kind in COMING and is_running(meeting):
        _say_passed(meeting, change.at)


def _say_passed(meeting: Meeting, at: datetime) -> None:
    late = [each for each in meeting.reminders.all() if each.due_at(meeting.starts_at) <= at]
    for reminder in late:
        _mark(reminder, meeting.starts_at, RunState.PASSED, at)


@transaction.atomic
def send_reminder(reminder: Reminder, *, at: datetime) -> ReminderRun | None:
    """Plan the mails of one reminder that is due, with its done-mark, in one transaction.

    The second call, also of another worker, answers None and plans nothing. Nothing is sent after the start,
    and nothing for a meeting that no longer stands or whose reminder is not due (any more): None.
    """
    found = Reminder.objects.filter(pk=reminder.pk).select_related("meeting__person", "meeting__venue").first()
    if found is None:
        return None
    # The row of the meeting is locked, so that a move or a cancellation comes wholly before or wholly after.
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("person", "venue").get(pk=found.meeting_id)
    found.meeting = meeting
    if not is_running(meeting) or found.due_at(meeting.starts_at) > at:
        return None
    if at >= meeting.starts_at:
        return _mark(found, meeting.starts_at, RunState.TOO_LATE, at)
    people = reminded(found)
    run = _mark(found, meeting.starts_at, RunState.SENT if people else RunState.NOBODY, at, count=len(people))
    if run is not None:
        for attendee in people:
            _queue(found, attendee, at)
    return run


def _mark(reminder: Reminder, starts_at: datetime, state: RunState, at: datetime, count: int = 0) -> ReminderRun | None:
    """Write the done-mark and one entry; None when it is already there."""
    values = {"state": state, "done_at": at, "sent_count": count}
    run, made = ReminderRun.objects.get_or_create(reminder=reminder, starts_at=starts_at, defaults=values)
    if not made:
        return None
    meeting = reminder.meeting
    data = {"minutes": _minutes(reminder.before), "people": count}
    record(f"reminder.{state.value}", meeting, by=None, at=at, about=(meeting.person,), data=data)
    return run


def _queue(reminder: Reminder, attendee: Attendee, at: datetime) -> None:
    meeting, language = reminder.meeting, language_of(attendee.person)
    place = str(meeting.venue) if meeting.venue else meeting.join_url
    queue_from_template(
        TEMPLATE,
        key=f"{_key_start(reminder)}{attendee.public_id}:{int(meeting.starts_at.timestamp())}",
        stream=Stream.TRANSACTIONAL,
        to_email=attendee.email,
        to_name=attendee.name,
        person=attendee.person,
        language=language,
        obj=meeting,
        at=at,
        not_after=meeting.starts_at,
        reply_to=meeting.organizer_email,
        fields={
            "attendee_name": attendee.name,
            "meeting_title": meeting.title,
            "meeting_time": describe_times(meeting.starts_at, meeting.ends_at, meeting.time_zone, language),
            "meeting_place": place,
            "organisation_name": settings.ORGANISATION_NAME,
        },
        **_way_out(attendee, language),
    )


def _way_out(attendee: Attendee, language: str) -> dict[str, Any]:
    """The last lines of the mail, whatever words the comms team gave it: why it comes, and how to stop it."""
    if not may_stop(attendee):
        return {}
    with translation.override(language):
        reason = _("You are invited to this meeting. The link below stops its reminders; the invitation stands.")
    return {"reason": reason, "unsubscribe_url": link_url(LINK, attendee.public_id)}


def _key_start(reminder: Reminder) -> str:
    return f"reminder:{reminder.public_id}:"


def _minutes(before: timedelta) -> int:
    return int(before.total_seconds()) // 60
