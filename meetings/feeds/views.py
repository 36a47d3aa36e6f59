"""Calendars behind a secret address, and single meetings as files."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django_ical.views import ICalFeed

from crm.base.links import read_token
from crm.base.text import one_line
from meetings.feeds.actions import keep_parts, note_use
from meetings.feeds.enums import Detail, FeedScope
from meetings.feeds.ics import KeptFeed, busy_file, calendar_file, hold_part, meeting_part
from meetings.feeds.models import FeedToken
from meetings.feeds.queries import (
    busy_times,
    hold_rows,
    is_busy_link,
    kept_parts,
    key_of,
    live_link,
    to_render,
    version_key,
)
from meetings.feeds.rules import PER_MINUTE, detail_of, entity_tag, tally, window
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.views import MeetingMixin
from meetings.steps.views import AdminPage

DAY = 24 * 60 * 60
CALENDAR = "text/calendar; charset=utf-8"
ANYBODY = {"Cache-Control": "public, max-age=900", "Referrer-Policy": "no-referrer"}
HOLDER = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


class CalendarFeed(ICalFeed):
    """django-ical's view with strong ETags instead of Last-Modified, GET and HEAD only, and its own 404."""

    feed_type = KeptFeed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        at = timezone.now()
        token = live_link(kwargs["token"])
        if token is None:
            return refused(404, "There is no calendar at this address.\n")
        if request.method not in ("GET", "HEAD"):
            return refused(405, "A calendar can only be read.\n", Allow="GET, HEAD")
        if is_too_often(token, at):
            return refused(429, "Read this calendar again in a minute.\n", **{"Retry-After": "60"})
        if token.last_used_on != at.date():
            note_use(token, on=at.date())
        return self.answer(request, token, at)

    def answer(self, request: HttpRequest, token: FeedToken, at: datetime) -> HttpResponse:
        """304 without building anything when nothing changed since this process last built it."""
        seen, on = f"feed-{token.pk}", at.date()
        before = cache.get(seen) if request.headers.get("If-None-Match") else None
        if before and before[0] == version_key(token, on):
            unchanged = get_conditional_response(request, etag=before[1])
            if unchanged is not None:
                return labelled(unchanged, token, before[1])
        body, now = self.busy(token, on) if is_busy_link(token) else self.events(token, on)
        etag = entity_tag(body)
        cache.set(seen, (now, etag), DAY)
        answer = HttpResponse(body, content_type=CALENDAR)
        return labelled(get_conditional_response(request, etag=etag, response=answer) or answer, token, etag)

    def busy(self, token: FeedToken, on: date) -> tuple[bytes, str]:
        """The file, and the key of what it was made from."""
        now = version_key(token, on)
        last, busy, held = busy_times(token, on)
        return busy_file(token.public_id, (window(on).today, window(on).ends_at), last, busy, held), now

    def events(self, token: FeedToken, on: date) -> tuple[bytes, str]:
        """Kept entries, made now where one is missing or stale; then the holds. With the key of what was read."""
        kept, held = kept_parts(token, on), list(hold_rows(token, on))
        missing = [pk for pk, _version, part in kept if part is None]
        made = keep_parts(to_render(missing), detail_of(token)) if missing else {}
        parts = [part or made.get(pk) for pk, _version, part in kept]
        name = settings.ORGANISATION_NAME
        title = f"{name}: {token.team}" if token.team else name
        whole = calendar_file(title, [part for part in parts if part] + [hold_part(offer) for offer in held])
        read = tally((pk, version) for pk, version, _part in kept)
        return whole, key_of(token, on, read, tally((offer.pk, offer.request.version) for offer in held))


@csrf_exempt  # nothing is ever written for a POST; a program gets its 405 without a cookie
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of a link. A wrong and a revoked address answer alike."""
    return CalendarFeed()(request, token=token)


def is_too_often(token: FeedToken, at: datetime) -> bool:
    """Whether this link was read more than 60 times in this minute."""
    key = f"feed-rate-{token.pk}-{int(at.timestamp()) // 60}"
    cache.add(key, 0, 120)
    try:
        return cache.incr(key) > PER_MINUTE
    except ValueError:  # it ran out between the two
        return False


def refused(status: int, sentence: str, **headers: str) -> HttpResponse:
    """Plain words. Not logged by Django, whose line would hold the whole address."""
    answer = HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=status, headers=HOLDER | headers)
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def labelled(answer: HttpResponse, token: FeedToken, etag: str) -> HttpResponse:
    """With the headers that also a 304 carries."""
    kept = ANYBODY if token.scope == FeedScope.PUBLIC else HOLDER
    for name, value in {**kept, "ETag": etag}.items():
        answer.headers[name] = value
    return answer


def event_file(meeting: Meeting, detail: Detail) -> HttpResponse:
    """One meeting to put into any calendar."""
    body = calendar_file(one_line(meeting.title), [meeting_part(meeting, detail)])
    answer = HttpResponse(body, content_type=CALENDAR, headers=HOLDER)
    answer.headers["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return answer


class MeetingFileView(MeetingMixin, AdminPage):
    """The meeting as staff have it in their calendar."""

    page_title = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return event_file(self.meeting, Detail.OWN)


def guest_file(request: HttpRequest, token: str) -> HttpResponse:
    """The meeting for somebody invited, by the link she was mailed to answer; nothing for whoever was taken off."""
    known = read_token(token)
    if known is None or known[0] != "r":
        raise Http404(_("This link does not work"))
    invited = Attendee.objects.filter(public_id=known[1], removed_at=None).select_related("meeting__venue").first()
    if invited is None:
        raise Http404(_("This link does not work"))
    return event_file(invited.meeting, Detail.GUEST)
