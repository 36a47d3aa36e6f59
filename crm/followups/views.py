"""Tasks and promises on the person page and on the home page."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.ui.components import Component

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import conflict, forbidden, require, visible_or_404
from crm.base.errors import ParleyError, StaleVersionError
from crm.followups.actions import add_commitment, add_task, finish_task, settle_commitment
from crm.followups.enums import CommitmentDirection, CommitmentState
from crm.followups.forms import CommitmentForm, PersonTaskForm, SettleForm, TaskForm
from crm.followups.models import Commitment, Task
from crm.followups.queries import open_commitments, open_tasks
from crm.followups.registry import my_day_sections
from crm.people.models import Person
from crm.people.views import PersonFormView, person_url

SHOWN = 20


def commitments_panel(person: Person, user: User) -> dict[str, Any] | None:
    """Open promises both ways."""
    if not can(user, Act.VIEW, Commitment):
        return None
    writes = can(user, Act.CHANGE, Commitment)
    rows = list(open_commitments(person).filter(pk__in=Commitment.objects.visible_to(user))[:SHOWN])
    return {
        "title": _("Open commitments"),
        "rows": [
            {"row": row, "settle": SettleForm(instance=row, prefix=f"c{row.pk}") if writes else None} for row in rows
        ],
        "template": "crm/person_commitments.html",
        "form": CommitmentForm(prefix="commitments", initial={"made_on": timezone.localdate()}) if writes else None,
        "form_url": reverse("crm_add_commitment", args=[person.public_id]),
        "form_label": _("Add a commitment"),
    }


def _settle_form(row: Commitment) -> SettleForm:
    return SettleForm(instance=row, prefix=f"c{row.pk}")


def tasks_panel(person: Person, user: User) -> dict[str, Any] | None:
    """What we still have to do for this person."""
    if not can(user, Act.VIEW, Task):
        return None
    return {
        "title": _("Tasks"),
        "rows": _task_rows(open_tasks(user).filter(person=person)[:SHOWN], user),
        "template": "crm/person_tasks.html",
        "form": PersonTaskForm(prefix="tasks", initial={"assignee": user.pk}) if can(user, Act.ADD, Task) else None,
        "form_url": reverse("crm_add_task", args=[person.public_id]),
        "form_label": _("Add a task"),
        "next": person_url(person, "tasks"),
    }


def _task_rows(tasks: Iterable[Task], user: User) -> list[dict[str, Any]]:
    """Tasks with what may be done to them; the person of a task is named only to somebody who may see her."""
    rows = list(tasks)
    today = timezone.localdate()
    changes = can(user, Act.CHANGE, Task)
    ids = {task.person_id for task in rows if task.person_id}
    seen = set(Person.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [
        {
            "task": task,
            "late": bool(task.due_on and task.due_on < today),
            "done_url": reverse("crm_finish_task", args=[task.public_id]) if changes else "",
            "person": task.person if task.person_id in seen else None,
            "person_url": person_url(task.person) if task.person and task.person_id in seen else "",
        }
        for task in rows
    ]


def open_commitment_counts(ids: Iterable[int], user: User, _at: datetime) -> dict[int, int]:
    """Column of the people list: open promises per person, in one query."""
    rows = Commitment.objects.visible_to(user).filter(person__in=list(ids), state=CommitmentState.OPEN)
    return dict(rows.order_by().values_list("person").annotate(Count("pk")))


class AddTaskView(PersonFormView):
    key = "tasks"
    model = Task
    form_class = PersonTaskForm
    done = _("Task added.")

    def perform(self, person: Person, form: Any, *, by: User, at: datetime) -> None:
        given = {name: form.cleaned_data[name] for name in ("title", "assignee", "due_on")}
        add_task(**given, person=person, origin_key=form.origin_key(), by=by, at=at)


class AddCommitmentView(PersonFormView):
    key = "commitments"
    model = Commitment
    form_class = CommitmentForm
    done = _("Commitment written down, with a task to see to it.")

    def perform(self, person: Person, form: Any, *, by: User, at: datetime) -> None:
        given = {name: form.cleaned_data[name] for name in ("words", "made_on", "due_on", "ask")}
        direction = CommitmentDirection(form.cleaned_data["direction"])
        add_commitment(person, direction=direction, **given, owner=by, origin_key=form.origin_key(), by=by, at=at)


@require_POST
def finish_task_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """One click: the task is done. Pressing again changes nothing."""
    task: Task = visible_or_404(Task, request, public_id=public_id)
    back = _safe_next(request)
    try:
        require(request, Act.CHANGE, task)
        finish_task(task, version=_version(request), by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except PermissionDenied:
        return forbidden(request)
    except StaleVersionError as error:
        return conflict(request, TaskForm(instance=task), error.current, back)
    except ParleyError as error:
        messages.error(request, str(error.sentence))
    else:
        messages.success(request, _("Done: %(title)s") % {"title": task.title})
    return redirect(back)


@require_POST
def settle_commitment_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """How a promise ended. The same answer twice changes nothing."""
    row: Commitment = visible_or_404(Commitment, request, public_id=public_id)
    back = person_url(row.person, "commitments")
    form = SettleForm(request.POST, instance=row, prefix=f"c{row.pk}")
    try:
        require(request, Act.CHANGE, row)
        if form.is_valid():
            _settle(row, form, request)
            messages.success(request, _("Settled."))
        else:
            messages.error(request, _("Choose how the commitment ended, then save again."))
    except PermissionDenied:
        return forbidden(request)
    except StaleVersionError as error:
        return conflict(request, form, error.current, back)
    except ParleyError as error:
        messages.error(request, str(error.sentence))
    return redirect(back)


def _settle(row: Commitment, form: SettleForm, request: HttpRequest) -> None:
    fresh = Commitment.objects.get(pk=row.pk)
    state = CommitmentState(form.cleaned_data["state"])
    version = form.cleaned_data["version"]
    now = timezone.now()
    settle_commitment(
        fresh,
        state=state,
        version=version,
        settled_on=timezone.localdate(now),
        by=request.user,  # type: ignore[arg-type]
        at=now,
    )


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def _safe_next(request: HttpRequest) -> str:
    given = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(given, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return given if given.startswith("/") and ours else reverse("wagtailadmin_home")


class MyDayPanel(Component):
    """What is on today: my tasks by day, and what other apps put there."""

    name = "my_day"
    template_name = "crm/my_day.html"
    order = 10

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        request = parent_context["request"]
        today = timezone.localdate()
        mine = open_tasks(request.user).filter(assignee=request.user, due_on__lte=today + timedelta(days=7))
        rows = _task_rows(mine[:50], request.user) if can(request.user, Act.VIEW, Task) else []
        return {
            "request": request,
            "csrf_token": parent_context.get("csrf_token"),
            "today": today,
            "sections": my_day_sections(request.user, timezone.now()),
            "groups": [
                (_("Overdue"), [row for row in rows if row["late"]]),
                (_("Today"), [row for row in rows if row["task"].due_on == today]),
                (_("This week"), [row for row in rows if row["task"].due_on > today]),
            ],
            "nothing_due": not rows,
            "next": reverse("wagtailadmin_home"),
        }
