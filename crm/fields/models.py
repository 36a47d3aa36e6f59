from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of
from crm.base.models import PublicId
from crm.fields.enums import FieldKind, FieldScope
from crm.people.models import Owned, owned_by_visible


class CustomField(PublicId):
    """A question this organisation asks of people or bodies. Its kind never changes once it was answered."""

    key = models.SlugField(_("short name"), unique=True)
    label = models.CharField(_("label"), max_length=100)
    help_text = models.CharField(_("help"), max_length=250, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=FieldKind)
    scope = models.CharField(_("for"), max_length=15, choices=FieldScope)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    read_roles = models.JSONField(_("who reads it"), default=list, blank=True)
    write_roles = models.JSONField(_("who writes it"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_retired = models.BooleanField(_("no longer asked"), default=False)

    class Meta:
        ordering = ["scope", "position", "label", "id"]
        verbose_name = _("custom field")

    def __str__(self) -> str:
        return self.label


class CustomValueQuerySet(RowQuerySet["CustomValue"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Answers about visible people and bodies, to questions the role may read."""
        role = role_of(user)
        readable = [field.pk for field in CustomField.objects.all() if role in field.read_roles]
        return self.filter(
            owned_by_visible(user),
            field__in=readable,
        )


class CustomValue(Owned):
    """One answer, kept as text in the form its field's kind reads."""

    field = models.ForeignKey(CustomField, models.PROTECT, related_name="values")
    value = models.CharField(_("value"), max_length=1000)

    objects = CustomValueQuerySet.as_manager()

    class Meta(Owned.Meta):
        ordering = ["field__position", "id"]
        verbose_name = _("custom value")
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(fields=["field", "person"], name="custom_value_once_per_person"),
            models.UniqueConstraint(fields=["field", "organization"], name="custom_value_once_per_organization"),
        ]
        indexes = [models.Index(fields=["field", "value"])]

    def __str__(self) -> str:
        return self.value
