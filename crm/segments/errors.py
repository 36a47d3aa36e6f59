from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class SegmentUnusableError(ParleyError):
    """A step cannot be evaluated for this person. A segment that means something else than it says is refused."""

    def __init__(self, position: int, problem: Any) -> None:
        words = _("Step %(position)s of this segment cannot be used. %(problem)s") % {
            "position": position,
            "problem": problem,
        }
        super().__init__(words)


class EmptySegmentError(ParleyError):
    """A segment without steps means nobody."""

    sentence = _("This segment has no steps yet; add one that says who belongs to it.")


class SegmentInUseError(ParleyError):
    """Something that still runs, or another segment, was made from it."""

    sentence = _("Something that still runs uses this segment; stop that first, then delete it.")


class NotYourSegmentError(ParleyError):
    """Everybody may use a shared segment; only its owner and the directors change it."""

    sentence = _("Only the owner of this segment and the directors may change it; make a copy for yourself.")


class TooManyStepsError(ParleyError):
    """More than anybody can read."""

    sentence = _("A segment has at most 20 steps; put some of them into a segment of their own and add that.")


class NobodyToEnrolError(ParleyError):
    """Nobody is left to do something for."""

    sentence = _("Nobody is left here to do this for; look at who was left out and why.")
