from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from crm.access.enums import Role
from crm.access.models import SubmittedForm, User
from crm.access.rules import STAFF_ROLES

PAGE_EDITORS = frozenset({Role.EDITOR, Role.MODERATOR, Role.DIRECTOR})


def ensure_role_groups() -> dict[Role, Group]:
    """One Django group per role, with the rights Wagtail itself asks for. The second call changes nothing."""
    return {role: ensure_role_group(role) for role in Role}


def ensure_role_group(role: Role) -> Group:
    """The group of one role; made with its rights the first time."""
    group, made = Group.objects.get_or_create(name=role.value)
    if made and role in STAFF_ROLES:
        group.permissions.add(Permission.objects.get(codename="access_admin", content_type__app_label="wagtailadmin"))
    return group


@transaction.atomic
def create_user(*, username: str, email: str, role: Role, password: str | None, **fields: Any) -> User:
    """A user with exactly one role. A second call with the same username raises IntegrityError."""
    user: User = User.objects.create_user(username=username, email=email, password=password, role=role, **fields)
    user.groups.set([ensure_role_group(role)])
    return user


@transaction.atomic
def change_role(user: User, *, role: Role) -> User:
    """Give another role; it counts from the next request on. The second call changes nothing."""
    user.role = role
    user.save(update_fields=["role"])
    user.groups.set([ensure_role_group(role)])
    return user


def submit_once(key: str, act: Callable[[], str], *, at: datetime) -> str:
    """Do `act` in one transaction with the note that it was done; answers where it led.

    The second call with the same key, also at the same moment, does nothing and answers the same. An empty
    answer of `act` means it was refused: everything is taken back and the form may be sent again.
    """
    if known := SubmittedForm.objects.filter(key=key).first():
        return known.location
    with transaction.atomic():
        row, made = SubmittedForm.objects.get_or_create(key=key, defaults={"submitted_at": at})
        if not made:
            return row.location
        location = act()
        if location:
            SubmittedForm.objects.filter(pk=row.pk).update(location=location[:500])
        else:
            transaction.set_rollback(True)
        return location
