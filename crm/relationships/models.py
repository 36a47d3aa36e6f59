from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.dates import PartialDateField, current_q
from crm.base.models import PublicId, Sourced, Versioned
from crm.people.models import Organization, Person
from crm.relationships.enums import PartyKind


class RelationshipType(Versioned):
    """Reads “A `label` B” one way and “B `reverse_label` A” the other: “advises”, “is advised by”.

    Once a relationship uses it only the wording may still change, never who stands on which side.
    """

    key = models.SlugField(_("short name"), unique=True)
    label = models.CharField(_("from A to B"), max_length=80, help_text=_("As in “A advises B”."))
    reverse_label = models.CharField(
        _("from B to A"), max_length=80, blank=True, help_text=_("As in “B is advised by A”.")
    )
    is_symmetric = models.BooleanField(
        _("reads the same both ways"),
        default=False,
        help_text=_("As in “A worked with B”. Leave the second line empty."),
    )
    from_kind = models.CharField(_("A is"), max_length=15, choices=PartyKind, default=PartyKind.PERSON)
    to_kind = models.CharField(_("B is"), max_length=15, choices=PartyKind, default=PartyKind.PERSON)
    opens_doors = models.BooleanField(
        _("may lead to an introduction"),
        default=True,
        help_text=_("Untick it for rivals and the like: warm paths then leave this kind out."),
    )

    class Meta:
        ordering = ["label", "id"]
        verbose_name = _("kind of relationship")
        verbose_name_plural = _("kinds of relationship")
        constraints = [
            models.UniqueConstraint(Lower("label"), name="relationship_label_once"),
            models.UniqueConstraint(Lower("reverse_label"), name="relationship_reverse_label_once"),
            models.CheckConstraint(
                condition=Q(is_symmetric=False) | Q(label=F("reverse_label"), from_kind=F("to_kind")),
                name="symmetric_reads_the_same",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class RelationshipQuerySet(RowQuerySet["Relationship"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Only between parties that are both visible, and only to those who do the registry's work.

        Asked row by row: a list of everybody visible would cost a scan of all people for each panel.
        """
        if role_of(user) not in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.none()
        return self.filter(*(_seen(user, side) for side in ("from", "to")))

    def current_on(self, day: Any) -> Self:
        return self.filter(current_q(day))


def _seen(user: User | AnonymousUser, side: str) -> Q:
    return seen_through(Person, user, f"{side}_person") | seen_through(Organization, user, f"{side}_organization")


class Relationship(PublicId, Versioned, Sourced):
    """Who stands in which relation to whom, from when to when, how strongly (1 weak to 5 strong).

    A merge may make both sides one for a moment; that the two differ is checked by the action, not by the database.
    """

    type = models.ForeignKey(RelationshipType, models.PROTECT, verbose_name=_("kind"), related_name="relationships")
    from_person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="relationships_from")
    from_organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="relationships_from"
    )
    to_person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="relationships_to")
    to_organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="relationships_to"
    )
    strength = models.PositiveSmallIntegerField(
        _("strength"), default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    start_date = PartialDateField(_("from"))
    end_date = PartialDateField(_("until"))
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = RelationshipQuerySet.as_manager()

    class Meta:
        ordering = ["-strength", "id"]
        verbose_name = _("relationship")
        constraints = [
            models.CheckConstraint(
                condition=Q(from_person__isnull=False) ^ Q(from_organization__isnull=False),
                name="relationship_has_one_from",
            ),
            models.CheckConstraint(
                condition=Q(to_person__isnull=False) ^ Q(to_organization__isnull=False),
                name="relationship_has_one_to",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def from_party(self) -> Person | Organization:
        return self.from_person or self.from_organization  # type: ignore[return-value]

    @property
    def to_party(self) -> Person | Organization:
        return self.to_person or self.to_organization  # type: ignore[return-value]
