from datetime import date

import pytest

from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.base.errors import NotAllowedError, StaleVersionError
from crm.briefings.actions import (
    approve_talking_point,
    create_snapshot,
    edit_talking_point,
    retire_talking_point,
)
from crm.briefings.enums import Audience, TalkingPointState
from crm.briefings.errors import MissingSourceError, TalkingPointRetiredError
from crm.briefings.models import BriefingSnapshot
from tests.crm.briefings.rows import AT, lines, sections
from tests.factories.access import user as make_user
from tests.factories.briefings import approved_point, talking_point
from tests.factories.issues import ask as make_ask
from tests.factories.people import legislator

pytestmark = pytest.mark.django_db
WORDS = {
    "text": "Eight of ten schools.",
    "source": "School census",
    "sourced_on": date(2026, 2, 1),
    "audience": Audience.DELEGATION,
}


@pytest.fixture
def director(db: None) -> User:
    return make_user(role=Role.DIRECTOR)


def verbs() -> list[str]:
    return list(ActivityEntry.objects.order_by("id").values_list("verb", flat=True))


def test_author_does_not_approve_her_own_words(coordinator: User) -> None:
    point = talking_point(by=coordinator)

    with pytest.raises(NotAllowedError) as refusal:
        approve_talking_point(point, by=coordinator, at=AT)

    assert str(refusal.value.sentence) == (
        "Somebody else than the author approves a talking point. Ask a colleague to read it."
    )
    point.refresh_from_db()
    assert (point.state, point.approved_by) == (TalkingPointState.DRAFT, None)
    assert verbs() == ["talking_point.created"]


def test_point_is_approved_once(coordinator: User, director: User) -> None:
    point = talking_point(by=coordinator)

    approve_talking_point(point, by=director, at=AT)
    approve_talking_point(point, by=director, at=AT)

    point.refresh_from_db()
    assert (point.state, point.approved_by, point.approved_at) == (TalkingPointState.APPROVED, director, AT)
    assert verbs() == ["talking_point.created", "talking_point.approved"]


def test_words_changed_since_they_were_read_are_not_approved(coordinator: User, director: User) -> None:
    point = talking_point(by=coordinator)
    edit_talking_point(point, version=1, by=coordinator, at=AT, **WORDS)

    with pytest.raises(StaleVersionError):
        approve_talking_point(point, by=director, at=AT, version=1)


def test_edited_point_is_a_draft_of_its_editor_again(coordinator: User, director: User) -> None:
    point = approved_point(by=coordinator)

    edit_talking_point(point, version=2, by=director, at=AT, **WORDS)
    with pytest.raises(StaleVersionError):
        edit_talking_point(point, version=2, by=director, at=AT, **WORDS)

    point.refresh_from_db()
    assert (point.state, point.author, point.approved_by) == (TalkingPointState.DRAFT, director, None)
    with pytest.raises(NotAllowedError):
        approve_talking_point(point, by=director, at=AT)


def test_retired_point_is_retired_once_and_for_good(coordinator: User, director: User) -> None:
    point = talking_point(by=coordinator)
    retire_talking_point(point, by=director, at=AT)
    retire_talking_point(point, by=director, at=AT)
    point.refresh_from_db()

    with pytest.raises(TalkingPointRetiredError):
        approve_talking_point(point, by=director, at=AT)
    with pytest.raises(TalkingPointRetiredError):
        edit_talking_point(point, version=2, by=director, at=AT, **WORDS)

    assert verbs() == ["talking_point.created", "talking_point.retired"]


@pytest.mark.parametrize("missing", [{"text": " "}, {"source": ""}, {"sourced_on": None}])
def test_point_without_words_source_or_day_is_refused(missing: dict[str, str], coordinator: User) -> None:
    with pytest.raises(MissingSourceError):
        talking_point(by=coordinator, **missing)

    assert verbs() == []


def test_second_creation_makes_a_second_draft(coordinator: User) -> None:
    first, second = talking_point(by=coordinator), talking_point(by=coordinator)

    assert first != second


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (Audience.INTERNAL, ["for us", "for the delegation", "for the office"]),
        (Audience.DELEGATION, ["for the delegation", "for the office"]),
        (Audience.LEAVE_BEHIND, ["for the office"]),
    ],
)
def test_pack_carries_approved_unexpired_points_for_its_audience(
    coordinator: User, audience: Audience, expected: list[str]
) -> None:
    ask = make_ask()
    approved_point(ask=ask, text="for us", audience=Audience.INTERNAL)
    approved_point(ask=ask, text="for the delegation", expires_on=AT.date())
    approved_point(ask=ask, text="for the office", audience=Audience.LEAVE_BEHIND)
    approved_point(ask=ask, text="expired", audience=Audience.LEAVE_BEHIND, expires_on=date(2026, 3, 8))
    approved_point(text="another ask", audience=Audience.LEAVE_BEHIND)
    talking_point(ask=ask, text="draft", audience=Audience.LEAVE_BEHIND)
    retired = approved_point(ask=ask, text="retired", audience=Audience.LEAVE_BEHIND)
    retire_talking_point(retired, by=coordinator, at=AT)

    made = create_snapshot(legislator(), audience=audience, by=coordinator, at=AT, extra={"ask": ask})

    shown = sections(BriefingSnapshot.objects.get(pk=made.pk))["talking_points"]
    assert lines(shown) == [(f"Point {number}", text) for number, text in enumerate(expected, start=1)]
    assert {(fact["source"], fact["as_of"]) for fact in shown["facts"]} == {("School census", "2026-01-15")}
