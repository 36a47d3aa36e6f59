from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from crm.access.enums import Role
from crm.access.models import Team
from crm.activity.models import ActivityEntry
from meetings.feeds.actions import create_link, keep_parts, note_use, renew_parts, revoke_link, rotate_link
from meetings.feeds.enums import Detail, FeedPurpose, FeedScope
from meetings.feeds.errors import LinkRevokedError, NotYourTeamError, PublicLinkError
from meetings.feeds.models import FeedToken, RenderedEvent
from meetings.feeds.rules import hash_token
from meetings.scheduling.actions import edit_meeting
from meetings.scheduling.errors import PublicAndConfidentialError
from meetings.scheduling.registry import Change, MeetingChange
from tests.factories.access import user
from tests.factories.feeds import feed_token
from tests.factories.meetings import meeting

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def verbs() -> list[str]:
    return list(ActivityEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_create_link_keeps_only_the_digest_and_each_call_makes_a_link() -> None:
    who = user(role=Role.VOLUNTEER)

    token, secret = create_link(scope=FeedScope.PERSONAL, label="my\nphone", by=who, at=AT)
    _other, another = create_link(scope=FeedScope.PERSONAL, purpose=FeedPurpose.BUSY, by=who, at=AT)

    assert (len(secret), secret == another, token.label) == (43, False, "my phone")
    assert list(FeedToken.objects.values_list("token_hash", "purpose", "owner")) == [
        (hash_token(secret), "events", who.pk),
        (hash_token(another), "busy", who.pk),
    ]
    assert verbs() == ["feed_link.made", "feed_link.made"]


def test_create_link_refuses_foreign_teams_and_public_calendars_of_readers() -> None:
    who, team = user(role=Role.AUDITOR), Team.objects.create(name="North")

    with pytest.raises(NotYourTeamError):
        create_link(scope=FeedScope.TEAM, team=team, by=who, at=AT)
    with pytest.raises(NotYourTeamError):
        create_link(scope=FeedScope.TEAM, by=who, at=AT)
    with pytest.raises(PublicLinkError):
        create_link(scope=FeedScope.PUBLIC, by=who, at=AT)

    assert (FeedToken.objects.count(), verbs()) == (0, [])


@pytest.mark.parametrize("fields", [{"scope": "team"}, {"scope": "public", "purpose": "busy"}])
def test_the_database_refuses_links_that_make_no_sense(fields) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        feed_token(**fields)


def test_rotate_link_changes_the_secret_each_time() -> None:
    token = feed_token("old", last_used_on=AT.date())

    first = rotate_link(token, by=token.owner, at=AT)
    second = rotate_link(token, by=token.owner, at=AT)

    assert first != second
    assert (token.token_hash, token.rotated_at, token.last_used_on) == (hash_token(second), AT, None)
    assert verbs() == ["feed_link.rotated", "feed_link.rotated"]


def test_revoke_link_is_for_good_and_the_second_call_changes_nothing() -> None:
    token = feed_token()

    revoke_link(token, by=token.owner, at=AT)
    revoke_link(token, by=token.owner, at=AT.replace(hour=13))

    assert (token.revoked_at, verbs()) == (AT, ["feed_link.revoked"])
    with pytest.raises(LinkRevokedError):
        rotate_link(token, by=token.owner, at=AT)


def test_note_use_never_goes_back() -> None:
    token = feed_token()

    for day in (2, 2, 1):
        note_use(token, on=AT.replace(day=day).date())

    token.refresh_from_db()
    assert token.last_used_on == AT.replace(day=2).date()


def test_keep_parts_writes_one_row_per_meeting_and_detail() -> None:
    row = meeting(title="Plain words")

    first = keep_parts([row], Detail.OWN)
    second = keep_parts([row], Detail.OWN)

    assert first == second
    assert list(RenderedEvent.objects.values_list("meeting", "detail", "version", "zone", "body")) == [
        (row.pk, "own", 1, "America/New_York", first[row.pk].body)
    ]


@pytest.mark.parametrize(("kind", "count"), [(Change.EDITED, 2), (Change.CANCELLED, 2), (Change.ANSWERED, 0)])
def test_renew_parts_hears_what_changes_a_meeting(kind, count) -> None:
    row = meeting()

    for _ in range(2):
        renew_parts(MeetingChange(kind, row, row.owner, AT))

    assert RenderedEvent.objects.count() == count


def test_a_confidential_meeting_is_in_no_public_calendar() -> None:
    row = meeting(is_confidential=True)

    with pytest.raises(PublicAndConfidentialError):
        edit_meeting(row, version=1, by=row.owner, at=AT, is_public=True)
    edit_meeting(row, version=1, by=row.owner, at=AT, is_public=True, is_confidential=False)

    row.refresh_from_db()
    assert (row.is_public, row.is_confidential) == (True, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.update(is_confidential=True)
