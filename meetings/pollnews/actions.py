"""The mails the owner of a poll gets by herself: what came in, gathered, and that everybody has answered."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from crm.activity.actions import record
from crm.messaging.actions import queue_from_template
from crm.messaging.enums import Stream
from crm.messaging.models import Message
from meetings.pollnews.queries import polls_with_news, untold
from meetings.polls.models import Poll, PollParticipant
from meetings.polls.queries import Grid, grid_of
from meetings.polls.rules import describe_moment
from meetings.scheduling.rules import describe_times

ANSWERS, END = "poll-answers", "poll-end"


@transaction.atomic
def tell_owner(poll: Poll, *, at: datetime) -> Message | None:
    """Mail the owner what came in since the last mail, or once that everybody answered or the time is up.

    The marks are written in the same transaction, so the second call, also of another worker, plans nothing and
    answers None. An owner who left, has no address or may not see the poll any more is mailed nothing.
    """
    Poll.objects.select_for_update().get(pk=poll.pk)
    due = polls_with_news(at).filter(pk=poll.pk).first()
    if due is None:
        return None
    people = list(untold(poll))
    told = {"answers_told_at": at} | ({"end_told_at": at} if due.has_ended else {})
    Poll.objects.filter(pk=poll.pk).update(**told)
    PollParticipant.objects.filter(pk__in=[each.pk for each in people]).update(told_at=at)
    if not _may_be_told(due):
        return None
    about = (due.request, due.request.person) if due.request is not None else ()
    record("poll.owner_told", due, by=None, at=at, about=about, data={"people": len(people)})
    return _mail(due, people, at, is_end=due.has_ended)


def _may_be_told(poll: Poll) -> bool:
    owner = poll.owner
    return bool(owner.is_active and owner.email and Poll.objects.visible_to(owner).filter(pk=poll.pk).exists())


def _mail(poll: Poll, people: Sequence[PollParticipant], at: datetime, *, is_end: bool) -> Message:
    template = END if is_end else ANSWERS
    suffix = "" if template == END else f":{int(at.timestamp())}"
    return queue_from_template(
        template,
        key=f"{template}:{poll.public_id}{suffix}",
        stream=Stream.TRANSACTIONAL,
        to_email=poll.owner.email,
        to_name=str(poll.owner),
        fields=_fields(poll, grid_of(poll), people, at),
        language=settings.LANGUAGE_CODE,
        at=at,
        obj=poll,
    )


def _fields(poll: Poll, grid: Grid, people: Sequence[PollParticipant], at: datetime) -> dict[str, str]:
    language = settings.LANGUAGE_CODE
    best = grid.rows[0].option if grid.rows and any(grid.rows[0].choices) else None
    with translation.override(language):
        return {
            "poll_title": poll.title,
            "people": ", ".join(each.name for each in people),
            "answered": str(len(grid.participants) - len(grid.waiting)),
            "asked": str(len(grid.participants)),
            "waiting": ", ".join(each.name for each in grid.waiting),
            "best_time": describe_times(best.starts_at, best.ends_at, best.time_zone, language) if best else "",
            "is_late": "1" if poll.deadline_at <= at else "",
            "is_complete": "" if poll.deadline_at <= at else "1",
            "deadline": describe_moment(poll.deadline_at, poll.deadline_zone, language),
            "poll_url": settings.PUBLIC_URL + reverse("poll_page", args=[poll.public_id]),
        }
