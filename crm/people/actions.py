"""How people, bodies, seats and addresses change. Rows of one person are locked through the person."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from crm.access.models import User
from crm.activity.actions import say
from crm.activity.models import ActivityEntry
from crm.base.locking import save_version
from crm.base.rows import check_row, clean_values, get_or_add_row
from crm.base.text import one_line
from crm.changes.actions import record_change, record_changes
from crm.changes.rules import difference, snapshot
from crm.people import fts5, pg_trgm
from crm.people.enums import OrganizationClassification, PersonCategory, Visibility
from crm.people.models import Membership, Organization, Person, Post
from crm.people.queries import search_texts, with_email
from crm.people.rules import sort_name_of
from crm.places.models import Area


@transaction.atomic
def create_person(
    *,
    name: str,
    category: PersonCategory,
    by: User | None,
    at: datetime,
    public_id: str | None = None,
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> Person:
    """Add a person. Raises ValidationError for a value that does not fit.

    A second call with the same `public_id` gives the person that is there; without one it adds a namesake.
    """
    values = clean_values({"name": name, "category": category, **fields})
    values.setdefault(
        "sort_name", sort_name_of(values["name"], values.get("given_name", ""), values.get("family_name", ""))
    )
    person, made = get_or_add_row(Person, public_id, created_at=at, updated_at=at, **values)
    if made:
        refresh_search_text([person.pk], on=at.date())
        person.refresh_from_db(fields=["search_text"])
        say("person.created", person, by=by, at=at, entry=entry)
    return person


@transaction.atomic
def edit_person(
    person: Person,
    *,
    version: int,
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> Person:
    """Change fields of a person; can be undone. A second call with the same version raises `StaleVersionError`."""
    values = clean_values(fields)
    check_row(person, **values)
    before = snapshot(Person.objects.get(pk=person.pk), values)
    saved = save_version(person, version=version, at=at, **values)
    refresh_search_text([saved.pk], on=at.date())
    saved.refresh_from_db(fields=["search_text"])
    said = say("person.edited", saved, by=by, at=at, entry=entry, data={"fields": sorted(values)})
    record_change(said, saved, before=before, after=snapshot(saved, values))
    return saved


@transaction.atomic
def edit_people(people: Sequence[Person], *, by: User, at: datetime, entry: ActivityEntry, **values: Any) -> list[int]:
    """Give locked people the same values by column name, kept under `entry`; answers whom it changed.

    The second call changes nobody. Somebody nobody owns who is kept to the team now belongs to whoever did so.
    """
    changed: list[tuple[int, dict[str, Any], dict[str, Any]]] = []
    for person in people:
        claims = values.get("visibility") == Visibility.TEAM and person.owner_id is None
        before, after = difference(snapshot(person), {"owner_id": by.pk} | values if claims else values)
        if after:
            changed.append((person.pk, before, after))
    for after in {repr(sorted(new.items())): new for _pk, _old, new in changed}.values():
        same = [pk for pk, _old, new in changed if new == after]
        Person.objects.filter(pk__in=same).update(version=F("version") + 1, updated_at=at, **after)
    record_changes(entry, Person, changed)
    return [pk for pk, _old, _new in changed]


@transaction.atomic
def create_organization(
    *,
    name: str,
    classification: OrganizationClassification,
    by: User | None,
    at: datetime,
    public_id: str | None = None,
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> Organization:
    """Add a body. A second call with the same `public_id` gives the one that is there; without one it adds another."""
    values = clean_values({"name": name, "classification": classification, **fields})
    body, made = get_or_add_row(Organization, public_id, created_at=at, updated_at=at, **values)
    if made:
        say("organization.created", body, body.parent, by=by, at=at, entry=entry)
    return body


@transaction.atomic
def edit_organization(
    organization: Organization,
    *,
    version: int,
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> Organization:
    """Change fields of a body; can be undone. A second call with the same version raises `StaleVersionError`."""
    values = clean_values(fields)
    check_row(organization, **values)
    before = snapshot(Organization.objects.get(pk=organization.pk), values)
    saved = save_version(organization, version=version, at=at, **values)
    if "name" in values:
        holders = Membership.objects.filter(organization=saved, person__isnull=False)
        refresh_search_text(holders.values_list("person_id", flat=True), on=at.date())
    said = say("organization.edited", saved, by=by, at=at, entry=entry, data={"fields": sorted(values)})
    record_change(said, saved, before=before, after=snapshot(saved, values))
    return saved


@transaction.atomic
def create_post(
    *,
    organization: Organization,
    label: str,
    role: str,
    by: User | None,
    at: datetime,
    area: Area | None = None,
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> Post:
    """Add a seat or job. The second call with the same body and label gives the one that is there, unchanged."""
    defaults = clean_values({"role": role, "area": area, **fields})
    check_row(Post(organization=organization, label=one_line(label), **defaults))
    post, made = Post.objects.get_or_create(organization=organization, label=one_line(label), defaults=defaults)
    if made:
        say("post.created", post, organization, by=by, at=at, entry=entry)
    return post


def refresh_search_text(people: Iterable[int], *, on: date) -> int:
    """Write anew what a search finds these people by and whether they have an e-mail address, as of a day.

    Says how many rows changed; the second call changes none.
    """
    ids = sorted(set(people))
    changed = 0
    for start in range(0, len(ids), 500):
        texts = search_texts(ids[start : start + 500], on)
        reachable = with_email(texts, on)
        people_here = Person.objects.filter(pk__in=texts).order_by().values_list("pk", "search_text", "has_email")
        found = [
            (texts[pk], pk in reachable, pk)
            for pk, text, has in people_here
            if (text, has) != (texts[pk], pk in reachable)
        ]
        _write_search_texts(found)
        changed += len(found)
    return changed


def _write_search_texts(rows: list[tuple[str, bool, int]]) -> None:
    """Plain SQL: an import writes ten thousand, and `bulk_update` spends most of its time on building the query."""
    if not rows:
        return
    names = (Person._meta.db_table, "search_text", "has_email", "id")
    table, text, has_email, key = map(connection.ops.quote_name, names)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {text} = %s, {has_email} = %s WHERE {key} = %s", rows)


def keep_search_index(connection: Any) -> bool:
    """Make the index the people search asks, unless it is there; says whether it was made.

    Runs after every `migrate`: SQLite loses the triggers whenever a migration rebuilds the table of people.
    """
    if Person._meta.db_table not in connection.introspection.table_names():
        return False
    return (fts5 if connection.vendor == "sqlite" else pg_trgm).create(connection)
