"""Which role may do what in the CMS. Editors write, moderators and directors publish."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from crm.access.actions import ensure_role_groups
from crm.access.enums import Role

WRITE = ("add_page", "change_page")
PUBLISH = (*WRITE, "publish_page", "lock_page", "unlock_page")
PAGES = {Role.EDITOR: WRITE, Role.MODERATOR: PUBLISH, Role.DIRECTOR: (*PUBLISH, "bulk_delete_page")}
FILES = {
    Role.EDITOR: ("add_image", "choose_image", "add_document", "choose_document"),
    Role.MODERATOR: (
        "add_image",
        "change_image",
        "choose_image",
        "add_document",
        "change_document",
        "choose_document",
    ),
}
FILES[Role.DIRECTOR] = (*FILES[Role.MODERATOR], "delete_image", "delete_document")
MODELS = {
    Role.EDITOR: ("wagtail_localize.submit_translation",),
    Role.MODERATOR: ("wagtail_localize.submit_translation", "cms.change_navigation"),
    Role.DIRECTOR: ("wagtail_localize.submit_translation", "cms.add_navigation", "cms.change_navigation"),
}
APPROVERS = (Role.MODERATOR, Role.DIRECTOR)
WORKFLOW = "Approval by a moderator"


@transaction.atomic
def ensure_page_permissions() -> None:
    """Give the role groups their rights on pages, files and the menu, and the approval workflow.

    Covers the whole tree, so pages made later are included. The second call changes nothing.
    """
    groups = ensure_role_groups()
    _pages(groups)
    _files(groups)
    for role, names in MODELS.items():
        groups[role].permissions.add(*(_permission(name) for name in names))
    _workflow([groups[role] for role in APPROVERS])


def _pages(groups: dict[Role, Group]) -> None:
    root = Page.get_first_root_node()
    for role, names in PAGES.items():
        for name in names:
            permission = _permission(f"wagtailcore.{name}")
            GroupPagePermission.objects.get_or_create(group=groups[role], page=root, permission=permission)


def _files(groups: dict[Role, Group]) -> None:
    root = Collection.get_first_root_node()
    for role, names in FILES.items():
        for name in names:
            app = "wagtaildocs" if name.endswith("document") else "wagtailimages"
            permission = _permission(f"{app}.{name}")
            GroupCollectionPermission.objects.get_or_create(group=groups[role], collection=root, permission=permission)


def _workflow(approvers: list[Group]) -> None:
    """What an editor submits waits for one of the approvers; it takes the place of Wagtail's own default."""
    workflow, _made = Workflow.objects.get_or_create(name=WORKFLOW)
    task, _made = GroupApprovalTask.objects.get_or_create(name=WORKFLOW)
    task.groups.set(approvers)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr, defaults={"sort_order": 0})
    WorkflowPage.objects.update_or_create(page=Page.get_first_root_node(), defaults={"workflow": workflow})


def _permission(name: str) -> Permission:
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)
