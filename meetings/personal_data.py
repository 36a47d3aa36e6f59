"""Every model of this app that holds personal data: the way to the person and what erasure does."""

from crm.privacy.registry import Erase, register


def declare() -> None:
    """Fill the personal-data registry; called once when the app is ready."""
    register("meetings.Attendee", path="person", fields=("name", "email"), erase=Erase.PSEUDONYMISE)
    register("meetings.AttendeeAnswer", path="attendee__person", fields=("comment",), erase=Erase.BLANK)
    register("meetings.ReplyReview", path="attendee__person", fields=("comment",), erase=Erase.BLANK)
    register("meetings.Outcome", path="meeting__person", fields=("summary", "questions"), erase=Erase.BLANK)
