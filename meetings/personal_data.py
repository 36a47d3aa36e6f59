"""Every model of this app that holds personal data: the way to the person and what erasure does."""

from crm.privacy.registry import Erase, register


def declare() -> None:
    """Fill the personal-data registry; called once when the app is ready."""
    register("meetings.Attendee", path="person", fields=("name", "email", "postcode"), erase=Erase.PSEUDONYMISE)
    register("meetings.AttendeeAnswer", path="attendee__person", fields=("comment",), erase=Erase.BLANK)
    register("meetings.RequestNote", path="request__person", fields=("words",), erase=Erase.BLANK)
    register("meetings.MeetingRequest", path="person", fields=("next_action",), erase=Erase.BLANK)
    register("meetings.ConstituentOffer", path="person", fields=("postcode",), erase=Erase.DELETE)
    register("meetings.ReplyReview", path="attendee__person", fields=("comment",), erase=Erase.BLANK)
    register("meetings.Outcome", path="meeting__person", fields=("summary", "questions"), erase=Erase.BLANK)
    poll_words = ("name", "email", "answered_by", "note")
    register("meetings.PollParticipant", path="person", fields=poll_words, erase=Erase.PSEUDONYMISE)
    register("meetings.Delegate", path="person", fields=("name", "email", "area", "note"), erase=Erase.PSEUDONYMISE)
    debrief = ("from_name", "came", "position", "commitments", "story", "comment")
    register("meetings.Debrief", path="office__person", fields=debrief, erase=Erase.BLANK)
    register(
        "meetings.LobbyOffice",
        path="person",
        fields=("person",),
        erase=Erase.KEEP,
        reason="The policymaker is a public role; the row goes with its lobby day.",
    )
    register("meetings.HoldAttendee", path="user", fields=("name", "email"), erase=Erase.PSEUDONYMISE)
