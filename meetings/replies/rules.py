"""What may be done with an answer that a person has to look at."""

from django.utils.translation import gettext_lazy as _

from meetings.invitations.enums import ReviewDecision, ReviewReason
from meetings.invitations.models import ReplyReview
from meetings.scheduling.enums import PartStat
from meetings.scheduling.rules import is_running

BUTTONS = {"accept": PartStat.ACCEPTED, "tentative": PartStat.TENTATIVE, "decline": PartStat.DECLINED}
"""What the page behind an answer link posts."""

ANSWER_NAMES = {
    PartStat.NEEDS_ACTION: _("no answer yet"),
    PartStat.ACCEPTED: _("you come"),
    PartStat.TENTATIVE: _("you may come"),
    PartStat.DECLINED: _("you do not come"),
}

_NEWCOMERS = frozenset({ReviewReason.PARTY_CRASHER, ReviewReason.DELEGATED})


def decisions_for(review: ReplyReview) -> list[ReviewDecision]:
    """The buttons staff get, most likely first; none for a meeting that is over or unknown."""
    if review.meeting is None or not is_running(review.meeting):
        return []
    found: list[ReviewDecision] = []
    if review.reason == ReviewReason.COUNTER:
        found += [ReviewDecision.ACCEPT_TIME] if review.proposed_ends_at else []
        found += [ReviewDecision.REFUSE_TIME]
    if review.reason in _NEWCOMERS:
        found.append(ReviewDecision.INVITE)
    if review.attendee is not None and review.attendee.removed_at is None:
        if review.reason != ReviewReason.COUNTER:
            found.append(ReviewDecision.RECORD_ANSWER)
        found.append(ReviewDecision.ASK_AGAIN)
    return found
