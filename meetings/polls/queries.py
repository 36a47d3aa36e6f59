"""What screens ask about polls: the grid of answers, the best time first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from crm.access.models import User
from meetings.polls.enums import Choice, PollState
from meetings.polls.models import Poll, PollAnswer, PollLink, PollOption, PollParticipant
from meetings.polls.rules import ranking
from meetings.scheduling.models import MeetingRequest


@dataclass
class OptionRow:
    """One time with what everybody said to it, in the order of the participants; empty for no answer."""

    option: PollOption
    choices: list[str] = field(default_factory=list)

    def count(self, choice: Choice) -> int:
        return self.choices.count(choice)


@dataclass
class Grid:
    """The answers of a poll. `rows` stand best first; whoever was taken out does not count."""

    participants: Sequence[PollParticipant]
    rows: Sequence[OptionRow]

    @property
    def waiting(self) -> list[PollParticipant]:
        return [each for each in self.participants if each.answered_at is None]


def grid_of(poll: Poll) -> Grid:
    """Everybody asked, and every time with the answers to it, in three queries."""
    answers = Prefetch("answers", queryset=PollAnswer.objects.order_by())
    people = list(asked(poll).prefetch_related(answers))
    said = {(each.option_id, each.participant_id): each.choice for who in people for each in who.answers.all()}
    rows = [OptionRow(option, [said.get((option.pk, who.pk), "") for who in people]) for option in poll.options.all()]
    return Grid(people, sorted(rows, key=lambda row: (*ranking(row.choices), row.option.starts_at)))


def asked(poll: Poll) -> QuerySet[PollParticipant]:
    """Everybody who is asked and was not taken out, in the order they were added."""
    return PollParticipant.objects.filter(poll=poll, revoked_at=None).select_related("person").order_by("id")


def link_behind(key: str) -> PollLink | None:
    """The mailed link with this key, also one that no longer works."""
    links = PollLink.objects.select_related(
        "participant__person", "participant__poll__decided", "participant__poll__owner"
    )
    return links.filter(key=key).first()


def polls_about(request: MeetingRequest, user: User) -> QuerySet[Poll]:
    """The polls of a request this user may see, the newest first."""
    found: QuerySet[Poll] = Poll.objects.visible_to(user).filter(request=request)
    return found.select_related("decided")


def overdue(poll: Poll, at: datetime) -> bool:
    """Whether everybody's time is up and nothing was decided."""
    return bool(poll.state == PollState.OPEN and poll.deadline_at <= at)
