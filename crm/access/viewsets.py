"""Base classes of the admin screens: Wagtail's viewsets and choosers, with our row rules in every view."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser, Permission
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import BasePermissionPolicy
from wagtail.users.views import users
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin

from crm.access import views
from crm.access.actions import change_role, create_user
from crm.access.enums import Act, Role
from crm.access.forms import RoleUserEditForm, RoleUserForm
from crm.access.models import User
from crm.access.registry import allowed_acts
from crm.access.rules import can, visible_rows


def _act(action: str) -> Act | None:
    return Act(action) if action in Act.values else None


class RowRulePolicy(BasePermissionPolicy):
    """Answers Wagtail's questions from our table and row rules. Register it before Wagtail makes a fallback."""

    def user_has_permission(self, user: User | AnonymousUser, action: str) -> bool:
        act = _act(action)
        return act is not None and can(user, act, self.model)

    def user_has_any_permission(self, user: User | AnonymousUser, actions: Iterable[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user: User | AnonymousUser, action: str, instance: Model) -> bool:
        act = _act(action)
        return act is not None and can(user, act, instance)

    def instances_user_has_any_permission_for(self, user: User | AnonymousUser, actions: Iterable[str]) -> Any:
        rows = visible_rows(self.model, user)
        return rows if self.user_has_any_permission(user, actions) else rows.none()

    def users_with_any_permission(self, actions: Iterable[str]) -> QuerySet[User]:
        acts = {act for act in map(_act, actions) if act}
        roles = [role for role in Role if acts & allowed_acts(self.model._meta.label_lower, role)]
        return User.objects.filter(is_active=True, role__in=roles)


class RowRuleModelViewSet(ModelViewSet):
    """A working screen. Subclasses write `create`, `update` and perhaps `remove`, each calling one action.

    Views without a matching method do not exist: no `remove`, no delete address. Copy, inspect, history and
    usage are off unless switched on. Register `RowRulePolicy(model)` at the top of wagtail_hooks.
    """

    add_to_reference_index = False
    copy_view_enabled = False
    history_view_enabled = False
    usage_view_enabled = False
    search_backend_name = None
    index_view_class = views.RowRuleIndexView
    add_view_class = views.RowRuleAddView
    copy_view_class = views.RowRuleCopyView
    edit_view_class = views.RowRuleEditView
    delete_view_class = views.RowRuleDeleteView
    inspect_view_class = views.RowRuleInspectView
    history_view_class = views.RowRuleHistoryView
    usage_view_class = views.RowRuleUsageView

    create: Any = None
    """`create(form, *, by, at)` returns the new row."""
    update: Any = None
    """`update(row, form, *, version, by, at)` returns the row; raises StaleVersionError for an old version."""
    remove: Any = None
    """`remove(row, *, by, at)`."""

    def success_url(self, row: Any) -> str:
        """Where a save leads; empty means the list."""
        return ""

    def form_kwargs(self, user: User) -> dict[str, Any]:
        """What the form is given besides its data, for choices that depend on who asks."""
        return {}

    @cached_property
    def absent_views(self) -> frozenset[str]:
        """Names of the addresses this viewset does not have."""
        wanted = {
            "add": self.create,
            "copy": self.create and self.copy_view_enabled,
            "edit": self.update,
            "delete": self.remove,
            "history": self.history_view_enabled,
            "history_results": self.history_view_enabled,
            "usage": self.usage_view_enabled,
            "reorder": None,
        }
        return frozenset(name for name, there in wanted.items() if not there)

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        common = super().get_common_view_kwargs(**kwargs) | {"viewset": self}
        for name in self.absent_views:
            common.pop(f"{name}_url_name", None)
        return common

    def construct_view(self, view_class: Any, **kwargs: Any) -> Any:
        """Refuses a view that does not ask for row rules, so that none slips in."""
        if not issubclass(view_class, views.RowRuleMixin):
            raise ImproperlyConfigured(f"{view_class.__name__} must build on crm.access.views.RowRuleMixin.")
        return super().construct_view(view_class, **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        return [pattern for pattern in super().get_urlpatterns() if pattern.name not in self.absent_views]

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        """None: roles decide, not Django's permissions."""
        return Permission.objects.none()

    def get_form_class(self, for_update: bool = False) -> Any:
        return self.form_class if hasattr(self, "form_class") else super().get_form_class(for_update)

    @cached_property
    def menu_item_class(self) -> Any:
        model = self.model

        def is_shown(_item: Any, request: Any) -> bool:
            return can(request.user, Act.VIEW, model)

        return type(f"{model.__name__}MenuItem", (super().menu_item_class,), {"is_shown": is_shown})


class RowRuleMenuItem(MenuItem):
    """A menu item of a screen that is no viewset: shown to whoever may see the model."""

    def __init__(self, label: Any, url: Any, *, model: type[Model], **options: Any) -> None:
        self.model = model
        super().__init__(label, url, **options)

    def is_shown(self, request: HttpRequest) -> bool:
        return can(request.user, Act.VIEW, self.model)


class RowRulePermissionHelper(PermissionHelper):
    """Which buttons and menu items modeladmin shows. Rows in its lists are visible ones already."""

    creates = False
    updates = False

    def user_can_list(self, user: User) -> bool:
        return can(user, Act.VIEW, self.model)

    def user_can_create(self, user: User) -> bool:
        return self.creates and can(user, Act.ADD, self.model)

    def user_can_inspect_obj(self, user: User, obj: Model) -> bool:
        return can(user, Act.VIEW, self.model)

    def user_can_edit_obj(self, user: User, obj: Model) -> bool:
        return self.updates and can(user, Act.CHANGE, self.model)

    def user_can_delete_obj(self, user: User, obj: Model) -> bool:
        """Never: reference rows are ended or merged, not deleted."""
        return False


class RowRuleModelAdmin(ModelAdmin):
    """A reference list. Subclasses may write `create` and `update` as in `RowRuleModelViewSet`."""

    inspect_view_enabled = True
    history_view_enabled = False
    permission_helper_class = RowRulePermissionHelper
    index_view_class = views.AdminRuleIndexView
    create_view_class = views.AdminRuleCreateView
    edit_view_class = views.AdminRuleEditView
    inspect_view_class = views.AdminRuleInspectView
    list_per_page = 50
    create: Any = None
    update: Any = None

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.permission_helper.creates = self.create is not None
        self.permission_helper.updates = self.update is not None

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = visible_rows(self.model, request.user)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_permissions_for_registration(self) -> QuerySet[Permission]:
        """None: roles decide, not Django's permissions."""
        return Permission.objects.none()

    def get_admin_urls_for_registration(self) -> tuple[Any, ...]:
        """Only addresses that do something: no delete, and create or edit when there is an action for it."""
        absent = {"delete"} | ({"create"} if self.create is None else set())
        absent |= {"edit"} if self.update is None else set()
        names = {self.url_helper.get_action_url_name(action) for action in absent}
        return tuple(url for url in super().get_admin_urls_for_registration() if url.name not in names)

    def register_indexing(self) -> None:
        """Our models stay out of Wagtail's reference index."""

    def register_admin_url_finders(self) -> None:
        """Nothing: Wagtail's finder would not ask for row rules."""


class AddUserView(users.CreateView):
    def save_instance(self) -> User:
        given = self.form.cleaned_data
        names = ("username", "email", "first_name", "last_name", "time_zone")
        fields = {name: given[name] for name in names}
        return create_user(role=Role(given["role"]), password=given["password1"], **fields)


class EditUserView(users.EditView):
    def save_instance(self) -> User:
        """Wagtail saves the account; the role's group follows in the same transaction."""
        return change_role(super().save_instance(), role=Role(self.form.cleaned_data["role"]))


class RoleUserViewSet(users.UserViewSet):
    """Wagtail's user screens with a role instead of groups."""

    add_view_class = AddUserView
    edit_view_class = EditUserView
    template_prefix = ""

    def get_form_class(self, for_update: bool = False) -> Any:
        return RoleUserEditForm if for_update else RoleUserForm
