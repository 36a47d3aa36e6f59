"""The calendar objects of a hold: a tentative entry that does not block the day, and its end (RFC 5545, 5546)."""

from icalendar import Calendar

from meetings.invitations.itip import Invite, build_request


def build_hold(invite: Invite) -> bytes:
    """METHOD:REQUEST with STATUS:TENTATIVE and TRANSP:TRANSPARENT (RFC 5545 section 3.8.2.7)."""
    calendar = Calendar.from_ical(build_request(invite))
    calendar.events[0].add("transp", "TRANSPARENT")
    return bytes(calendar.to_ical())
