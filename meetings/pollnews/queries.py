from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from meetings.polls.enums import PollState
from meetings.polls.models import Poll, PollParticipant

PAUSE = timedelta(hours=1)
"""Between two mails about the answers to one poll."""
FORGET = timedelta(days=30)
"""So long after its deadline nobody is told of a poll any more."""


def untold(poll: Poll) -> QuerySet[PollParticipant]:
    """Whose newest answer the owner was not told of, in the order of the answers."""
    return PollParticipant.objects.filter(poll=poll, **_UNTOLD).order_by("answered_at", "id")


_UNTOLD = {"revoked_at": None, "answered_at__isnull": False, "told_at": None}


def polls_with_news(at: datetime) -> QuerySet[Any]:
    """Open polls whose owner has something to hear now; each carries `has_ended` and `has_answers`."""
    people = PollParticipant.objects.filter(poll=OuterRef("pk"), revoked_at=None)
    is_over = Q(deadline_at__lte=at, deadline_at__gt=at - FORGET)
    is_over |= Q(Exists(people) & ~Exists(people.filter(answered_at=None)))
    is_rested = Q(answers_told_at=None) | Q(answers_told_at__lte=at - PAUSE)
    is_fresh = Exists(PollParticipant.objects.filter(poll=OuterRef("pk"), **_UNTOLD))
    polls = Poll.objects.filter(state=PollState.OPEN).annotate(
        has_ended=ExpressionWrapper(Q(end_told_at=None) & is_over, BooleanField()),
        has_answers=ExpressionWrapper(is_rested & Q(is_fresh), BooleanField()),
    )
    return polls.filter(Q(has_ended=True) | Q(has_answers=True)).select_related("owner").order_by("id")
