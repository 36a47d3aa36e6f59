"""People as Popolo JSON (popoloproject.com): persons, organizations, posts, memberships and areas in one document."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from crm.people.models import Membership, Organization, Person, Post
from crm.places.models import Area

Rows = Iterable[Sequence[Person]]


def write_popolo(path: Path, chunks: Rows) -> None:
    """Write person by person; what their memberships point to follows. `chunks` is gone through once."""
    held: list[int] = []
    with path.open("w", encoding="utf-8") as file:
        file.write('{"persons": ')
        _array(file, _people(chunks, held))
        reached = _Reached()
        file.write(', "memberships": ')
        _array(file, _memberships(held, reached))
        for name, rows in reached.documents():
            file.write(f", {json.dumps(name)}: ")
            _array(file, rows)
        file.write("}\n")


def _array(file: TextIO, rows: Iterable[dict[str, Any]]) -> None:
    file.write("[")
    for number, row in enumerate(rows):
        file.write((",\n" if number else "\n") + json.dumps(row, ensure_ascii=False))
    file.write("\n]")


def _people(chunks: Rows, held: list[int]) -> Iterator[dict[str, Any]]:
    for people in chunks:
        for person in people:
            held.append(person.pk)
            yield _person(person)


def _person(person: Person) -> dict[str, Any]:
    names = ("name", "given_name", "additional_name", "family_name", "honorific_prefix", "honorific_suffix")
    said = {name: getattr(person, name) for name in (*names, "sort_name", "gender", "birth_date", "summary")}
    return {
        "id": person.public_id,
        **_filled(said),
        "contact_details": [
            _filled({"type": row.type, "value": row.value, "label": row.label, "note": row.note})
            for row in person.contactdetails.all()
            if not row.valid_until
        ],
        "identifiers": [{"scheme": row.scheme, "identifier": row.identifier} for row in person.identifiers.all()],
        "other_names": [
            _filled({"name": row.name, "note": row.note, "start_date": row.start_date, "end_date": row.end_date})
            for row in person.othernames.all()
        ],
        "sources": [{"url": person.source_url}] if person.source_url else [],
    }


class _Reached:
    """What the memberships point to, each once."""

    def __init__(self) -> None:
        self.organizations: set[int] = set()
        self.posts: set[int] = set()
        self.areas: set[int] = set()

    def documents(self) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
        yield "posts", self._posts()
        yield "organizations", self._organizations()
        yield "areas", self._areas()

    def _posts(self) -> Iterator[dict[str, Any]]:
        for row in _by_key(Post.objects.select_related("organization", "area"), self.posts):
            self.organizations.add(row.organization_id)
            if row.area_id:
                self.areas.add(row.area_id)
            body, area = row.organization.public_id, _area_id(row.area)
            yield _filled(
                {"id": row.public_id, "label": row.label, "role": row.role, "organization_id": body, "area_id": area}
            )

    def _organizations(self) -> Iterator[dict[str, Any]]:
        for row in _by_key(Organization.objects.select_related("parent"), self._with_parents()):
            yield _filled(
                {
                    "id": row.public_id,
                    "name": row.name,
                    "classification": row.classification,
                    "parent_id": row.parent.public_id if row.parent else None,
                    "founding_date": row.founding_date,
                    "dissolution_date": row.dissolution_date,
                }
            )

    def _with_parents(self) -> set[int]:
        found, new = set(self.organizations), set(self.organizations)
        while new:
            above = Organization.objects.filter(pk__in=list(new), parent__isnull=False).order_by()
            new = {pk for pk in above.values_list("parent_id", flat=True) if pk} - found
            found |= new
        return found

    def _areas(self) -> Iterator[dict[str, Any]]:
        for row in _by_key(Area.objects.all(), self.areas):
            yield _filled({"id": _area_id(row), "name": row.name, "classification": row.classification})


def _memberships(people: list[int], reached: _Reached) -> Iterator[dict[str, Any]]:
    linked = ("person", "organization", "post", "on_behalf_of", "area")
    for start in range(0, len(people), 500):
        held = Membership.objects.filter(person__in=people[start : start + 500]).select_related(*linked)
        for row in held.order_by("person", "id"):
            reached.organizations |= {pk for pk in (row.organization_id, row.on_behalf_of_id) if pk}
            reached.posts |= {pk for pk in (row.post_id,) if pk}
            reached.areas |= {pk for pk in (row.area_id,) if pk}
            yield _membership(row)


def _membership(row: Membership) -> dict[str, Any]:
    return _filled(
        {
            "person_id": row.person.public_id if row.person else None,
            "organization_id": row.organization.public_id,
            "post_id": row.post.public_id if row.post else None,
            "on_behalf_of_id": row.on_behalf_of.public_id if row.on_behalf_of else None,
            "area_id": _area_id(row.area),
            "role": row.label or row.role,
            "legislative_period_id": row.legislative_period,
            "start_date": row.start_date,
            "end_date": row.end_date,
        }
    )


def _area_id(area: Area | None) -> str | None:
    """The division id while it holds: an older generation of the same division has the same one."""
    if area is None:
        return None
    return area.identifier if area.identifier and not area.valid_until else area.public_id


def _by_key(rows: Any, pks: Iterable[int]) -> Iterator[Any]:
    wanted = sorted(pks)
    for start in range(0, len(wanted), 500):
        yield from rows.filter(pk__in=wanted[start : start + 500]).order_by("pk")


def _filled(said: dict[str, Any]) -> dict[str, Any]:
    """Without what is not known: Popolo leaves it out."""
    return {name: value for name, value in said.items() if value not in (None, "")}
