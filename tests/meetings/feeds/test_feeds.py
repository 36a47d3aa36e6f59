"""What the address of a calendar link answers."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.access.actions import change_role
from crm.access.enums import Role
from crm.access.models import Team
from meetings.feeds.actions import revoke_link, rotate_link
from meetings.feeds.models import FeedToken, RenderedEvent
from meetings.scheduling.actions import cancel_meeting, edit_meeting, move_meeting, remove_attendee
from meetings.scheduling.models import Meeting
from tests.factories.access import user
from tests.factories.feeds import feed_token
from tests.factories.meetings import STARTS_AT, attendee, meeting, meeting_request, offered_time, venue
from tests.factories.people import person
from tests.meetings.feeds.conftest import NOW, SECRET, Link

pytestmark = pytest.mark.django_db
FIVE = datetime(2026, 10, 1, 17, tzinfo=UTC)


def test_an_event_tells_the_owner_everything(link) -> None:
    place = venue(name="Hall, east; wing", address="", room="")
    row = meeting(
        owner=link.owner, title="Clean air & <schools>, now", description="Bring a pen\nand paper", venue=place
    )
    Meeting.objects.filter(pk=row.pk).update(join_url="https://meet.example/a", sequence=0)

    lines = link.text().split("\r\n")

    assert lines[:25] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Parley//Parley//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Parley",
        "X-WR-CALNAME:Parley",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VTIMEZONE",
        "TZID:America/New_York",
        "BEGIN:STANDARD",
        "DTSTART:20201101T020000",
        "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11",
        "TZNAME:EST",
        "TZOFFSETFROM:-0400",
        "TZOFFSETTO:-0500",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:20200308T020000",
        "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
        "TZNAME:EDT",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0400",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
    ]
    assert (lines[25], sorted(lines[26:-2])) == (
        "BEGIN:VEVENT",
        [
            "CLASS:PRIVATE",
            "CONFERENCE;VALUE=URI:https://meet.example/a",
            "CREATED:20260601T120000Z",
            "DESCRIPTION:Bring a pen\\nand paper\\n\\nJoin online: https://meet.example/a",
            "DTEND;TZID=America/New_York:20261028T153000",
            "DTSTAMP:20260601T120000Z",
            "DTSTART;TZID=America/New_York:20261028T150000",
            "END:VEVENT",
            "LAST-MODIFIED:20260601T120000Z",
            "LOCATION:Hall\\, east\\; wing",
            "SEQUENCE:0",
            "STATUS:CONFIRMED",
            "SUMMARY:Clean air & <schools>\\, now",
            "TRANSP:OPAQUE",
            f"UID:{row.uid}",
            f"URL:http://localhost:8000/admin/meetings/meeting/{row.public_id}/",
        ],
    )


def test_hostile_titles_stay_one_line(link) -> None:
    meeting(owner=link.owner, title="A\r\nATTENDEE:mailto:x@evil.example\u2028B\x0b")

    assert link.titles() == ["A ATTENDEE:mailto:x@evil.example B"]


def test_the_answer_is_private_and_names_its_bytes(link) -> None:
    meeting(owner=link.owner)

    first, second = link.read(), link.read()

    kept = ("Content-Type", "Cache-Control", "X-Robots-Tag", "Referrer-Policy")
    assert [first.headers[name] for name in kept] == [
        "text/calendar; charset=utf-8",
        "private, no-store",
        "noindex",
        "no-referrer",
    ]
    assert [name in first.headers for name in ("Content-Disposition", "Last-Modified", "Set-Cookie")] == [False] * 3
    assert (first.content, first.headers["ETag"]) == (second.content, second.headers["ETag"])
    assert first.headers["ETag"].startswith('"')


def test_nothing_new_is_a_304_also_for_another_process(link, clock) -> None:
    from django.core.cache import cache

    row = meeting(owner=link.owner)
    etag = link.read().headers["ETag"]

    known = link.read(**{"If-None-Match": etag})
    cache.clear()
    elsewhere = link.read(**{"If-None-Match": f'W/"x", {etag}'})
    edit_meeting(row, version=row.version, by=link.owner, at=NOW, title="Other words")
    changed = link.read(**{"If-None-Match": etag})

    assert [each.status_code for each in (known, elsewhere, changed)] == [304, 304, 200]
    assert (known.content, known.headers["ETag"], known.headers["Cache-Control"]) == (b"", etag, "private, no-store")
    assert changed.headers["ETag"] != etag


def test_a_304_and_a_full_answer_cost_three_queries(link) -> None:
    meeting(owner=link.owner)
    etag = link.read().headers["ETag"]
    counts = []
    for headers in ({"If-None-Match": etag}, {}):
        with CaptureQueriesContext(connection) as asked:
            link.read(**headers)
        counts.append(len(asked))
    meeting(owner=link.owner), meeting(owner=link.owner)
    link.read()

    with CaptureQueriesContext(connection) as three:
        link.read()

    assert (counts, len(three)) == ([3, 3], 3)


def test_only_reading_is_answered(link) -> None:
    head, post = link.client.head(link.path), link.client.post(link.path)

    assert (head.status_code, head.content, post.status_code) == (200, b"", 405)
    assert post.headers["Allow"] == "GET, HEAD"


def test_every_dead_address_answers_alike(link, caplog) -> None:
    other = Link(link.owner, "o" * 43)
    gone = feed_token(other.secret, owner=link.owner)
    revoke_link(gone, by=link.owner, at=NOW)
    left = Link(user(role=Role.COORDINATOR, is_active=False), "l" * 43)
    feed_token(left.secret, owner=left.owner)

    with caplog.at_level(logging.DEBUG):
        answers = [Link(link.owner, secret).read() for secret in ("wrong", "ñ", "w" * 300, other.secret, left.secret)]

    assert {(each.status_code, each.content, each.headers["Cache-Control"]) for each in answers} == {
        (404, b"There is no calendar at this address.\n", "private, no-store")
    }
    assert [record for record in caplog.records if "feeds" in record.getMessage()] == []


def test_a_new_address_ends_the_old_one(link) -> None:
    secret = rotate_link(FeedToken.objects.get(), by=link.owner, at=NOW)

    assert (link.read().status_code, Link(link.owner, secret).read().status_code) == (404, 200)


def test_the_account_takes_its_links_along(link) -> None:
    before = link.read().status_code
    link.owner.is_active = False
    link.owner.save(update_fields=["is_active"])

    assert (before, link.read().status_code) == (200, 404)


def test_sixty_reads_a_minute_are_enough(link, clock, caplog) -> None:
    statuses = [link.read().status_code for _ in range(61)]
    refused = link.read()
    clock.shift(60)

    assert (statuses.count(200), statuses[60], refused.headers["Retry-After"]) == (60, 429, "60")
    assert (link.read().status_code, SECRET in caplog.text) == (200, False)


def test_the_day_of_the_last_reading_is_written_once(link, clock) -> None:
    link.read()
    with CaptureQueriesContext(connection) as asked:
        link.read()

    assert FeedToken.objects.get().last_used_on == NOW.date()
    assert [each["sql"] for each in asked if "UPDATE" in each["sql"]] == []


def test_window_and_cancelled(link, clock) -> None:
    def on(days: int, title: str, **fields) -> Meeting:
        starts_at = FIVE + timedelta(days=days)
        return meeting(
            owner=link.owner, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), title=title, **fields
        )

    on(-91, "too old"), on(-89, "past", state="held"), on(399, "far"), on(401, "too far")
    on(-120, "just cancelled", state="cancelled", updated_at=NOW - timedelta(days=29))
    on(-120, "long cancelled", state="cancelled", updated_at=NOW - timedelta(days=31))
    off = on(2, "called off")
    cancel_meeting(off, version=off.version, by=link.owner, at=NOW)

    assert link.titles() == ["called off", "far", "just cancelled", "past"]
    assert link.text().count("STATUS:CANCELLED") == 2


def test_hold_is_tentative_until_it_is_taken(link) -> None:
    row = meeting_request(owner=link.owner, person=person(name="Robin Holder"), state="offered")
    offered_time(request=row), offered_time(request=row, starts_at=STARTS_AT + timedelta(minutes=5), state="released")
    offered_time(request=meeting_request(state="offered"))

    text = link.text()

    assert link.titles() == [f"HOLD: {row.ask.title}\\, Robin Holder".replace("\\\\", "\\")]
    assert ("STATUS:TENTATIVE" in text, "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE" in text) == (True, True)


def test_two_zones_have_one_vtimezone_each_and_doubtful_hours_are_in_utc(link) -> None:
    twice = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30 in New York, for the first time
    for starts_at, zone in (
        (STARTS_AT, "America/New_York"),
        (STARTS_AT, "Europe/Berlin"),
        (STARTS_AT + timedelta(days=60), "Europe/Berlin"),
        (STARTS_AT, "Africa/Cairo"),
        (twice, "America/New_York"),
    ):
        meeting(owner=link.owner, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), time_zone=zone)

    text = link.text()

    assert [line for line in text.split("\r\n") if line.startswith("TZID")] == [
        "TZID:America/New_York",
        "TZID:Europe/Berlin",
    ]
    assert sorted(line for line in text.split("\r\n") if line.startswith("DTSTART") and "2026" in line) == [
        "DTSTART:20261028T190000Z",
        "DTSTART:20261101T053000Z",
        "DTSTART;TZID=America/New_York:20261028T150000",
        "DTSTART;TZID=Europe/Berlin:20261028T200000",
        "DTSTART;TZID=Europe/Berlin:20261227T200000",
    ]


def test_entries_are_kept_and_renewed(link) -> None:
    row = meeting(owner=link.owner, title="First")
    link.read()
    made = list(RenderedEvent.objects.values_list("detail", "version"))
    later = {"starts_at": STARTS_AT + timedelta(hours=1), "ends_at": STARTS_AT + timedelta(hours=2)}
    move_meeting(row, version=row.version, by=link.owner, at=NOW, **later)
    renewed = list(RenderedEvent.objects.order_by("detail").values_list("detail", "version"))
    with CaptureQueriesContext(connection) as asked:
        link.read()

    assert (made, renewed) == ([("own", 1)], [("own", 2), ("shared", 2)])
    assert [each["sql"] for each in asked if "INSERT" in each["sql"]] == []
    Meeting.objects.filter(pk=row.pk).update(title="Third", version=3)
    assert link.titles() == ["Third"]


def test_an_entry_that_names_another_site_is_made_anew(link, settings) -> None:
    meeting(owner=link.owner)
    link.read()
    settings.PUBLIC_URL = "https://new.example"

    assert "URL:https://new.example/admin/" in link.text()


def test_team_link_tells_neither_text_nor_codes_nor_what_is_confidential(link) -> None:
    mate = user(role=Role.COORDINATOR)
    team = Team.objects.create(name="North")
    team.members.set([link.owner, mate])
    shared = Link(link.owner, "t" * 43)
    feed_token(shared.secret, owner=link.owner, scope="team", team=team)
    told = meeting(owner=mate, title="Of a mate", description="dial 123", join_url="https://meet.example/code")
    attendee(meeting=told, name="Guest Name")
    quiet = meeting(
        owner=link.owner, title="Quiet title", is_confidential=True, starts_at=STARTS_AT - timedelta(days=1)
    )
    meeting(owner=mate, title="Hidden title", is_confidential=True)
    meeting(owner=user(), title="Another team's")

    text = shared.text()

    assert shared.titles() == ["Busy", "Of a mate"]
    assert (quiet.uid in text, "X-WR-CALNAME:Parley: North" in text) == (True, True)
    told_words = ("dial", "code", "Guest", "Quiet", "Hidden", "ATTENDEE", "ORGANIZER", "/admin/")
    assert [each for each in told_words if each in text] == []
    assert text.count(str(quiet.venue.name)) == 1
    team.members.remove(link.owner)
    assert shared.titles() == []


def test_public_link_shows_what_is_marked(link) -> None:
    public = Link(link.owner, "p" * 43)
    feed_token(public.secret, owner=link.owner, scope="public")
    meeting(title="Open day", is_public=True, join_url="https://meet.example/code", description="inner words")
    meeting(title="Not marked", owner=link.owner)

    answer, text = public.read(), public.text()

    assert (public.titles(), "CLASS:PUBLIC" in text) == (["Open day"], True)
    assert ("meet.example" in text, "inner words" in text, "/admin/" in text) == (False, False, False)
    assert (answer.headers["Cache-Control"], "X-Robots-Tag" in answer.headers) == ("public, max-age=900", False)


def test_busy_link_says_only_when(link) -> None:
    busy = Link(link.owner, "b" * 43)
    token = feed_token(busy.secret, owner=link.owner, purpose="busy")
    meeting(owner=link.owner, title="Words")
    meeting(owner=link.owner, starts_at=STARTS_AT + timedelta(minutes=30), ends_at=STARTS_AT + timedelta(hours=1))
    meeting(owner=link.owner, state="cancelled", starts_at=FIVE, ends_at=FIVE + timedelta(hours=1))
    offered_time(
        request=meeting_request(owner=link.owner, state="offered"), starts_at=FIVE, ends_at=FIVE + timedelta(hours=1)
    )

    assert sorted(busy.text().split("\r\n")[8:-2]) == [
        "BEGIN:VFREEBUSY",
        "DTEND:20271105T000000Z",
        "DTSTAMP:20260601T120000Z",
        "DTSTART:20261001T000000Z",
        "END:VFREEBUSY",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE;VALUE=PERIOD:20261001T170000Z/20261001T180000Z",
        "FREEBUSY;FBTYPE=BUSY;VALUE=PERIOD:20261028T190000Z/20261028T200000Z",
        f"UID:{token.public_id}",
    ]


def test_a_hidden_meeting_is_in_no_feed_of_who_may_not_see_it(link) -> None:
    meeting(owner=user(), title="Confidential", is_confidential=True)
    meeting(owner=user(), title="Of a hidden person", person=person(visibility="team"))
    meeting(owner=user(), title="Another's")

    assert link.titles() == []


def test_who_is_taken_off_no_longer_gets_the_meeting(link) -> None:
    row = meeting(title="Invited", is_confidential=True)
    invited = attendee(meeting=row, user=link.owner, email="me@ours.example")
    before = link.titles()
    remove_attendee(invited, version=row.version, by=row.owner, at=NOW)

    assert (before, link.titles()) == (["Invited"], [])


@pytest.mark.parametrize("role", [Role.ADVOCATE, Role.EDITOR, Role.SYSADMIN, Role.API_CLIENT])
def test_another_role_empties_the_feed(link, role) -> None:
    meeting(owner=link.owner), offered_time(request=meeting_request(owner=link.owner, state="offered"))
    before = len(link.titles())
    change_role(link.owner, role=role)

    assert (before, link.titles(), link.read().status_code) == (2, [], 200)


def test_a_volunteer_gets_only_what_she_is_invited_to(link) -> None:
    change_role(link.owner, role=Role.VOLUNTEER)
    meeting(owner=link.owner, title="Owned only")
    attendee(meeting=meeting(title="Invited"), user=link.owner)

    assert link.titles() == ["Invited"]
