from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import PublicId, Versioned
from crm.followups.enums import CommitmentDirection, CommitmentState, TaskState
from crm.issues.models import Ask
from crm.people.models import Person, Post


class TaskQuerySet(RowQuerySet["Task"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        role = role_of(user)
        seen = Q(person=None) | seen_through(Person, user, "person")
        if role == Role.DIRECTOR:
            return self.all()
        if role in {Role.COORDINATOR, Role.AUDITOR}:
            return self.filter(seen | Q(assignee=user))
        if role == Role.VOLUNTEER:
            return self.filter(assignee=user)
        return self.none()


class Task(PublicId, Versioned):
    """Something one of us has to do by a day."""

    title = models.CharField(_("what"), max_length=250)
    detail = models.TextField(_("in full"), blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("who")
    )
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="tasks", verbose_name=_("about")
    )
    due_on = models.DateField(_("by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=TaskState, default=TaskState.OPEN)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    origin_key = models.CharField(max_length=120, unique=True, null=True, blank=True, editable=False)
    object_type = models.CharField(max_length=40, blank=True, editable=False)
    object_id = models.BigIntegerField(null=True, blank=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = _("task")
        indexes = [models.Index(fields=["assignee", "state", "due_on", "id"])]

    def __str__(self) -> str:
        return self.title


class CommitmentQuerySet(RowQuerySet["Commitment"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        if role_of(user) in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.filter(seen_through(Person, user, "person"))
        return self.none()


class Commitment(PublicId, Versioned):
    """A promise in its exact words, theirs or ours, with the day it is due."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="commitments", verbose_name=_("with"))
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="commitments")
    ask = models.ForeignKey(Ask, models.PROTECT, null=True, blank=True, related_name="commitments")
    direction = models.CharField(_("whose promise"), max_length=10, choices=CommitmentDirection)
    words = models.TextField(_("in their exact words"))
    made_on = models.DateField(_("made on"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=CommitmentState, default=CommitmentState.OPEN)
    settled_on = models.DateField(_("settled on"), null=True, blank=True)
    is_public = models.BooleanField(_("may be published"), default=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    origin_key = models.CharField(max_length=120, unique=True, null=True, blank=True, editable=False)
    object_type = models.CharField(max_length=40, blank=True, editable=False)
    object_id = models.BigIntegerField(null=True, blank=True, editable=False)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = _("commitment")
        indexes = [models.Index(fields=["person", "state", "due_on"])]

    def __str__(self) -> str:
        return self.words[:80]
