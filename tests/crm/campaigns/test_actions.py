from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from crm.access.models import User
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.campaigns.actions import create_campaign, edit_campaign
from crm.campaigns.models import Campaign
from tests.factories.campaigns import campaign

AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def test_creating_a_campaign_cleans_its_words(coordinator: User) -> None:
    row = create_campaign(
        title="  Safe \n harbours\u202e ", slug="safe", goal="Clean\r\nwater", starts_on=date(2026, 5, 1),
        by=coordinator, at=AT,
    )  # fmt: skip

    assert (row.title, row.goal, row.starts_on, row.created_at) == (
        "Safe harbours",
        "Clean\nwater",
        date(2026, 5, 1),
        AT,
    )
    assert [(entry.verb, entry.actor) for entry in timeline_of(row)] == [("campaign.created", coordinator)]


def test_creating_a_campaign_twice_is_refused(coordinator: User) -> None:
    create_campaign(title="Safe", slug="safe", by=coordinator, at=AT)

    with pytest.raises(IntegrityError), transaction.atomic():
        create_campaign(title="Safe", slug="safe", by=coordinator, at=AT)

    assert Campaign.objects.count() == 1


def test_editing_a_campaign_from_an_old_form_is_refused(coordinator: User) -> None:
    row = campaign()
    words = {"title": "New", "goal": "", "starts_on": None, "ends_on": None}
    edit_campaign(row, version=1, by=coordinator, at=AT, **words)

    with pytest.raises(StaleVersionError) as caught:
        edit_campaign(row, version=1, by=coordinator, at=AT, **words)

    assert (caught.value.current.title, caught.value.current.version) == ("New", 2)
    assert [entry.verb for entry in timeline_of(row)] == ["campaign.edited"]
