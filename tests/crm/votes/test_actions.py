from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm.access.models import User
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.changes.actions import undo_changes
from crm.votes.actions import (
    create_scorecard,
    create_vote_event,
    edit_scorecard,
    edit_vote_event,
    rate_vote,
    record_votes,
    unrate_vote,
)
from crm.votes.enums import VoteOption
from crm.votes.errors import AlreadyRatedError, VoteExistsError
from crm.votes.models import Scorecard, ScorecardItem, Vote, VoteEvent
from tests.factories.people import organization, person
from tests.factories.votes import scorecard, scorecard_item, vote, vote_event

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def verbs(row: Any) -> list[str]:
    return [entry.verb for entry in timeline_of(row)]


def cast() -> dict[Any, str]:
    return {row.person: row.option for row in Vote.objects.select_related("person")}


def test_a_vote_of_a_body_is_added_once_per_number(coordinator: User) -> None:
    body = organization()
    values = {"identifier": "H 12", "motion": "On  passage", "organization": body, "start_date": date(2026, 3, 30)}
    event = create_vote_event(**values, by=coordinator, at=AT)

    with pytest.raises(VoteExistsError):
        create_vote_event(**values, by=coordinator, at=AT)

    assert (event.motion, VoteEvent.objects.count(), verbs(body)) == ("On passage", 1, ["vote_event.created"])


def test_editing_a_vote_twice_from_one_form_is_refused(coordinator: User) -> None:
    event = vote_event()
    edit_vote_event(event, version=1, motion="On passage", by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        edit_vote_event(event, version=1, motion="On recommittal", by=coordinator, at=AT)

    assert (event.motion, verbs(event)) == ("On passage", ["vote_event.edited"])


def test_a_number_the_body_has_already_is_refused_when_editing(coordinator: User) -> None:
    event = vote_event()
    other = vote_event(organization=event.organization)

    with pytest.raises(VoteExistsError):
        edit_vote_event(other, version=1, identifier=event.identifier, by=coordinator, at=AT)


def test_recording_votes_twice_changes_them_once(coordinator: User) -> None:
    event, ada, ben = vote_event(), person(), person()

    counts = [record_votes(event, [(ada, "yes"), (ben, "no")], by=coordinator, at=AT) for _time in range(2)]

    assert (counts, cast()) == ([2, 0], {ada: "yes", ben: "no"})
    assert (verbs(event), verbs(ada)) == (["votes.recorded"], ["votes.recorded"])


def test_votes_are_corrected_and_taken_back_and_all_of_it_undone(coordinator: User) -> None:
    kept, event = vote(), vote_event()
    right, wrong, away = (vote(vote_event=event).person for _place in range(3))
    late = person()

    record_votes(event, [(wrong, "no"), (away, ""), (late, "absent")], by=coordinator, at=AT)
    after = cast()
    undo_changes(timeline_of(event).first(), by=coordinator, at=AT)  # type: ignore[arg-type]

    assert after == {kept.person: "yes", right: "yes", wrong: "no", late: "absent"}
    assert cast() == {kept.person: "yes", right: "yes", wrong: "yes", away: "yes"}


def test_votes_from_an_old_form_are_refused(coordinator: User) -> None:
    event, who = vote_event(), person()
    record_votes(event, [(who, "yes")], version=1, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        record_votes(event, [(who, "no")], version=1, by=coordinator, at=AT)

    assert cast() == {who: "yes"}


def test_a_scorecard_is_made_and_edited_once_per_version(coordinator: User) -> None:
    card = create_scorecard(title=" Harbours ", by=coordinator, at=AT)
    edit_scorecard(card, version=1, title="Clean harbours", description="", by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        edit_scorecard(card, version=1, title="Late", description="", by=coordinator, at=AT)

    assert [row.title for row in Scorecard.objects.all()] == ["Clean harbours"]
    assert verbs(card) == ["scorecard.edited", "scorecard.created"]


def test_a_vote_is_rated_once(coordinator: User) -> None:
    card, event = scorecard(), vote_event()
    rate_vote(card, event, wanted=VoteOption.NO, weight=3, by=coordinator, at=AT)

    with pytest.raises(AlreadyRatedError):
        rate_vote(card, event, wanted=VoteOption.YES, weight=1, by=coordinator, at=AT)

    assert [(row.wanted, row.weight) for row in ScorecardItem.objects.all()] == [("no", 3)]
    assert (verbs(card), verbs(event)) == (["vote.rated"], ["vote.rated"])


def test_a_vote_is_taken_off_once_and_can_be_put_back(coordinator: User) -> None:
    item = scorecard_item()
    card = item.scorecard

    for _time in range(2):
        unrate_vote(item, by=coordinator, at=AT)

    assert (ScorecardItem.objects.count(), verbs(card)) == (0, ["vote.unrated"])
    undo_changes(timeline_of(card).first(), by=coordinator, at=AT)  # type: ignore[arg-type]
    assert ScorecardItem.objects.count() == 1
