from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import Versioned
from crm.people.models import Person


class InternalNoteQuerySet(RowQuerySet["InternalNote"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        role = role_of(user)
        if role == Role.DIRECTOR:
            return self.all()
        if role == Role.COORDINATOR:
            return self.filter(seen_through(Person, user, "person"))
        return self.none()


class InternalNote(Versioned):
    """For our eyes only. No builder of mail, invitation, feed or API may import this module."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="internal_notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("note"))

    objects = InternalNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("internal note")

    def __str__(self) -> str:
        return f"{self.person_id} {self.created_at:%Y-%m-%d}"
