"""Telling every delegate her day: one mail per batch of changes, and only to those whose day changed."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format

from crm.access.models import User
from crm.activity.actions import record
from crm.base.locking import save_version
from crm.base.rows import lock_owner
from crm.messaging.actions import queue_from_template
from crm.messaging.enums import Stream
from meetings.itineraries.models import Itinerary
from meetings.itineraries.queries import Leg, content_for, day_link, legs_of
from meetings.lobbydays.actions import check_open
from meetings.lobbydays.enums import DayState
from meetings.lobbydays.models import Delegate, LobbyDay

LINES = 20
KEEP_TRYING = timedelta(hours=24)


@transaction.atomic
def publish_day(day: LobbyDay, *, by: User, at: datetime) -> list[Itinerary]:
    """planning → published: a mail with link and calendar file to everybody whose day is new or another.

    Gives the itineraries that changed. The second call without a change mails nobody and leaves no entry.
    """
    check_open(day)
    lock_owner(day)
    before = {each.delegate_id: each for each in Itinerary.objects.filter(delegate__lobby_day=day)}
    changed = []
    for delegate in day.delegates.select_related("person"):
        content = content_for(day, delegate)
        known = before.get(delegate.pk)
        if content == (known.content if known else []):
            continue
        itinerary = _keep(delegate, known, content, at)
        _mail(day, delegate, itinerary, at)
        changed.append(itinerary)
    if day.state == DayState.PLANNING:
        save_version(day, version=day.version, at=at, state=DayState.PUBLISHED)
    elif not changed:
        return []
    record("lobby_day.published", day, by=by, at=at, about=(day.ask,), data={"count": len(changed)})
    return changed


def _keep(delegate: Delegate, known: Itinerary | None, content: list[dict[str, Any]], at: datetime) -> Itinerary:
    if known is None:
        return Itinerary.objects.create(delegate=delegate, content=content, published_at=at)
    known.number, known.content, known.published_at = known.number + 1, content, at
    known.save(update_fields=["number", "content", "published_at"])
    return known


def _mail(day: LobbyDay, delegate: Delegate, itinerary: Itinerary, at: datetime) -> None:
    if not delegate.email:
        return
    queue_from_template(
        "lobby-itinerary" if itinerary.content else "lobby-nothing-left",
        key=f"lobby-itinerary:{itinerary.public_id}:{itinerary.number}",
        stream=Stream.TRANSACTIONAL,
        to_email=delegate.email,
        to_name=delegate.name,
        fields=mail_fields(day, delegate, itinerary),
        language=delegate.language,
        at=at,
        not_after=max(datetime.combine(day.held_on, day.closes, ZoneInfo(day.time_zone)), at + KEEP_TRYING),
        person=delegate.person,
        obj=delegate,
    )


def mail_fields(day: LobbyDay, delegate: Delegate, itinerary: Itinerary) -> dict[str, str]:
    """The merge fields of the mail; line_1 … line_20 are empty where there are fewer meetings."""
    legs = legs_of(itinerary)
    with translation.override(delegate.language):
        lines = [_line(leg, ZoneInfo(day.time_zone)) for leg in legs]
        held_on = date_format(day.held_on, "DATE_FORMAT")
    fields = {f"line_{n + 1}": lines[n] if n < len(lines) else "" for n in range(LINES)}
    return fields | {
        "delegate_name": delegate.name,
        "day_title": day.title,
        "day_date": held_on,
        "day_zone": day.time_zone,
        "link_url": day_link(itinerary),
        "is_change": "yes" if itinerary.number > 1 else "",
        "owner_name": day.owner.get_full_name() or day.owner.get_username(),
        "owner_email": day.owner.email,
    }


def _line(leg: Leg, zone: ZoneInfo) -> str:
    start, end = leg.starts_at.astimezone(zone), leg.ends_at.astimezone(zone)
    words = [f"{start:%H:%M}–{end:%H:%M}", leg.office.person.name, leg.place]
    return " · ".join(word for word in words if word)
