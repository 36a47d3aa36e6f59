"""Abstract models every slice builds on."""

import secrets
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.base.errors import AppendOnlyError


def new_public_id() -> str:
    """128 random bits, URL safe, 22 characters."""
    return secrets.token_urlsafe(16)


class Row(models.Model):
    """A table of ours: kept out of Wagtail's reference index, which would slow every save twentyfold."""

    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True


class PublicId(Row):
    """A row that is named outside this database by a random id, never by its key."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)

    class Meta:
        abstract = True


class Timestamped(Row):
    """Carries when it was made and last changed; the action passes both in."""

    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        abstract = True


class Versioned(Timestamped):
    """Optimistic lock: a save must name the version it was made from (`crm.base.locking`)."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class AppendOnly(Row):
    """Rows that are written once. Changing or deleting one raises `AppendOnlyError`."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise AppendOnlyError(type(self).__name__)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(type(self).__name__)


class Sourced(Row):
    """Where a fact comes from and on which day it was read there."""

    source = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("source address"), max_length=500, blank=True)
    sourced_on = models.DateField(_("read on"), null=True, blank=True)

    class Meta:
        abstract = True
