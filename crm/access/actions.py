from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from crm.access.enums import Role
from crm.access.models import User
from crm.access.rules import STAFF_ROLES

PAGE_EDITORS = frozenset({Role.EDITOR, Role.MODERATOR, Role.DIRECTOR})


def ensure_role_groups() -> dict[Role, Group]:
    """One Django group per role, with the rights Wagtail itself asks for. The second call changes nothing."""
    admin = Permission.objects.get(codename="access_admin", content_type__app_label="wagtailadmin")
    groups: dict[Role, Group] = {}
    for role in Role:
        group, _made = Group.objects.get_or_create(name=role.value)
        if role in STAFF_ROLES:
            group.permissions.add(admin)
        groups[role] = group
    return groups


@transaction.atomic
def create_user(*, username: str, email: str, role: Role, password: str | None, **fields: Any) -> User:
    """A user with exactly one role. A second call with the same username raises IntegrityError."""
    user: User = User.objects.create_user(username=username, email=email, password=password, role=role, **fields)
    user.groups.set([ensure_role_groups()[role]])
    return user


@transaction.atomic
def change_role(user: User, *, role: Role) -> User:
    """Give another role; it counts from the next request on. The second call changes nothing."""
    user.role = role
    user.save(update_fields=["role"])
    user.groups.set([ensure_role_groups()[role]])
    return user
