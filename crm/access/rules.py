"""Who may do what, as data: model label → role → acts. Default deny.

A row rule (which rows of a model) is `visible_to` on the model's queryset; this table is the other half.
Later slices add their own lines with `crm.access.registry.allow`.
"""

from collections.abc import Callable, Hashable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Model, OuterRef, Prefetch, Q

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


def seen_through(model: type[Model], user: User | AnonymousUser, path: str) -> Q:
    """That the row of `model` a foreign key points to may be seen.

    Asked row by row: `path__in=model.objects.visible_to(user)` would draw up a list of every visible row first,
    which takes half a second with a million people.
    """
    return kept_with(
        user, (model, path), lambda: Q(Exists(visible_rows(model, user).order_by().filter(pk=OuterRef(path))))
    )


def kept_with(user: User | AnonymousUser, key: Hashable, draw: Callable[[], Q]) -> Q:
    """A condition drawn up once for this user object and role, for a request.

    Rules stand within rules, and drawing each up anew wherever it is asked was a third of a page.
    """
    kept: dict[Hashable, Q] = user.__dict__.setdefault("_kept_rules", {})
    whole = (role_of(user), key)
    if whole not in kept:
        kept[whole] = draw()
    return kept[whole]


def any_colleague() -> User:
    """Nobody in particular who works with people: sees what all who do see, and owns nothing.

    For what is frozen by one person and read by others.
    """
    return User(pk=0, role=Role.AUDITOR)


def shown_links(model: type[Model], user: User | AnonymousUser, *links: str) -> list[Prefetch]:
    """For `prefetch_related` where `select_related` would name a hidden row: links to it read as empty."""
    return [Prefetch(link, visible_rows(model, user)) for link in links]
