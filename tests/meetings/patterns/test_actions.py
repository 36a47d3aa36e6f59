from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from crm.messaging.enums import MessageStatus
from crm.messaging.models import Message
from meetings.patterns.actions import change_meetings
from meetings.patterns.rules import Pattern
from meetings.scheduling.actions import (
    AttendeeInput,
    add_attendee,
    cancel_meeting,
    edit_meeting,
    move_meeting,
    record_answer,
)
from meetings.scheduling.enums import AnswerSource, AttendeeRole, MeetingFormat, PartStat
from meetings.scheduling.errors import SecondLeadError
from meetings.scheduling.models import Attendee, Meeting, Venue
from meetings.series.actions import end_series, plan_occurrences
from meetings.series.enums import Stay
from meetings.series.errors import SeriesEndedError
from meetings.series.models import MeetingSeries, SeriesOccurrence
from meetings.series.queries import standing_of
from tests.meetings.conftest import AT, CONSTITUENT, LEAD, NOTES, SCHEDULER
from tests.meetings.patterns.conftest import meetings_of

pytestmark = pytest.mark.django_db
NEW = "lee@alliance.example"
DAY = timedelta(days=1)


def as_it_is(meeting: Meeting) -> Pattern:
    return Pattern(meeting.title, meeting.description, MeetingFormat(meeting.format), meeting.venue, meeting.join_url)


def change(series: MeetingSeries, at: datetime = AT, **values: Any) -> list[Meeting]:
    series.refresh_from_db()
    pattern = replace(as_it_is(series.first_meeting), **values)
    return change_meetings(series, pattern, version=series.version, by=series.owner, at=at)


def waiting() -> list[tuple[str, str]]:
    """(address, method) of every mail that will leave."""
    rows = Message.objects.filter(status=MessageStatus.QUEUED).order_by("to_email", "calendar_method")
    return list(rows.values_list("to_email", "calendar_method"))


def entries() -> list[str]:
    found = ActivityEntry.objects.filter(verb__startswith="series.").order_by("id")
    return list(found.values_list("verb", flat=True))


def test_words_place_and_people_change_with_one_right_mail_each(series) -> None:
    online = {"format": MeetingFormat.ONLINE, "venue": None, "join_url": "https://meet.example/new"}
    invite = [AttendeeInput("Lee Park", NEW, AttendeeRole.NOTE_TAKER)]

    changed = change(series, title="Clean air, every week", invite=invite, uninvite={NOTES}, **online)

    assert changed == meetings_of(series)
    assert {(each.title, each.format, each.venue, each.join_url, each.sequence) for each in meetings_of(series)} == {
        ("Clean air, every week", "online", None, "https://meet.example/new", 1)
    }
    each_once = [*[(who, "REQUEST") for who in (LEAD, SCHEDULER, CONSTITUENT, NEW)], (NOTES, "CANCEL")]
    assert waiting() == sorted(each_once * 4)
    for message in Message.objects.filter(status=MessageStatus.QUEUED, calendar_method="REQUEST"):
        assert "SUMMARY:Clean air\\, every week" in message.calendar and "https://meet.example/new" in message.calendar
    assert entries() == ["series.started", "series.planned", "series.meetings_changed"]
    assert ActivityEntry.objects.get(verb="series.meetings_changed").data == {"meetings": 4}


def test_another_title_alone_keeps_every_answer(series) -> None:
    for ada in Attendee.objects.filter(email=LEAD):
        record_answer(ada, partstat=PartStat.ACCEPTED, source=AnswerSource.LINK, at=AT)

    change(series, title="Clean air, every week")

    assert set(Attendee.objects.filter(email=LEAD).values_list("partstat", flat=True)) == {"ACCEPTED"}
    assert {each.sequence for each in meetings_of(series)} == {0}
    assert len(waiting()) == 16


def test_only_people_change_only_they_get_mail(series) -> None:
    lead = AttendeeInput("Lee Park", NEW, AttendeeRole.LEAD)

    change(series, invite=[lead], uninvite={LEAD})

    assert waiting() == [*[(LEAD, "CANCEL")] * 4, *[(NEW, "REQUEST")] * 4]
    leads = Attendee.objects.filter(role=AttendeeRole.LEAD, removed_at=None)
    assert list(leads.values_list("email", flat=True)) == [NEW] * 4


def test_second_call_changes_nothing_and_an_old_version_is_stale(series) -> None:
    old = series.version
    wanted = {
        "description": "Bring\r\nidentity cards. ",
        "invite": [AttendeeInput("Lee Park", NEW.upper(), AttendeeRole.EXPERT)],
        "uninvite": {NOTES},
        "venue": Venue(name="Town Hall", room="2", time_zone="America/New_York"),
    }
    first = change(series, **wanted)
    versions, mails = [each.version for each in meetings_of(series)], waiting()

    second = change(series, **wanted, at=AT + timedelta(hours=1))
    with pytest.raises(StaleVersionError):
        pattern = replace(as_it_is(series.first_meeting), title="Another")
        change_meetings(series, pattern, version=old, by=series.owner, at=AT)

    assert (len(first), second) == (4, [])
    assert ([each.version for each in meetings_of(series)], waiting()) == (versions, mails)
    assert Venue.objects.filter(name="Town Hall").count() == 1
    assert entries().count("series.meetings_changed") == 1


def test_what_is_over_cancelled_or_changed_by_itself_stays_and_is_named(series) -> None:
    first, second, third, fourth = meetings_of(series)
    by, at = series.owner, first.starts_at + DAY
    cancel_meeting(second, version=second.version, by=by, at=at)
    edit_meeting(third, version=third.version, by=by, at=at, title="With the minister")

    standing = standing_of(series, at, user=by)
    changed = change(series, at=at, uninvite={NOTES})

    assert standing.follow == [fourth] == changed
    assert standing.stay == [(first, Stay.OVER), (second, Stay.CANCELLED), (third, Stay.EDITED)]
    left = Attendee.objects.filter(email=NOTES).exclude(removed_at=None)
    assert [each.meeting for each in left] == [fourth]


@pytest.mark.parametrize("kind", ["moved", "guest", "room"])
def test_any_change_of_one_meeting_keeps_it_out(series, kind: str) -> None:
    third, by = meetings_of(series)[2], series.owner
    if kind == "moved":
        times = {"starts_at": third.starts_at + DAY, "ends_at": third.ends_at + DAY}
        move_meeting(third, version=third.version, by=by, at=AT, **times)
    elif kind == "guest":
        guest = AttendeeInput("Guest", "guest@home.example", AttendeeRole.EXPERT)
        add_attendee(third, guest, version=third.version, by=by, at=AT)
    else:
        room = Venue(name="Longworth Building", room="9", time_zone="America/New_York")
        move_meeting(third, version=third.version, by=by, at=AT, venue=room)

    assert standing_of(series, AT).stay == [(third, Stay.EDITED)]
    assert len(change(series, title="Every week")) == 3


def test_one_edited_of_two_is_the_one_that_differs(series) -> None:
    _first, _second, third, fourth = meetings_of(series)
    edit_meeting(third, version=third.version, by=series.owner, at=AT, title="With the minister")

    standing = standing_of(series, third.starts_at - DAY)

    assert (standing.follow, standing.stay[-1]) == ([fourth], (third, Stay.EDITED))


def test_new_meetings_are_made_like_those_that_follow_not_like_a_special_one(series) -> None:
    fourth = meetings_of(series)[3]
    edit_meeting(fourth, version=fourth.version, by=series.owner, at=AT, title="With the minister")
    change(series, title="Every week")

    [made] = plan_occurrences(series, until=date(2026, 11, 25), by=series.owner, at=AT)

    assert made.title == "Every week"


def test_refused_changes_leave_everything_as_it_was(series) -> None:
    second_lead = AttendeeInput("Lee Park", NEW, AttendeeRole.LEAD)

    with pytest.raises(SecondLeadError):
        change(series, title="Every week", invite=[second_lead])
    series.refresh_from_db()
    end_series(series, version=series.version, by=series.owner, at=AT)
    with pytest.raises(SeriesEndedError):
        change(series, title="Every week")

    assert {each.title for each in meetings_of(series)} == {"Clean air in schools"}
    assert entries().count("series.meetings_changed") == 0


def test_meetings_the_user_may_not_see_stay(series, delegation) -> None:
    from tests.factories.access import user

    hidden = meetings_of(series)[2]
    Meeting.objects.filter(occurrence__series=series).update(is_confidential=True)
    other = user()
    add_attendee(
        meetings_of(series)[0],
        AttendeeInput("Other", "other@alliance.example", AttendeeRole.EXPERT, user=other),
        version=meetings_of(series)[0].version,
        by=series.owner,
        at=AT,
    )
    pattern = replace(as_it_is(series.first_meeting), title="Every week")

    changed = change_meetings(series, pattern, version=series.version, by=other, at=AT)

    hidden.refresh_from_db()
    assert (changed, hidden.title) == ([meetings_of(series)[0]], "Clean air in schools")


@pytest.mark.parametrize("count", [1, 3])
def test_reading_the_series_takes_two_queries(series, count: int, django_assert_num_queries) -> None:
    keep = [each.pk for each in meetings_of(series)[:count]]
    SeriesOccurrence.objects.exclude(meeting__in=keep).delete()

    with django_assert_num_queries(2):
        assert len(standing_of(series, datetime(2026, 6, 2, tzinfo=UTC)).follow) == count
