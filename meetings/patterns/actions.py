"""Other words, another place, other people for what is to come of a series."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.base.locking import save_version
from meetings.patterns.rules import Pattern, coming, is_other, leaving, place_of, words_of
from meetings.scheduling.actions import add_attendee, create_venue, edit_meeting, move_meeting, remove_attendee
from meetings.scheduling.models import Attendee, Meeting, Venue
from meetings.series.actions import lock_running
from meetings.series.models import MeetingSeries
from meetings.series.queries import standing_of


@transaction.atomic
def change_meetings(series: MeetingSeries, pattern: Pattern, *, version: int, by: User, at: datetime) -> list[Meeting]:
    """Give every meeting to come that follows its series, and that `by` may see, this pattern; gives those.

    Each goes through the actions of a single meeting: whoever stays invited gets at most one mail about it, who is
    new an invitation, who leaves a cancellation. What is over, cancelled or was changed by itself stays as it is.
    A call that changes nothing writes and sends nothing, so the second one gives an empty list; with an old
    version it raises StaleVersionError while there is something to change. There is no way back: people are told.
    """
    lock_running(series)
    pattern = replace(pattern, venue=_known(pattern.venue))
    standing = standing_of(series, at, user=by)
    changed = [each for each in standing.follow if is_other(pattern, each, standing.invited[each.pk])]
    if not changed:
        return []
    save_version(series, version=version, at=at)
    if pattern.venue is not None and pattern.venue.pk is None:
        new = pattern.venue
        place = create_venue(name=new.name, address=new.address, room=new.room, time_zone=new.time_zone, by=by, at=at)
        pattern = replace(pattern, venue=place)
    for meeting in changed:
        _change(meeting, standing.invited[meeting.pk], pattern, by, at)
    about = (series.first_meeting, series.first_meeting.person)
    record("series.meetings_changed", series, by=by, at=at, about=about, data={"meetings": len(changed)})
    return changed


def _change(meeting: Meeting, invited: Sequence[Attendee], pattern: Pattern, by: User, at: datetime) -> None:
    """People first, so that every mail about the new words and place is written for those who come.

    Whoever leads leaves before somebody else leads.
    """
    words, place = words_of(pattern, meeting), place_of(pattern, meeting)
    for gone in leaving(pattern, invited):
        gone.meeting = meeting
        remove_attendee(gone, version=meeting.version, by=by, at=at)
    for guest in coming(pattern, invited):
        add_attendee(meeting, guest, version=meeting.version, by=by, at=at)
    if words:
        edit_meeting(meeting, version=meeting.version, by=by, at=at, **words)
    if place:
        move_meeting(meeting, version=meeting.version, by=by, at=at, **place)


def _known(venue: Venue | None) -> Venue | None:
    """The same place when we have it already: a second call makes no second row."""
    if venue is None or venue.pk is not None:
        return venue
    names = ("name", "address", "room", "time_zone")
    same = Venue.objects.filter(**{name: getattr(venue, name) for name in names}).order_by("id").first()
    return same or venue
