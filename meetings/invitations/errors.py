class InvalidInviteError(ValueError):
    """The invitation cannot be written down; the message says which part to mend."""


class ZoneNotExpressibleError(ValueError):
    """No small VTIMEZONE is right at both times: send the event in UTC."""


class CalendarReplyError(ValueError):
    """A calendar answer we do not read; the message says why and what to do, for staff.

    `reason` is the ReviewReason it goes to the review list with.
    """

    reason = "broken"


class ReplyTooLargeError(CalendarReplyError):
    """More calendar data than anybody's answer has."""


class ReplyInWinmailError(CalendarReplyError):
    """The answer is wrapped in Outlook's winmail.dat (TNEF)."""


class ReplyUnreadableError(CalendarReplyError):
    """Not a well-formed iCalendar object with one event."""


class ReplyIncompleteError(CalendarReplyError):
    """UID, ATTENDEE or SEQUENCE is missing, doubled or absurd."""


class ReplyMethodError(CalendarReplyError):
    """METHOD is missing or contradicts the mail."""


class ReplyNotAllowedError(ReplyMethodError):
    """METHOD is one that only an organiser may send."""

    reason = "not_allowed"
