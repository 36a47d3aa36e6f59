"""Questions this organisation asks of people and bodies, and the answers."""

from datetime import datetime
from typing import Any

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record, say
from crm.activity.models import ActivityEntry
from crm.base.rows import add_row, check_row, clean_values, lock_owner
from crm.changes.actions import record_change, record_created, record_deleted
from crm.changes.rules import snapshot
from crm.fields.enums import FieldKind, FieldScope
from crm.fields.errors import ChoiceInUseError, FieldInUseError, FieldRoleError, FieldScopeError, NoChoicesError
from crm.fields.models import CustomField, CustomValue
from crm.fields.rules import clean_answer, is_asked_of, may_write
from crm.people.models import Organization, Person

Owner = Person | Organization


@transaction.atomic
def create_custom_field(
    *, key: str, label: str, kind: FieldKind, scope: FieldScope, by: User | None, at: datetime, **fields: Any
) -> CustomField:
    """Add a question. The second call with the same key gives the one that is there, unchanged.

    Raises `NoChoicesError` for one of several answers without two choices.
    """
    found = CustomField.objects.filter(key=key).first()
    if found:
        return found
    field = CustomField(key=key, kind=kind, scope=scope, **clean_values({"label": label, **fields}))
    _check_choices(field)
    field = add_row(field)
    record("custom_field.created", field, by=by, at=at)
    return field


@transaction.atomic
def edit_custom_field(field: CustomField, *, by: User | None, at: datetime, **fields: Any) -> CustomField:
    """Change a question. Raises `FieldInUseError` for another kind or scope once it was answered.

    Roles count from the next request on. The second call with the same values changes nothing.
    """
    standing = CustomField.objects.select_for_update().get(pk=field.pk)
    values = clean_values(fields)
    before = snapshot(standing, values)
    if any(name in values and values[name] != before[name] for name in ("kind", "scope")) and _is_answered(standing):
        raise FieldInUseError
    for name, value in values.items():
        setattr(standing, name, value)
    _check_choices(standing)
    check_row(standing)
    after = snapshot(standing, values)
    if before != after:
        CustomField.objects.filter(pk=standing.pk).update(**after)
        record_change(record("custom_field.edited", standing, by=by, at=at), standing, before=before, after=after)
    return standing


@transaction.atomic
def set_custom_value(
    owner: Owner,
    field: CustomField,
    value: str,
    *,
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
) -> CustomValue | None:
    """Answer a question about somebody; an empty answer takes the old one away. Can be undone.

    `by` must have a role that writes the field (`FieldRoleError`); nobody means Parley itself. The second
    call with the same answer changes nothing. Raises ValidationError for an answer that does not fit.
    """
    if not is_asked_of(field, owner):
        raise FieldScopeError
    if by is not None and not may_write(by, field):
        raise FieldRoleError
    text = clean_answer(field, value)
    lock_owner(owner)
    whose = {"person": owner} if isinstance(owner, Person) else {"organization": owner}
    found = CustomValue.objects.filter(field=field, **whose).first()
    if (found.value if found else "") == text:
        return found
    said = say("custom_value.set", owner, field, by=by, at=at, entry=entry)
    if found is None:
        found = add_row(CustomValue(field=field, value=text, **whose))
        record_created(said, found)
    elif text:
        CustomValue.objects.filter(pk=found.pk).update(value=text)
        record_change(said, found, before={"value": found.value}, after={"value": text})
        found.value = text
    else:
        record_deleted(said, found)
        found.delete()
        return None
    return found


def _is_answered(field: CustomField) -> bool:
    return CustomValue.objects.filter(field=field).exists()


def _check_choices(field: CustomField) -> None:
    if field.kind != FieldKind.CHOICE:
        return
    if len(set(field.choices)) < 2:
        raise NoChoicesError
    if field.pk and CustomValue.objects.filter(field=field).exclude(value__in=field.choices).exists():
        raise ChoiceInUseError
