"""Asking people outside which time suits them: the poll, its mails, its answers and its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Model

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.enums import ActorKind
from crm.base.email import normalise_email
from crm.base.links import link_url
from crm.base.locking import save_version
from crm.base.text import clean_text, one_line
from crm.messaging.actions import cancel_queued, queue_from_template
from crm.messaging.enums import Stream
from crm.people.models import Person
from meetings.polls.enums import Choice, PollState
from meetings.polls.errors import (
    AlreadyAskedError,
    AlreadyRemindedError,
    NoChoiceError,
    PollGuestAddressError,
    PollGuestTwiceError,
    PollOpenError,
    PollOverError,
)
from meetings.polls.models import Poll, PollAnswer, PollLink, PollOption, PollParticipant
from meetings.polls.queries import asked
from meetings.polls.rules import LINK, Times, check_poll, letter_fields, takes_answers
from meetings.scheduling.actions import offer_times
from meetings.scheduling.enums import OfferState
from meetings.scheduling.models import MeetingRequest
from meetings.scheduling.queries import language_of
from meetings.scheduling.registry import OfferChange, OfferEvent
from meetings.scheduling.rules import ASKED


@dataclass(frozen=True)
class Guest:
    """Somebody to ask."""

    name: str
    email: str
    person: Person | None = None


@transaction.atomic
def create_poll(
    *,
    title: str,
    options: Sequence[Times],
    deadline_at: datetime,
    deadline_zone: str,
    guests: Sequence[Guest],
    by: User,
    at: datetime,
    request: MeetingRequest | None = None,
    shows_names: bool = False,
) -> Poll:
    """Ask everybody in `guests` by mail. The second call about one request raises PollOpenError while the first
    is open; a poll without a request is made anew."""
    check_poll(title, options, deadline_at, deadline_zone, at)
    try:
        with transaction.atomic():
            poll = Poll.objects.create(
                request=request,
                title=one_line(title, limit=200),
                deadline_at=deadline_at,
                deadline_zone=deadline_zone,
                shows_names=shows_names,
                owner=by,
                created_at=at,
                updated_at=at,
            )
    except IntegrityError as error:
        raise PollOpenError from error
    for starts_at, ends_at, zone in options:
        PollOption.objects.create(poll=poll, starts_at=starts_at, ends_at=ends_at, time_zone=zone)
    record("poll.created", poll, by=by, at=at, about=_about(poll), data={"times": len(options)})
    for guest in guests:
        _ask(_create_participant(poll, guest), at)
    return poll


@transaction.atomic
def add_guest(poll: Poll, guest: Guest, *, by: User, at: datetime) -> PollParticipant:
    """Ask one more. The second call with the same address raises PollGuestTwiceError."""
    _check_open(poll, at)
    participant = _create_participant(poll, guest)
    record("poll.asked", participant, by=by, at=at, about=(poll, *_about(poll), participant.person))
    _ask(participant, at)
    return participant


@transaction.atomic
def invite_again(participant: PollParticipant, *, invitations: int, by: User, at: datetime) -> PollParticipant:
    """Mail a new link; the old one stops working. Somebody taken out is asked again.

    `invitations` is how many links the form knew of: the second call with the same raises AlreadyAskedError.
    """
    _check_open(participant.poll, at)
    same = PollParticipant.objects.filter(pk=participant.pk, invitations=invitations)
    if not same.update(revoked_at=None):
        raise AlreadyAskedError
    participant.refresh_from_db()
    _ask(participant, at)
    poll = participant.poll
    record("poll.asked_again", participant, by=by, at=at, about=(poll, *_about(poll), participant.person))
    return participant


@transaction.atomic
def revoke_link(participant: PollParticipant, *, by: User, at: datetime) -> PollParticipant:
    """Take somebody out: the link only says so from now on, the answers no longer count. The second call: nothing."""
    if not PollParticipant.objects.filter(pk=participant.pk, revoked_at=None).update(revoked_at=at):
        return participant
    participant.links.filter(ended_at=None).update(ended_at=at)
    cancel_queued(obj=participant, reason="revoked", at=at)
    participant.refresh_from_db()
    poll = participant.poll
    record("poll.revoked", participant, by=by, at=at, about=(poll, *_about(poll), participant.person))
    return participant


@transaction.atomic
def remind(poll: Poll, *, on: date, by: User, at: datetime) -> int:
    """Mail everybody who has not answered and say how many. The second call on a day raises AlreadyRemindedError."""
    _check_open(poll, at)
    if not Poll.objects.filter(pk=poll.pk).exclude(reminded_on=on).update(reminded_on=on):
        raise AlreadyRemindedError
    poll.refresh_from_db()
    waiting = [each for each in asked(poll) if each.answered_at is None]
    for participant in waiting:
        key = f"poll-reminder:{participant.public_id}:{on.isoformat()}"
        _mail("poll-reminder", key, participant, at, link=_live_link(participant, at))
    record("poll.reminded", poll, by=by, at=at, about=_about(poll), data={"people": len(waiting)})
    return len(waiting)


@transaction.atomic
def answer_poll(
    participant: PollParticipant,
    *,
    choices: Mapping[str, Choice],
    at: datetime,
    answered_by: str = "",
    note: str = "",
) -> bool:
    """Keep what somebody says; `choices` go by the public id of the option, one left out stays as it was.

    The second call with the same answer changes nothing and answers False. Raises PollOverError when it is too
    late, NoChoiceError when nothing was chosen.
    """
    poll = Poll.objects.select_for_update().get(pk=participant.poll_id)
    participant.refresh_from_db()
    if not takes_answers(poll, at) or participant.revoked_at is not None:
        raise PollOverError
    options = {each.public_id: each for each in poll.options.all()}
    known = {options[key]: choice for key, choice in choices.items() if key in options}
    before = dict(participant.answers.values_list("option", "choice"))
    if not known and not before:
        raise NoChoiceError
    words = {"answered_by": one_line(answered_by, limit=200), "note": clean_text(note, limit=1000)}
    changed = {option: choice for option, choice in known.items() if before.get(option.pk) != choice}
    if not changed and all(getattr(participant, name) == value for name, value in words.items()):
        return False
    for option, choice in changed.items():
        PollAnswer.objects.update_or_create(participant=participant, option=option, defaults={"choice": choice})
    PollParticipant.objects.filter(pk=participant.pk).update(answered_at=at, told_at=None, **words)
    participant.refresh_from_db()
    about = (poll, *_about(poll), participant.person)
    record("poll.answered", participant, by=None, at=at, about=about, actor_kind=ActorKind.PUBLIC)
    return True


@transaction.atomic
def close_poll(poll: Poll, *, option: PollOption | None, version: int, by: User, at: datetime) -> Poll:
    """open → closed; everybody is told the time, or that there is none, in one mail each.

    With an open request the time becomes one that is offered, for the step that confirms; its scheduler gets no
    mail about it. The second call raises PollOverError.
    """
    if poll.state != PollState.OPEN or (option is not None and option.poll_id != poll.pk):
        raise PollOverError
    poll = save_version(poll, version=version, at=at, state=PollState.CLOSED, decided=option)
    for participant in asked(poll):
        cancel_queued(obj=participant, reason="closed", at=at)
        _mail("poll-result", f"poll-result:{participant.public_id}", participant, at, decided=option)
    request = poll.request
    if option is not None and request is not None and request.state in ASKED:
        times = [(option.starts_at, option.ends_at, option.time_zone)]
        offer_times(request, times=times, version=request.version, by=by, at=at, is_mailed=False)
    verb = "poll.closed" if option is None else "poll.decided"
    record(verb, poll, by=by, at=at, about=_about(poll))
    return poll


@transaction.atomic
def follow_request(change: OfferChange) -> None:
    """A request that holds no time any more ends its open poll, with the time that was taken if it is one of the
    poll's. The second call changes nothing."""
    poll = Poll.objects.filter(request=change.request, state=PollState.OPEN).first()
    if change.kind == OfferEvent.RELEASED and poll is not None:
        taken = change.request.offered_times.filter(state=OfferState.CHOSEN).values("starts_at")
        option = poll.options.filter(starts_at__in=taken).first()
        close_poll(poll, option=option, version=poll.version, by=change.by, at=change.at)


def _ask(participant: PollParticipant, at: datetime) -> None:
    """A new link and its mail; the links before it end, mails that wait with them do not leave."""
    participant.links.filter(ended_at=None).update(ended_at=at)
    cancel_queued(obj=participant, reason="superseded", at=at)
    PollParticipant.objects.filter(pk=participant.pk).update(invitations=F("invitations") + 1)
    participant.refresh_from_db()
    link = PollLink.objects.create(participant=participant, made_at=at)
    key = f"poll-invitation:{participant.public_id}:{participant.invitations}"
    _mail("poll-invitation", key, participant, at, link=link)


def _mail(
    template_key: str,
    key: str,
    participant: PollParticipant,
    at: datetime,
    *,
    link: PollLink | None = None,
    decided: PollOption | None = None,
) -> None:
    """One mail to one participant, in her language; one with a link is worth sending until the deadline."""
    language = language_of(participant.person)
    address = link_url(LINK, link.key) if link else ""
    queue_from_template(
        template_key,
        key=key,
        stream=Stream.TRANSACTIONAL,
        to_email=participant.email,
        to_name=participant.name,
        fields={**letter_fields(participant, decided, language), "answer_url": address},
        language=language,
        at=at,
        person=participant.person,
        obj=participant,
        reply_to=participant.poll.owner.email,
        not_after=participant.poll.deadline_at if link else None,
    )


def _live_link(participant: PollParticipant, at: datetime) -> PollLink:
    link, _made = PollLink.objects.get_or_create(participant=participant, ended_at=None, defaults={"made_at": at})
    return link


def _create_participant(poll: Poll, guest: Guest) -> PollParticipant:
    name = one_line(guest.name, limit=200)
    try:
        email = normalise_email(guest.email).lower()
    except ValidationError as error:
        raise PollGuestAddressError from error
    if not name:
        raise PollGuestAddressError
    try:
        with transaction.atomic():
            return PollParticipant.objects.create(poll=poll, name=name, email=email, person=guest.person)
    except IntegrityError as error:
        raise PollGuestTwiceError from error


def _check_open(poll: Poll, at: datetime) -> None:
    if not takes_answers(poll, at):
        raise PollOverError


def _about(poll: Poll) -> tuple[Model | None, ...]:
    return (poll.request, poll.request.person) if poll.request is not None else ()
