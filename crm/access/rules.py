"""Who may do what, as data: model label → role → acts. Default deny.

A row rule (which rows of a model) is `visible_to` on the model's queryset; this table is the other half.
Later slices add their own lines with `crm.access.registry.allow`.
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from crm.access.enums import Act, Role
from crm.access.models import User
from crm.access.registry import allowed_acts

STAFF_ROLES = frozenset(
    {Role.VOLUNTEER, Role.EDITOR, Role.MODERATOR, Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR, Role.SYSADMIN}
)


def is_staff_member(user: User | AnonymousUser) -> bool:
    """Whether this user may enter the admin at all."""
    return isinstance(user, User) and user.is_active and (user.is_superuser or user.role in STAFF_ROLES)


def role_of(user: User | AnonymousUser) -> Role | None:
    """The role that counts now; a superuser counts as a director, nobody else is promoted."""
    if not isinstance(user, User) or not user.is_active:
        return None
    return Role.DIRECTOR if user.is_superuser else Role(user.role)


def can(user: User | AnonymousUser, act: Act | str, model: type[Model] | Model) -> bool:
    """Whether the role allows `act` on this model, and, given a row, whether that row is visible too."""
    role = role_of(user)
    label = model._meta.label_lower
    if role is None or Act(act) not in allowed_acts(label, role):
        return False
    if isinstance(model, Model) and model.pk is not None:
        return visible_rows(type(model), user).filter(pk=model.pk).exists()
    return True


def visible_rows(model: type[Model], user: User | AnonymousUser) -> Any:
    """The rows of a model this user may see: its `visible_to`, or for plain reference models all or none."""
    manager: Any = model._default_manager
    if hasattr(manager, "visible_to"):
        return manager.visible_to(user)
    return manager.all() if can(user, Act.VIEW, model) else manager.none()
