from typing import Any, TypeVar

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.base.models import Row

M = TypeVar("M", bound=models.Model)


class User(AbstractUser):
    """Somebody who signs in. The role decides what they see and do; superuser is not for daily work."""

    wagtail_reference_index_ignore = True

    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.ADVOCATE)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)

    def __str__(self) -> str:
        return self.get_full_name() or self.get_username()


class Team(Row):
    """Colleagues who share what is kept to the team."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    members = models.ManyToManyField(User, verbose_name=_("members"), related_name="teams", blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("team")

    def __str__(self) -> str:
        return self.name


class SubmittedForm(Row):
    """One sending of one rendered form, so that a double click makes one row. `location` is where it led.

    Rows older than a day say nothing and may be deleted.
    """

    key = models.CharField(max_length=64, unique=True)
    location = models.CharField(max_length=500)
    submitted_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.location


class RowQuerySet(models.QuerySet[M]):
    """Base of every row-limited queryset: default deny until a subclass says more.

    `driver` holds the first keys of rows found by walking, for whoever counts them, and `walked` what all of them
    meet (`crm.access.queries`).
    """

    driver: Any = None
    walked: Any = None

    def _clone(self) -> Any:
        copy: Any = super()._clone()  # type: ignore[misc]
        copy.driver, copy.walked = self.driver, self.walked
        return copy

    def visible_to(self, user: User | AnonymousUser) -> Any:
        """The rows this user may see. Every surface asks here."""
        return self.none()
