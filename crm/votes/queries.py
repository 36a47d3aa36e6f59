from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Count, F, FilteredRelation, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Lower

from crm.access.models import User
from crm.people.models import Identifier, Person
from crm.people.queries import member_of
from crm.votes.enums import VoteOption
from crm.votes.models import Scorecard, ScorecardItem, Vote, VoteEvent
from crm.votes.rules import HALF, LEFT_OUT, Line, points, rounded

CHUNK = 500


def events(user: User) -> QuerySet[VoteEvent]:
    """Votes this user may see, the newest first, with body and ask, and `cast`: how many votes are recorded."""
    rows: QuerySet[VoteEvent] = VoteEvent.objects.visible_to(user)
    return rows.select_related("organization", "ask").annotate(cast=Count("votes"))


def voters(event: VoteEvent, user: User) -> list[tuple[Person, str]]:
    """Who could vote and how each did; members of the body on the day, and whoever voted. Two queries."""
    known = dict(Vote.objects.visible_to(user).filter(vote_event=event).values_list("person", "option"))
    people = Person.objects.visible_to(user)
    members = member_of(people, event.organization, event.start_date)
    there = people.filter(Q(pk__in=members.order_by().values("pk")) | Q(votes__vote_event=event)).distinct()
    return [(person, known.get(person.pk, "")) for person in there.order_by("sort_name", "id")]


def tally(event: VoteEvent, user: User) -> list[tuple[str, int]]:
    """How many voted how, as far as this user may see them."""
    rows = Vote.objects.visible_to(user).filter(vote_event=event).order_by()
    found = dict(rows.values_list("option").annotate(Count("pk")))
    return [(str(option.label), found[option.value]) for option in VoteOption if option.value in found]


@dataclass(frozen=True)
class Match:
    """A line of a table with the one person it means, or none and how many it could mean."""

    line: Line
    person: Person | None
    candidates: int


def match_lines(lines: Iterable[Line], user: User) -> list[Match]:
    """Whom each line means: an identifier (“scheme:id” or the id alone), else the exact name, visible people only.

    Nobody is ever made up, and a name two people have means neither. Two queries for each 500 lines.
    """
    rows = list(lines)
    found = [_matches(rows[start : start + CHUNK], user) for start in range(0, len(rows), CHUNK)]
    return [match for chunk in found for match in chunk]


def _matches(lines: list[Line], user: User) -> list[Match]:
    people = Person.objects.visible_to(user)
    bare = {line.name.rpartition(":")[2].strip() for line in lines}
    owners: dict[str, set[Person]] = defaultdict(set)
    known = Identifier.objects.filter(identifier__in=bare, person__in=people.order_by().values("pk"))
    for row in known.select_related("person"):
        if row.person:
            owners[row.identifier].add(row.person)
            owners[f"{row.scheme}:{row.identifier}"].add(row.person)
    given = {line.name for line in lines}
    folded = {name.lower() for name in given}
    exact = Q(name__in=given) | Q(sort_name__in=given)
    named = people.annotate(low=Lower("name"), low_sort=Lower("sort_name"))
    names: dict[str, set[Person]] = defaultdict(set)
    for person in named.filter(exact | Q(low__in=folded) | Q(low_sort__in=folded)):
        names[person.name.lower()].add(person)
        names[person.sort_name.lower()].add(person)
    return [_match(line, owners.get(line.name) or names.get(line.name.lower()) or set()) for line in lines]


def _match(line: Line, people: set[Person]) -> Match:
    return Match(line, next(iter(people)) if len(people) == 1 else None, len(people))


def scored(card: Scorecard, user: User | AnonymousUser) -> Any:
    """One row per visible person with a score: `person_id`, name, public id, `earned`, `could`, `share` and `votes`.

    Computed by the database from the votes, nothing is stored; `crm.votes.rules` says how. `share` orders by score.
    """
    rows = Vote.objects.visible_to(user).alias(
        item=FilteredRelation("vote_event__scorecard_items", condition=Q(vote_event__scorecard_items__scorecard=card))
    )
    right = Q(option=F("item__wanted"))
    earned = Case(
        When(right, then=F("item__weight") * 2),
        When(option__in=HALF, then=F("item__weight")),
        default=Value(0),
        output_field=IntegerField(),
    )
    rated = rows.filter(item__isnull=False).filter(right | ~Q(option__in=LEFT_OUT)).order_by()
    people = rated.values("person_id", "person__name", "person__sort_name", "person__public_id")
    summed = people.annotate(earned=Sum(earned), could=Sum(F("item__weight") * 2), votes=Count("pk"))
    return summed.annotate(share=F("earned") * 1.0 / F("could"))


SORTS = {
    "score": ("share", "person__sort_name", "person_id"),
    "-score": ("-share", "person__sort_name", "person_id"),
    "name": ("person__sort_name", "person_id"),
    "-name": ("-person__sort_name", "-person_id"),
    "votes": ("votes", "person__sort_name", "person_id"),
    "-votes": ("-votes", "person__sort_name", "person_id"),
}


def score_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `scored` with its `score` as a whole number."""
    return {**row, "score": rounded(row["earned"], row["could"])}


def options_of(card: Scorecard, people: Iterable[int]) -> dict[int, dict[int, str]]:
    """How each of these people voted on the rated votes: option by vote event, by person. One query."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    rows = Vote.objects.filter(vote_event__scorecard_items__scorecard=card, person__in=list(people))
    for person_id, event_id, option in rows.values_list("person_id", "vote_event_id", "option"):
        found[person_id][event_id] = option
    return found


def scores_of(person: Person, user: User) -> list[tuple[Scorecard, int]]:
    """The scores of one person on every scorecard that rates a vote of hers, by title. Three queries at most."""
    rows = Vote.objects.visible_to(user).filter(person=person)
    options = dict(rows.values_list("vote_event_id", "option"))
    earned: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    from_items = ScorecardItem.objects.filter(vote_event__in=list(options)).select_related("scorecard")
    cards = {}
    for item in from_items.order_by("scorecard__title", "id"):
        cards[item.scorecard_id] = item.scorecard
        _add_up(earned[item.scorecard_id], options[item.vote_event_id], item)
    return [(card, rounded(*earned[pk])) for pk, card in cards.items() if earned[pk][1]]


def _add_up(total: list[int], option: str, item: ScorecardItem) -> None:
    from_one = points(option, item.wanted, item.weight)
    total[0] += from_one[0]
    total[1] += from_one[1]


def people_scoring(card: Scorecard, user: User, *, at_least: int, at_most: int) -> QuerySet[Any]:
    """The keys of visible people whose score is in a range, both ends counted, as shown: rounded."""
    found: Any = scored(card, user).filter(share__gte=(2 * at_least - 1) / 200, share__lt=(2 * at_most + 1) / 200)
    return found.values("person_id")


def voted(args: Mapping[str, Any], *, user: User, on: date) -> QuerySet[Any]:
    """Keys of the people who voted one of these ways."""
    rows = Vote.objects.visible_to(user).filter(vote_event=args["vote"], option__in=args["options"])
    return rows.order_by().values("person")


def scoring(args: Mapping[str, Any], *, user: User, on: date) -> QuerySet[Any]:
    """Keys of the people whose score today is in a range."""
    return people_scoring(args["scorecard"], user, at_least=args["at_least"], at_most=args["at_most"])


def last_votes(person: Person, user: User, limit: int) -> QuerySet[Vote]:
    """How a person voted last, with the vote."""
    rows: QuerySet[Vote] = Vote.objects.visible_to(user).filter(person=person).select_related("vote_event")
    return rows.order_by("-vote_event__start_date", "-vote_event_id")[:limit]
