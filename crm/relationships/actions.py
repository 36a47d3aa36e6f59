"""How relationships and their kinds change. A relationship is written under the lock of both its parties."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.activity.actions import say
from crm.activity.models import ActivityEntry
from crm.base.dates import first_day, last_day
from crm.base.locking import save_version
from crm.base.rows import add_row, check_row, clean_values, lock_owner
from crm.changes.actions import record_change, record_created, record_deleted
from crm.changes.rules import snapshot
from crm.people.models import Person
from crm.relationships.enums import FIRST_TYPES
from crm.relationships.errors import (
    DuplicateRelationshipError,
    LabelTakenError,
    SelfRelationError,
    TypeInUseError,
    WrongPartyError,
)
from crm.relationships.models import Relationship, RelationshipType
from crm.relationships.queries import columns, same_relationships
from crm.relationships.rules import Party, fits, kind_of, overlap, same_words, sentence_of

FIXED = ("key", "is_symmetric", "from_kind", "to_kind")


@transaction.atomic
def create_relationship_type(
    *, label: str, by: User | None, at: datetime, key: str = "", entry: ActivityEntry | None = None, **fields: Any
) -> RelationshipType:
    """Add a kind of relationship. A second call raises `LabelTakenError`: no two kinds read alike either way."""
    kind = RelationshipType(
        key=key or slugify(label)[:50], created_at=at, updated_at=at, **clean_values({"label": label, **fields})
    )
    _check_type(kind)
    if RelationshipType.objects.filter(key=kind.key).exists():
        raise LabelTakenError(kind.label)
    add_row(kind)
    said = say("relationship_type.created", kind, by=by, at=at, entry=entry)
    record_created(said, kind)
    return kind


@transaction.atomic
def edit_relationship_type(
    kind: RelationshipType,
    *,
    version: int,
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> RelationshipType:
    """Change a kind; can be undone. Once used, only its words and whether it opens doors: `TypeInUseError`.

    Swapping its two labels would turn every relationship round and is refused too. A second call with the
    same version raises `StaleVersionError`.
    """
    standing = RelationshipType.objects.select_for_update().get(pk=kind.pk)
    changed = RelationshipType.objects.get(pk=kind.pk)
    for name, value in clean_values(fields).items():
        setattr(changed, name, value)
    _check_type(changed)
    names = [*fields, "reverse_label"]
    if Relationship.objects.filter(type=kind).exists():
        _check_still_means_the_same(standing, changed)
    values = {name: getattr(changed, name) for name in names}
    before = snapshot(standing, names)
    saved = save_version(kind, version=version, at=at, **values)
    said = say("relationship_type.edited", saved, by=by, at=at, entry=entry)
    record_change(said, saved, before=before, after=snapshot(saved, names))
    return saved


def _check_type(kind: RelationshipType) -> None:
    """Complete the words of a symmetric kind; refuse what could be mistaken for another kind."""
    if kind.is_symmetric:
        kind.reverse_label = kind.reverse_label or kind.label
    if kind.is_symmetric and (not same_words(kind.label, kind.reverse_label) or kind.from_kind != kind.to_kind):
        raise ValidationError(
            _("What reads the same both ways has one wording and the same sort of party on both sides.")
        )
    if kind.is_symmetric:
        kind.reverse_label = kind.label
    elif not kind.reverse_label or same_words(kind.label, kind.reverse_label):
        raise ValidationError(
            _("Say how it reads from the other side, in other words, or tick that it reads the same both ways.")
        )
    for other in RelationshipType.objects.select_for_update().exclude(pk=kind.pk):
        for label in (kind.label, kind.reverse_label):
            if same_words(label, other.label) or same_words(label, other.reverse_label):
                raise LabelTakenError(label)
    check_row(kind)


def _check_still_means_the_same(before: RelationshipType, after: RelationshipType) -> None:
    turned = not before.is_symmetric and (
        same_words(after.label, before.reverse_label) or same_words(after.reverse_label, before.label)
    )
    if turned or any(getattr(before, name) != getattr(after, name) for name in FIXED):
        raise TypeInUseError


@transaction.atomic
def ensure_relationship_types(*, at: datetime) -> int:
    """The kinds everybody needs; says how many were added. The second call adds none and changes no word."""
    known = set(RelationshipType.objects.values_list("key", flat=True))
    labels = {fold for kind in RelationshipType.objects.all() for fold in (kind.label, kind.reverse_label)}
    added = 0
    for key, label, reverse, from_kind, to_kind in FIRST_TYPES:
        words = [_(label), _(reverse)]
        if key in known or any(same_words(word, taken) for word in words for taken in labels):
            continue
        create_relationship_type(
            key=key,
            label=words[0],
            reverse_label=words[1],
            is_symmetric=label == reverse,
            from_kind=from_kind,
            to_kind=to_kind,
            by=None,
            at=at,
        )
        added += 1
    return added


@transaction.atomic
def add_relationship(
    kind: RelationshipType,
    *,
    from_party: Party,
    to_party: Party,
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> Relationship:
    """Say who stands in which relation to whom; can be undone.

    A second call for the same two and an overlapping time raises `DuplicateRelationshipError`, in either
    direction when the kind is symmetric. `SelfRelationError`, `WrongPartyError`: these two do not fit.
    """
    if from_party == to_party:
        raise SelfRelationError
    if not (fits(kind.from_kind, kind_of(from_party)) and fits(kind.to_kind, kind_of(to_party))):
        raise WrongPartyError
    _lock(from_party, to_party)
    sides = columns(from_party, "from") | columns(to_party, "to")
    row = Relationship(type=kind, created_at=at, updated_at=at, **sides, **clean_values(fields))
    _check_dates(row)
    add_row(row)
    said = say("relationship.added", row, from_party, to_party, by=by, at=at, entry=entry)
    record_created(said, row)
    return row


def _lock(*parties: Party) -> None:
    """Take both locks, people before bodies and the older first: two writers never wait for each other."""
    for party in sorted(parties, key=lambda party: (not isinstance(party, Person), party.pk)):
        lock_owner(party)


def _check_dates(row: Relationship) -> None:
    check_row(row)
    if row.start_date and row.end_date and last_day(row.end_date) < first_day(row.start_date):
        raise ValidationError({"end_date": _("It ends before it begins; check both dates.")})
    for other in same_relationships(row.type, row.from_party, row.to_party).exclude(pk=row.pk):
        if overlap(row.start_date, row.end_date, other.start_date, other.end_date):
            raise DuplicateRelationshipError(sentence_of(other), other)


@transaction.atomic
def edit_relationship(
    row: Relationship,
    *,
    version: int,
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
    **fields: Any,
) -> Relationship:
    """Change strength, dates, note or source; can be undone. Who and what stays: remove it and add another.

    A second call with the same version raises `StaleVersionError`.
    """
    _lock(row.from_party, row.to_party)
    standing = Relationship.objects.get(pk=row.pk)
    before = snapshot(standing, fields)
    values = clean_values(fields)
    for name, value in values.items():
        setattr(standing, name, value)
    _check_dates(standing)
    saved = save_version(row, version=version, at=at, **values)
    said = say("relationship.edited", saved, saved.from_party, saved.to_party, by=by, at=at, entry=entry)
    record_change(said, saved, before=before, after=snapshot(saved, fields))
    return saved


@transaction.atomic
def end_relationship(
    row: Relationship, *, end_date: str, by: User | None, at: datetime, entry: ActivityEntry | None = None
) -> Relationship:
    """Say until when it held, as precisely as known. The second call with the same date records nothing."""
    _lock(row.from_party, row.to_party)
    row.refresh_from_db()
    if row.end_date == end_date:
        return row
    before = {"end_date": row.end_date}
    row.end_date = end_date
    _check_dates(row)
    save_version(row, version=row.version, at=at, end_date=end_date)
    parties = (row.from_party, row.to_party)
    said = say("relationship.ended", row, *parties, by=by, at=at, entry=entry, data={"end": end_date})
    record_change(said, row, before=before, after={"end_date": end_date})
    return row


@transaction.atomic
def remove_relationship(
    row: Relationship, *, by: User | None, at: datetime, entry: ActivityEntry | None = None
) -> None:
    """Take away what was never true; can be undone. The second call does nothing."""
    standing = Relationship.objects.select_for_update().filter(pk=row.pk).first()
    if standing is not None:
        parties = (standing.from_party, standing.to_party)
        said = say("relationship.removed", standing, *parties, by=by, at=at, entry=entry)
        record_deleted(said, standing)
        standing.delete()
