"""Offered times in the calendars of our own people: held while on offer, released once when they are not."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.activity.actions import record
from crm.base.errors import StaleVersionError
from crm.base.text import one_line
from crm.messaging.actions import cancel_queued, queue_message
from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.mime import inline_css
from crm.messaging.models import Message
from meetings.holds.itip import build_hold
from meetings.holds.models import HoldAttendee, HoldSend
from meetings.holds.queries import last_left, next_dtstamp, times_on_offer
from meetings.invitations.enums import Method
from meetings.invitations.itip import Invite, Organizer, Party, build_cancel
from meetings.scheduling.models import MeetingRequest, OfferedTime
from meetings.scheduling.registry import OfferChange, OfferEvent
from meetings.scheduling.rules import describe_times

KEEP_TRYING = timedelta(hours=24)


@transaction.atomic
def follow_offers(change: OfferChange) -> None:
    """What a change of the offered times does to the holds. The second call for the same change plans nothing."""
    if change.kind == OfferEvent.RELEASED:
        release_holds(change.request, by=change.by, at=change.at)
        return
    _follow_changed_times(change.request, change.at)
    hold_times(change.request, people=change.people, by=change.by, at=change.at)


@transaction.atomic
def hold_times(request: MeetingRequest, *, people: Sequence[User], by: User, at: datetime) -> int:
    """Put every time still on offer into the calendars of `people` and say how many entries are new.

    Whoever has no address is left out. The second call plans nothing and answers 0.
    """
    new = 0
    for offered in times_on_offer(request, at):
        for user in people:
            if user.email:
                new += _hold(offered, user, at)
    if new:
        record("hold.placed", request, by=by, at=at, about=(request.person,), data={"holds": new})
    return new


@transaction.atomic
def release_holds(request: MeetingRequest, *, by: User, at: datetime) -> int:
    """Take every hold of a request out of the calendars again and say how many; the second call answers 0.

    That of the time that was taken goes too: the meeting comes with an invitation of its own. Whoever's hold
    never left gets no cancellation.
    """
    held = list(HoldAttendee.objects.filter(offered_time__request=request, is_held=True).order_by("id"))
    done = sum(_release(attendee, at) for attendee in held)
    if done:
        record("hold.released", request, by=by, at=at, about=(request.person,), data={"holds": done})
    return done


@transaction.atomic
def withdraw_hold(hold: HoldAttendee, *, round: int, by: User, at: datetime) -> HoldAttendee:
    """One of ours need not keep this time free any more; only she is told, if the hold left. Others keep theirs.

    `round` is that of the page; an old one raises StaleVersionError, and so does the second call. She is asked to
    keep it free again when the times are offered again with her.
    """
    if not _release(hold, at, round=round):
        raise StaleVersionError(HoldAttendee.objects.get(pk=hold.pk))
    request = hold.offered_time.request
    record("hold.withdrawn", request, by=by, at=at, about=(request.person,), data={"user": hold.user_id})
    hold.refresh_from_db()
    return hold


def _hold(offered: OfferedTime, user: User, at: datetime) -> bool:
    shape = {"ends_at": offered.ends_at, "time_zone": offered.time_zone}
    who = {"name": one_line(str(user), limit=200), "email": user.email.lower()}
    attendee, _made = HoldAttendee.objects.get_or_create(offered_time=offered, user=user, defaults={**shape, **who})
    free = HoldAttendee.objects.filter(pk=attendee.pk, is_held=False)
    if not free.update(is_held=True, round=F("round") + 1, **shape):
        return False
    _plan(attendee, Method.REQUEST, at)
    return True


def _release(attendee: HoldAttendee, at: datetime, **expected: int) -> bool:
    held = HoldAttendee.objects.filter(pk=attendee.pk, is_held=True, **expected)
    if not held.update(is_held=False, round=F("round") + 1):
        return False
    _take_back(attendee, at)
    last = last_left(attendee)
    if last is not None and last.method == Method.REQUEST:
        _plan(attendee, Method.CANCEL, at)
    return True


def _follow_changed_times(request: MeetingRequest, at: datetime) -> None:
    """A time offered again with another end moves in the calendars that hold it."""
    held = HoldAttendee.objects.filter(offered_time__request=request, is_held=True).select_related("offered_time")
    for attendee in held.order_by("id"):
        offered = attendee.offered_time
        shape = {"ends_at": offered.ends_at, "time_zone": offered.time_zone}
        if any(getattr(attendee, name) != value for name, value in shape.items()):
            _take_back(attendee, at)
            HoldAttendee.objects.filter(pk=attendee.pk).update(round=F("round") + 1, **shape)
            _plan(attendee, Method.REQUEST, at)


def _take_back(attendee: HoldAttendee, at: datetime) -> None:
    """What still waits does not leave; what is at the mail server this moment is not tried again."""
    cancel_queued(obj=attendee, reason="superseded", at=at)
    sending = Message.objects.filter(hold_send__attendee=attendee, status=MessageStatus.SENDING)
    sending.update(not_after=at)


def _plan(attendee: HoldAttendee, method: Method, at: datetime) -> None:
    """One mail for one round: SEQUENCE follows what left, so that a mail taken back uses none up."""
    attendee.refresh_from_db()
    last = last_left(attendee)
    sequence = last.sequence + 1 if last else 0
    dtstamp = next_dtstamp(attendee, at)
    language = settings.LANGUAGE_CODE
    with translation.override(language):
        subject, text, html, description = _words(attendee, method, language)
        invite = _invite(attendee, sequence, dtstamp, description)
        calendar = build_hold(invite) if method == Method.REQUEST else build_cancel(invite, whole=True)
    message = queue_message(
        key=f"hold:{attendee.public_id}:{attendee.round}",
        stream=Stream.INVITATION,
        to_email=attendee.email,
        to_name=attendee.name,
        subject=subject,
        text=text,
        html=html,
        language=language,
        at=at,
        calendar=calendar.decode(),
        calendar_method=method.value,
        reply_to=settings.MAIL_FROM_INVITATION,
        obj=attendee,
        not_after=max(attendee.ends_at, at + KEEP_TRYING),
    )
    HoldSend.objects.create(
        attendee=attendee,
        message=message,
        method=method,
        sequence=sequence,
        round=attendee.round,
        dtstamp=dtstamp,
    )


def _title(attendee: HoldAttendee) -> str:
    request = attendee.offered_time.request
    return _("HOLD: %(person)s, %(ask)s") % {"person": request.person.name, "ask": request.ask.title}


def _words(attendee: HoldAttendee, method: Method, language: str) -> tuple[str, str, str, str]:
    """Subject, text, HTML, and what the calendar entry says."""
    offered, title = attendee.offered_time, _title(attendee)
    held = _("Please keep this time free. We offered it to the office and wait for the answer.")
    freed = _("You need not keep this time free any more. If you are to come, an invitation follows.")
    is_hold = method == Method.REQUEST
    subject = title if is_hold else _("Released: %(title)s") % {"title": title}
    when = describe_times(offered.starts_at, attendee.ends_at, attendee.time_zone, language)
    context = {
        "greeting": _("Dear %(name)s,") % {"name": attendee.name},
        "opening": held if is_hold else freed,
        "facts": [(_("What"), title), (_("When"), when)],
        "language": language,
        "subject": subject,
        "organisation_name": settings.ORGANISATION_NAME,
        "postal_address": settings.ORGANISATION_POSTAL_ADDRESS,
        "reason": _("You get this mail because a colleague wants you to come to this meeting."),
    }
    text = render_to_string("email/invitation.txt", context)
    html = inline_css(render_to_string("email/invitation.html", context))
    return subject, text, html, f"{context['opening']}\n{when}"


def _invite(attendee: HoldAttendee, sequence: int, dtstamp: datetime, description: str) -> Invite:
    return Invite(
        uid=attendee.uid,
        sequence=sequence,
        summary=_title(attendee),
        description=description,
        starts_at=attendee.offered_time.starts_at,
        ends_at=attendee.ends_at,
        time_zone=attendee.time_zone,
        organizer=Organizer(settings.ORGANISATION_NAME, settings.MAIL_FROM_INVITATION),
        attendees=(Party(attendee.name, attendee.email, rsvp=False),),
        status="TENTATIVE",
        dtstamp=dtstamp,
        last_modified=dtstamp,
    )
