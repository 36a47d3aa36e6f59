from typing import Any

import pytest

from crm.access.enums import Role
from crm.access.models import User
from crm.people.enums import Visibility
from crm.people.models import Identifier
from crm.votes.enums import VoteOption
from crm.votes.models import Scorecard, Vote
from crm.votes.queries import match_lines, people_scoring, score_row, scored, scores_of, voters
from crm.votes.rules import UnreadableTableError, lines_of, option_of, rounded, score_of
from tests.factories.access import user
from tests.factories.people import membership, organization, person
from tests.factories.votes import scorecard, scorecard_item, vote, vote_event

pytestmark = pytest.mark.django_db


def scores(card: Scorecard, who: User) -> dict[int, tuple[int, int]]:
    return {row["person_id"]: (score_row(row)["score"], row["votes"]) for row in scored(card, who)}


@pytest.mark.parametrize(
    ("options", "score"),
    [
        (["yes", "no"], 100),
        (["yes", "yes"], 25),
        (["no", "no"], 75),
        (["abstain", "no"], 88),
        (["absent", "yes"], 0),
        (["paired", "not voting"], None),
        (["absent", ""], None),
    ],
)
def test_a_score_is_the_weight_one_got_right(options: list[str], score: int | None, coordinator: User) -> None:
    card, who = scorecard(), person()
    first = scorecard_item(scorecard=card, wanted="yes", weight=1)
    second = scorecard_item(scorecard=card, wanted="no", weight=3)
    for item, option in zip((first, second), options, strict=True):
        if option:
            vote(vote_event=item.vote_event, person=who, option=option)
    scorecard_item(vote_event=first.vote_event, wanted="no", weight=9)

    plain = score_of(
        dict(Vote.objects.values_list("vote_event_id", "option")),
        {item.vote_event_id: (item.wanted, item.weight) for item in (first, second)},
    )

    assert plain == score
    assert {pk: found[0] for pk, found in scores(card, coordinator).items()} == (
        {} if score is None else {who.pk: score}
    )
    assert [found for key, found in scores_of(who, coordinator) if key == card] == ([] if score is None else [score])


def test_abstaining_earns_everything_when_it_was_right(coordinator: User) -> None:
    item = scorecard_item(wanted=VoteOption.ABSTAIN)
    right = vote(vote_event=item.vote_event, option="abstain")

    assert scores(item.scorecard, coordinator) == {right.person_id: (100, 1)}


@pytest.mark.parametrize(("earned", "could", "percent"), [(1, 8, 13), (1, 3, 33), (2, 3, 67), (0, 2, 0), (2, 2, 100)])
def test_halves_round_up_everywhere(earned: int, could: int, percent: int) -> None:
    assert rounded(earned, could) == percent


def test_only_visible_people_are_scored(coordinator: User) -> None:
    item = scorecard_item()
    hidden = vote(vote_event=item.vote_event, person=person(visibility=Visibility.TEAM, owner=user()))

    seen = [scores(item.scorecard, who) for who in (coordinator, user(role=Role.DIRECTOR), user(role=Role.ADVOCATE))]

    assert seen == [{}, {hidden.person_id: (100, 1)}, {}]


def test_people_in_a_range_of_scores_are_those_shown_with_one(coordinator: User) -> None:
    card = scorecard()
    items = [scorecard_item(scorecard=card) for _place in range(3)]
    low, middle, high = person(), person(), person()
    for who, options in ((low, "no no no"), (middle, "yes yes no"), (high, "yes yes yes")):
        for item, option in zip(items, options.split(), strict=True):
            vote(vote_event=item.vote_event, person=who, option=option)

    found = [
        {row["person_id"] for row in people_scoring(card, coordinator, at_least=least, at_most=most)}
        for least, most in ((0, 0), (67, 100), (68, 100), (0, 100))
    ]

    assert found == [{low.pk}, {middle.pk, high.pk}, {high.pk}, {low.pk, middle.pk, high.pk}]


def test_who_could_vote_is_the_members_of_that_day_and_whoever_voted(coordinator: User) -> None:
    event = vote_event(organization=organization())
    member = membership(organization=event.organization, person=person(name="Ada", sort_name="A")).person
    membership(organization=event.organization, end_date="2026-03-01")
    guest = vote(vote_event=event, person=person(name="Ben", sort_name="B"), option="no").person
    hidden = person(visibility=Visibility.TEAM, owner=user())
    membership(organization=event.organization, person=hidden)

    assert voters(event, coordinator) == [(member, ""), (guest, "no")]


@pytest.mark.parametrize(
    ("word", "option"), [("Yea", "yes"), ("NAY", "no"), ("Not voting", "not voting"), ("present", "abstain")]
)
def test_tables_write_votes_in_many_words(word: str, option: str) -> None:
    assert option_of(word) == option


def test_a_table_is_read_whatever_separates_its_columns() -> None:
    found = [
        [(line.name, line.option) for line in lines_of(text)]
        for text in ("Vote;Member\nyes;Ada\n\n", "\ufeffmember,notes,vote\nAda,x,yes\n", "name\toption\nAda\tyes")
    ]

    assert found == [[("Ada", "yes")]] * 3


def test_a_table_without_its_columns_is_refused() -> None:
    with pytest.raises(UnreadableTableError):
        lines_of("who,what\nAda,yes\n")


def test_lines_mean_one_visible_person_or_nobody(coordinator: User) -> None:
    ada, twin = person(name="Ada Byron"), person(name="Élise Twin")
    person(name="Élise Twin")
    hidden = person(name="Hidden One", visibility=Visibility.TEAM, owner=user())
    Identifier.objects.create(person=twin, scheme="bioguide", identifier="T000001")
    Identifier.objects.create(person=hidden, scheme="bioguide", identifier="H000002")
    names = ["ada byron", "Élise Twin", "T000001", "bioguide:T000001", "other:T000001", "H000002", "Hidden One", "New"]

    found = match_lines(lines_of("name,vote\n" + "".join(f"{name},yes\n" for name in names)), coordinator)

    assert [(match.person, match.candidates) for match in found] == [
        (ada, 1),
        (None, 2),
        (twin, 1),
        (twin, 1),
        (None, 0),
        (None, 0),
        (None, 0),
        (None, 0),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_scores_take_one_query(count: int, coordinator: User, django_assert_num_queries: Any) -> None:
    card = scorecard()
    for _place in range(count):
        vote(vote_event=scorecard_item(scorecard=card).vote_event)

    with django_assert_num_queries(1):
        found = list(scored(card, coordinator).order_by("-share"))

    assert len(found) == count


@pytest.mark.parametrize("count", [1, 3])
def test_lines_are_matched_in_two_queries(count: int, coordinator: User, django_assert_num_queries: Any) -> None:
    lines = lines_of("name,vote\n" + "".join(f"{person().name},yes\n" for _line in range(count)))

    with django_assert_num_queries(2):
        found = match_lines(lines, coordinator)

    assert [match.candidates for match in found] == [1] * count
