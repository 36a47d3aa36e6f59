from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.models import RowQuerySet, User
from crm.base.models import PublicId, Row
from crm.people.models import Owned, owned_by_visible
from crm.places.models import Area
from crm.tags.enums import TagScope, TagValueKind


class TagGroup(Row):
    """A question tags answer: what kind of stakeholder, which populations. `is_system` groups are asked for by code."""

    key = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    scope = models.CharField(_("for"), max_length=15, choices=TagScope, default=TagScope.BOTH)
    is_system = models.BooleanField(editable=False, default=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["position", "name", "id"]
        verbose_name = _("tag group")

    def __str__(self) -> str:
        return self.name


class Tag(PublicId):
    group = models.ForeignKey(TagGroup, models.PROTECT, verbose_name=_("group"), related_name="tags")
    name = models.CharField(_("name"), max_length=100)
    value_kind = models.CharField(_("value"), max_length=10, choices=TagValueKind, default=TagValueKind.NONE)

    class Meta:
        ordering = ["group__position", "name", "id"]
        verbose_name = _("tag")
        constraints = [models.UniqueConstraint(fields=["group", "name"], name="tag_once_per_group")]

    def __str__(self) -> str:
        return self.name


class TaggingQuerySet(RowQuerySet["Tagging"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(owned_by_visible(user))


class Tagging(Owned):
    """A tag on a person or body, with its value where the tag has one."""

    tag = models.ForeignKey(Tag, models.PROTECT, related_name="taggings")
    value = models.CharField(_("value"), max_length=200, blank=True)
    number = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True, editable=False)
    tagged_at = models.DateTimeField()

    objects = TaggingQuerySet.as_manager()

    class Meta(Owned.Meta):
        ordering = ["tag__group__position", "tag__name", "id"]
        verbose_name = _("tag")
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(fields=["tag", "person"], name="tag_once_per_person"),
            models.UniqueConstraint(fields=["tag", "organization"], name="tag_once_per_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.tag_id}: {self.value}" if self.value else str(self.tag_id)


class ServedAreaQuerySet(RowQuerySet["ServedArea"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(owned_by_visible(user))


class ServedArea(Owned):
    """An area a person or body works in, besides the one it represents or sits in."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="served_by")

    objects = ServedAreaQuerySet.as_manager()

    class Meta(Owned.Meta):
        ordering = ["area__name", "id"]
        verbose_name = _("area served")
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(fields=["area", "person"], name="area_served_once_per_person"),
            models.UniqueConstraint(fields=["area", "organization"], name="area_served_once_per_organization"),
        ]

    def __str__(self) -> str:
        return str(self.area_id)
