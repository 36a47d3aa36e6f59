"""Calendar links, and the entries kept for them."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from crm.access.enums import Act
from crm.access.models import Team, User
from crm.access.rules import can
from crm.activity.actions import record
from crm.base.text import one_line
from meetings.feeds.enums import Detail, FeedPurpose, FeedScope
from meetings.feeds.errors import LinkRevokedError, NotYourTeamError, PublicLinkError
from meetings.feeds.ics import Part, meeting_part
from meetings.feeds.models import FeedToken, RenderedEvent
from meetings.feeds.rules import hash_token, made_for
from meetings.scheduling.models import Meeting
from meetings.scheduling.registry import Change, MeetingChange

RENEWED = frozenset({Change.CONFIRMED, Change.EDITED, Change.MOVED, Change.CANCELLED})
KEPT = (Detail.OWN, Detail.SHARED)


@transaction.atomic
def create_link(
    *,
    scope: FeedScope,
    by: User,
    at: datetime,
    purpose: FeedPurpose = FeedPurpose.EVENTS,
    team: Team | None = None,
    label: str = "",
) -> tuple[FeedToken, str]:
    """A link of one's own and its secret, which nobody can read again. The second call makes a second link."""
    if scope == FeedScope.TEAM and (team is None or not team.members.filter(pk=by.pk).exists()):
        raise NotYourTeamError
    if scope == FeedScope.PUBLIC and not can(by, Act.CHANGE, Meeting):
        raise PublicLinkError
    secret = secrets.token_urlsafe(32)
    token = FeedToken.objects.create(
        owner=by,
        scope=scope,
        purpose=purpose,
        team=team if scope == FeedScope.TEAM else None,
        label=one_line(label, limit=100),
        token_hash=hash_token(secret),
        created_at=at,
    )
    record("feed_link.made", token, by=by, at=at)
    return token, secret


@transaction.atomic
def rotate_link(token: FeedToken, *, by: User, at: datetime) -> str:
    """Another secret for the same link; the old address is gone at once. The second call changes it again.

    Raises LinkRevokedError for a link that was taken back.
    """
    secret = secrets.token_urlsafe(32)
    alive = FeedToken.objects.filter(pk=token.pk, revoked_at=None)
    if not alive.update(token_hash=hash_token(secret), rotated_at=at, last_used_on=None):
        raise LinkRevokedError
    token.refresh_from_db()
    record("feed_link.rotated", token, by=by, at=at)
    return secret


@transaction.atomic
def revoke_link(token: FeedToken, *, by: User, at: datetime) -> FeedToken:
    """Take a link back for good. The second call changes nothing."""
    if FeedToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        record("feed_link.revoked", token, by=by, at=at)
    token.refresh_from_db()
    return token


def note_use(token: FeedToken, *, on: date) -> None:
    """Somebody read the calendar on this day. The second call on one day writes nothing."""
    unnoted = Q(last_used_on=None) | Q(last_used_on__lt=on)
    FeedToken.objects.filter(unnoted, pk=token.pk).update(last_used_on=on)


def keep_parts(meetings: Iterable[Meeting], detail: Detail) -> dict[int, Part]:
    """Write the entries of these meetings anew and keep them; the second call writes the same.

    One who overtakes another with an older meeting does no harm: an entry counts only with its meeting's version.
    """
    rows = list(meetings)
    parts = {row.pk: meeting_part(row, detail) for row in rows}
    kept = [
        RenderedEvent(
            meeting=row,
            detail=detail,
            version=row.version,
            made_for=made_for(),
            zone=parts[row.pk].zone,
            body=parts[row.pk].body,
        )
        for row in rows
    ]
    RenderedEvent.objects.bulk_create(
        kept,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["meeting", "detail"],
        update_fields=["version", "made_for", "zone", "body"],
    )
    return parts


def renew_parts(change: MeetingChange) -> None:
    """A meeting changed, so its entries do. Inside the transaction of the change; may be called again."""
    if change.kind in RENEWED:
        for detail in KEPT:
            keep_parts([change.meeting], detail)
