from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import GroupCollectionPermission, GroupPagePermission, WorkflowPage

from cms.access.actions import ensure_page_permissions
from cms.pages.forms import RoleLimitedPageForm
from crm.access.enums import Role
from tests.factories.access import user
from tests.factories.cms import Website


@pytest.fixture
def rights(site: Website) -> None:
    ensure_page_permissions()


@pytest.mark.parametrize(
    ("role", "edits", "publishes"),
    [
        (Role.EDITOR, True, False),
        (Role.MODERATOR, True, True),
        (Role.DIRECTOR, True, True),
        (Role.COORDINATOR, False, False),
        (Role.VOLUNTEER, False, False),
        (Role.AUDITOR, False, False),
    ],
)
def test_roles_edit_and_publish(site: Website, rights: None, role: Role, edits: bool, publishes: bool) -> None:
    tester = site.campaign.permissions_for_user(user(role=role))

    assert (tester.can_edit(), tester.can_publish()) == (edits, publishes)


def test_rights_given_twice_stay_the_same(rights: None) -> None:
    def rows() -> tuple[int, int, int]:
        counted = (GroupPagePermission, GroupCollectionPermission, WorkflowPage)
        return tuple(model.objects.count() for model in counted)  # type: ignore[return-value]

    before = rows()

    ensure_page_permissions()

    assert rows() == before


def test_editor_submits_and_a_moderator_approves(site: Website, rights: None) -> None:
    editor, moderator = user(role=Role.EDITOR), user(role=Role.MODERATOR)
    page = site.article
    page.title = "Corrected"
    page.save_revision(user=editor)
    may_submit = page.permissions_for_user(editor).can_submit_for_moderation()

    state = page.get_workflow().start(page, editor)
    task = state.current_task_state.task.specific

    assert may_submit
    assert [action for action, *_rest in task.get_actions(page, moderator)] == ["reject", "approve", "approve"]
    assert task.get_actions(page, user(role=Role.COORDINATOR)) == []
    assert [group.name for group in Group.objects.filter(groupapprovaltask=task)] == ["moderator", "director"]


def test_editor_opens_the_page_editor_and_a_coordinator_does_not(
    site: Website, rights: None, sign_in: Callable[[Role], Client]
) -> None:
    address = f"/admin/pages/{site.campaign.pk}/edit/"

    assert sign_in(Role.EDITOR).get(address).status_code == 200
    assert sign_in(Role.COORDINATOR).get(address).status_code == 302


def test_selects_of_the_editor_hold_what_the_role_may_see(site: Website) -> None:
    form_class = site.petition_page.get_edit_handler().get_form_class()

    def choices(role: Role) -> list[str]:
        form = form_class(instance=site.petition_page, for_user=user(role=role))
        return [row.title for row in form.fields["petition"].queryset]

    assert issubclass(form_class, RoleLimitedPageForm)
    assert choices(Role.EDITOR) == ["Two drains"]
    assert choices(Role.VOLUNTEER) == []


def test_menu_and_footer_are_for_those_who_may_change_them(
    site: Website, rights: None, sign_in: Callable[[Role], Client]
) -> None:
    address = "/admin/snippets/cms/navigation/"

    assert sign_in(Role.MODERATOR).get(address).status_code == 200
    assert sign_in(Role.EDITOR).get(address).status_code == 302
