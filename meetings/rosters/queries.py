"""A table of delegates held against the day and the registry."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q
from django.db.models.functions import Lower

from crm.access.models import User
from crm.access.rules import visible_rows
from crm.base.text import fold
from crm.imports.popolo_identifiers import chunks, people_by_email
from crm.people.models import Person
from crm.places.models import Area
from crm.places.rules import AreaShare, is_valid_on, normalise_postcode
from meetings.attendees.queries import shares_by_postcode
from meetings.lobbydays.models import LobbyDay
from meetings.rosters.rules import Draft, Known, Row, judge
from meetings.scheduling.queries import language_of


def roster_rows(day: LobbyDay, drafts: Sequence[Draft], columns: Mapping[str, str], user: User) -> list[Row]:
    """What would become of every row now. As many queries for one row as for hundreds."""
    people = _people({draft.said["email"] for draft in drafts}, user)
    texts = {draft.said["district"] for draft in drafts} - {""}
    codes = {normalise_postcode(draft.said["postcode"]) for draft in drafts} | {normalise_postcode(t) for t in texts}
    known = Known(
        people=people,
        areas=_areas(texts, day, user),
        postcodes=_postcodes(codes - {""}, day),
        delegates=list(day.delegates.select_related("person", "area")),
        languages={each.pk: language_of(each) for found in people.values() for each in found},
        language=language_of(None),
    )
    return judge(drafts, known, columns)


def _people(emails: Iterable[str], user: User) -> dict[str, list[Person]]:
    """Those of ours this user may see who have one of these addresses."""
    found = people_by_email(sorted(set(emails) - {""}))
    seen: dict[int, Person] = {}
    for chunk in chunks({pk for pks in found.values() for pk in pks}):
        seen |= {each.pk: each for each in Person.objects.visible_to(user).filter(pk__in=chunk, merged_into=None)}
    return {email: [seen[pk] for pk in sorted(pks) if pk in seen] for email, pks in found.items()}


def _areas(texts: Iterable[str], day: LobbyDay, user: User) -> dict[str, list[Area]]:
    """The areas of the day that a text is the division id, the short code or the name of, by the folded text."""
    found: dict[str, dict[int, Area]] = defaultdict(dict)
    rows = visible_rows(Area, user).annotate(low_code=Lower("code"), low_name=Lower("name"))
    for chunk in chunks({each for text in texts for each in (text, text.lower())}):
        called = Q(identifier__in=chunk) | Q(low_code__in=chunk) | Q(low_name__in=chunk)
        for area in rows.filter(called).order_by("identifier", "id"):
            if is_valid_on(area, day.held_on):
                for text in (area.identifier, area.code, area.name):
                    found[fold(text)][area.pk] = area
    return {text: list(areas.values()) for text, areas in found.items()}


def _postcodes(codes: Iterable[str], day: LobbyDay) -> dict[str, list[AreaShare]]:
    found: dict[str, list[AreaShare]] = {}
    for chunk in chunks(sorted(codes)):
        found |= shares_by_postcode(chunk, day.held_on)
    return found
