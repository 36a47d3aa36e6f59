"""Tags, what they say of whom, and the areas somebody works in."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record, say
from crm.activity.models import ActivityEntry
from crm.base.rows import add_row, clean_values, lock_owner
from crm.changes.actions import record_change, record_created, record_deleted
from crm.people.models import Organization, Person
from crm.places.models import Area
from crm.tags.enums import TagScope, TagValueKind
from crm.tags.errors import TagInUseError, TagScopeError
from crm.tags.models import ServedArea, Tag, Tagging, TagGroup
from crm.tags.registry import FIRST_TAGS
from crm.tags.rules import is_for, value_of_tag

Owner = Person | Organization


@transaction.atomic
def create_tag_group(
    *, key: str, name: str, by: User | None, at: datetime, scope: TagScope = TagScope.BOTH, **fields: Any
) -> TagGroup:
    """Add a group. The second call with the same key gives the group that is there, unchanged."""
    found = TagGroup.objects.filter(key=key).first()
    if found:
        return found
    group = add_row(TagGroup(key=key, scope=scope, **clean_values({"name": name, **fields})))
    record("tag_group.created", group, by=by, at=at)
    return group


@transaction.atomic
def create_tag(
    group: TagGroup, *, name: str, by: User | None, at: datetime, value_kind: TagValueKind = TagValueKind.NONE
) -> Tag:
    """Add a tag. The second call with the same name in the group gives the tag that is there, unchanged."""
    text = clean_values({"name": name})["name"]
    found = Tag.objects.filter(group=group, name=text).first()
    if found:
        return found
    tag = add_row(Tag(group=group, name=text, value_kind=value_kind))
    record("tag.created", tag, by=by, at=at)
    return tag


@transaction.atomic
def edit_tag(tag: Tag, *, name: str, value_kind: TagValueKind, by: User | None, at: datetime) -> Tag:
    """Rename a tag, or say what kind of value it has. Raises `TagInUseError` for another kind once it is carried.

    The second call changes nothing.
    """
    standing = Tag.objects.select_for_update().get(pk=tag.pk)
    if value_kind != standing.value_kind and tag.taggings.exists():
        raise TagInUseError
    before = {"name": standing.name, "value_kind": standing.value_kind}
    after = clean_values({"name": name, "value_kind": str(value_kind)})
    if before != after:
        Tag.objects.filter(pk=tag.pk).update(**after)
        record_change(record("tag.edited", tag, by=by, at=at), tag, before=before, after=after)
        tag.refresh_from_db()
    return tag


@transaction.atomic
def put_tag(
    owner: Owner, tag: Tag, *, by: User | None, at: datetime, value: str = "", entry: ActivityEntry | None = None
) -> Tagging:
    """Put a tag on a person or body, with its value. The second call with the same value changes nothing.

    Raises `TagScopeError` for a tag that is not meant for them, `TagValueError` for a number that is none.
    """
    if not is_for(tag, owner):
        raise TagScopeError
    text, number = value_of_tag(tag, value)
    lock_owner(owner)
    found = Tagging.objects.filter(tag=tag, **_owner(owner)).first()
    if found is None:
        tagging = add_row(Tagging(tag=tag, value=text, number=number, tagged_at=at, **_owner(owner)))
        record_created(say("tag.put", owner, tag, by=by, at=at, entry=entry), tagging)
        return tagging
    if found.value != text:
        before = {"value": found.value, "number": found.number}
        Tagging.objects.filter(pk=found.pk).update(value=text, number=number)
        found.refresh_from_db()
        said = say("tag.put", owner, tag, by=by, at=at, entry=entry)
        record_change(said, found, before=before, after={"value": text, "number": number})
    return found


@transaction.atomic
def take_tag(owner: Owner, tag: Tag, *, by: User | None, at: datetime, entry: ActivityEntry | None = None) -> bool:
    """Take a tag away; says whether it was there. Can be undone. The second call changes nothing."""
    lock_owner(owner)
    found = Tagging.objects.filter(tag=tag, **_owner(owner)).first()
    if found is None:
        return False
    record_deleted(say("tag.taken", owner, tag, by=by, at=at, entry=entry), found)
    found.delete()
    return True


@transaction.atomic
def set_served_areas(owner: Owner, areas: Iterable[Area], *, by: User | None, at: datetime) -> list[ServedArea]:
    """Say in which areas somebody works; areas not named are taken away. The second call changes nothing."""
    lock_owner(owner)
    wanted = {area.pk: area for area in areas}
    standing = {row.area_id: row for row in ServedArea.objects.filter(**_owner(owner))}
    if wanted.keys() != standing.keys():
        entry = record("areas_served.set", owner, by=by, at=at)
        for key in standing.keys() - wanted.keys():
            record_deleted(entry, standing[key])
            standing[key].delete()
        for key in sorted(wanted.keys() - standing.keys()):
            record_created(entry, add_row(ServedArea(area=wanted[key], **_owner(owner))))
    return list(ServedArea.objects.filter(**_owner(owner)).select_related("area"))


@transaction.atomic
def ensure_first_tags(*, at: datetime) -> int:
    """The groups our own screens ask for, with tags to start from; says how many tags were added.

    The second call adds nothing, also where somebody renamed one.
    """
    added = 0
    for position, (key, first) in enumerate(FIRST_TAGS.items()):
        group = create_tag_group(key=key, name=str(first.name), position=position, is_system=True, by=None, at=at)
        if not group.tags.exists():
            for name in first.tags:
                create_tag(group, name=str(name), by=None, at=at)
                added += 1
    return added


def _owner(owner: Owner) -> dict[str, Any]:
    if isinstance(owner, Person):
        return {"person": owner, "organization": None}
    return {"person": None, "organization": owner}
