"""Who may be somebody we know already. Candidates come from indexes; only they are compared."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

from django.contrib.auth.models import AnonymousUser
from django.db.models import ForeignObjectRel, Model, Q, QuerySet

from crm.access.models import User
from crm.base.dates import current_q
from crm.base.text import fold
from crm.duplicates.enums import Reason
from crm.duplicates.models import DuplicateLook, DuplicatePair, NotDuplicate, NotDuplicateOrganization
from crm.duplicates.rules import POSSIBLE, Likeness, Traits, blocks_of, likeness, plain_phone
from crm.people.enums import ContactType
from crm.people.models import ContactDetail, Membership, Person

CANDIDATES = 400
BLOCK_LIMIT = 60
CHUNK = 500


@dataclass(frozen=True)
class Similar:
    """Somebody here who may be the one meant."""

    person: Person
    score: int
    reasons: list[Reason]


def similar_people(
    user: User | AnonymousUser,
    *,
    name: str,
    on: date,
    email: str = "",
    phone: str = "",
    birth_date: str = "",
    without: Person | None = None,
    limit: int = 5,
) -> list[Similar]:
    """Visible people who may be the one described, the likeliest first."""
    wanted = Traits(name, {email.strip().casefold()} - {""}, {plain_phone(phone)} - {""}, birth_date)
    people = {person.pk: person for person in _candidates(user, name, wanted.emails)[:CANDIDATES]}
    if without is not None:
        people.pop(without.pk, None)
    found = traits_of(people, on=on)
    scored = ((pk, likeness(wanted, traits)) for pk, traits in found.items())
    kept = [Similar(people[pk], like.score, like.reasons) for pk, like in scored if _is_enough(like, wanted)]
    return sorted(kept, key=lambda similar: (-similar.score, similar.person.sort_name))[:limit]


def _is_enough(like: Likeness, wanted: Traits) -> bool:
    """Where nothing but the name was typed, a very like name is enough to show."""
    only_name = not (wanted.emails or wanted.phones or wanted.birth_date)
    return like.score >= POSSIBLE or (only_name and Reason.NAME in like.reasons)


def _candidates(user: User | AnonymousUser, name: str, emails: set[str]) -> QuerySet[Person]:
    """Visible people who share an address or the beginnings of two words of the name."""
    words = sorted({word[:3] for word in fold(name).split() if len(word) > 2})
    begins = [Q(search_text__startswith=word) | Q(search_text__contains=f" {word}") for word in words]
    pairs = [one & other for one, other in combinations(begins, 2)] or begins
    wanted = Q(pk__in=[])
    for pair in pairs:
        wanted |= pair
    if emails:
        mailed = ContactDetail.objects.filter(type=ContactType.EMAIL, value__in=emails, person__isnull=False)
        wanted |= Q(pk__in=mailed.values("person"))
    people: QuerySet[Person] = Person.objects.visible_to(user)
    return people.filter(wanted).order_by("sort_name", "id")


def traits_of(keys: Iterable[int], *, on: date) -> dict[int, Traits]:
    """What these people are compared by; four queries for each 500 of them."""
    found: dict[int, Traits] = {}
    listed = list(keys)
    for start in range(0, len(listed), CHUNK):
        chunk = listed[start : start + CHUNK]
        people = Person.objects.filter(pk__in=chunk).order_by().values_list("pk", "name", "birth_date")
        found |= {pk: Traits(name, birth_date=birth) for pk, name, birth in people}
        details = ContactDetail.objects.filter(
            person__in=chunk, type__in=(ContactType.EMAIL, ContactType.VOICE)
        ).order_by()
        for pk, kind, value in details.values_list("person_id", "type", "value"):
            if pk in found:
                _note_contact(found[pk], kind, value)
        held = Membership.objects.filter(current_q(on), person__in=chunk).order_by()
        for pk, body in held.values_list("person_id", "organization_id"):
            if pk in found:
                found[pk].bodies.add(body)
    return found


def _note_contact(traits: Traits, kind: str, value: str) -> None:
    if kind == ContactType.EMAIL:
        traits.emails.add(value.casefold())
    elif phone := plain_phone(value):
        traits.phones.add(phone)


def possible_pairs(*, on: date) -> Iterator[tuple[int, int, Likeness]]:
    """Every two people who may be one, the smaller key first. Reads names in one pass; compares inside blocks only."""
    together = set[tuple[int, int]]()
    for keys in _blocks().values():
        if 1 < len(keys) <= BLOCK_LIMIT:
            together |= {(min(pair), max(pair)) for pair in combinations(keys, 2)}
    pairs = sorted(together)
    for start in range(0, len(pairs), 2000):
        part = pairs[start : start + 2000]
        traits = traits_of({pk for pair in part for pk in pair}, on=on)
        for first, second in part:
            like = likeness(traits[first], traits[second])
            if like.score >= POSSIBLE:
                yield first, second, like


def _blocks() -> dict[str, set[int]]:
    blocks: dict[str, set[int]] = defaultdict(set)
    people = Person.objects.filter(merged_into=None).order_by()
    for pk, name in people.values_list("pk", "name").iterator(chunk_size=5000):
        for key in blocks_of(name):
            blocks[key].add(pk)
    kept = ContactDetail.objects.filter(person__isnull=False, person__merged_into=None).order_by()
    wanted = kept.filter(type__in=(ContactType.EMAIL, ContactType.VOICE)).values_list("person_id", "type", "value")
    for pk, kind, value in wanted.iterator(chunk_size=5000):
        shared = value.casefold() if kind == ContactType.EMAIL else plain_phone(value)
        if shared:
            blocks[f"{kind}:{shared}"].add(pk)
    return blocks


def undecided_pairs(user: User | AnonymousUser) -> QuerySet[DuplicatePair]:
    """Pairs of visible people still to be looked at, the likeliest first, with both people."""
    return DuplicatePair.objects.visible_to(user).undecided().select_related("first", "second")


def last_look() -> datetime | None:
    """When everybody was last looked through."""
    return DuplicateLook.objects.values_list("looked_at", flat=True).first()


def what_names(row: Model) -> list[tuple[str, int]]:
    """How many rows of each kind name this row, in words; what moves when it is merged away."""
    found: Counter[str] = Counter()
    for relation in row._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and not relation.many_to_many:
            model = relation.related_model
            if model not in (DuplicatePair, NotDuplicate, NotDuplicateOrganization):
                words = str(model._meta.verbose_name_plural)
                found[words] += model._base_manager.filter(**{relation.field.name: row.pk}).count()
    return sorted((words, count) for words, count in found.items() if count)
