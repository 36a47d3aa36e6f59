"""People and bodies in the words of Popolo."""

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, Team, User
from crm.access.rules import role_of, seen_through
from crm.base.dates import PartialDateField, current_q, is_current
from crm.base.models import PublicId, Row, Sourced, Versioned
from crm.people.enums import (
    ContactType,
    Level,
    MembershipRole,
    OfficeClassification,
    OrganizationClassification,
    PersonCategory,
    Side,
    Visibility,
)
from crm.places.models import Area

FULL_VIEW = {Role.COORDINATOR, Role.AUDITOR}
LISTED_BY = ((), ("category",), ("level",), ("owner",), ("team",), ("has_email",))
OF_BODY = models.Q(organization__isnull=False)
ONE_OWNER = models.Q(person__isnull=False) ^ OF_BODY
ONE_HOLDER = models.Q(person__isnull=False) ^ models.Q(member_organization__isnull=False)
PROFILE_VIEW = {Role.EDITOR, Role.MODERATOR, Role.VOLUNTEER}


class PersonQuerySet(RowQuerySet["Person"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        role = role_of(user)
        kept = self.filter(merged_into=None)
        if role == Role.DIRECTOR:
            return kept
        if role in FULL_VIEW:
            shared = models.Q(visibility=Visibility.ORGANISATION) | models.Q(owner=user)
            teams = Team.members.through.objects.filter(user=user.pk).values("team")
            return kept.filter(shared | models.Q(team__in=teams))
        if role in PROFILE_VIEW:
            return kept.filter(category=PersonCategory.POLICYMAKER, visibility=Visibility.ORGANISATION)
        return self.none()


class Person(PublicId, Versioned, Sourced):
    """Popolo Person: a policymaker, a scheduler, a partner, an advocate."""

    name = models.CharField(_("name"), max_length=200)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    additional_name = models.CharField(_("middle name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    honorific_prefix = models.CharField(_("title"), max_length=40, blank=True)
    honorific_suffix = models.CharField(_("suffix"), max_length=40, blank=True)
    sort_name = models.CharField(_("sort name"), max_length=200)
    search_text = models.TextField(editable=False, blank=True)
    has_email = models.BooleanField(_("has an e-mail address"), editable=False, default=False)
    gender = models.CharField(_("gender"), max_length=20, blank=True)
    birth_date = PartialDateField(_("birth date"))
    death_date = PartialDateField(_("died"))
    language = models.CharField(_("preferred language"), max_length=10, blank=True)
    category = models.CharField(_("category"), max_length=20, choices=PersonCategory)
    level = models.CharField(_("level"), max_length=20, choices=Level, blank=True)
    visibility = models.CharField(
        _("who sees this person"), max_length=20, choices=Visibility, default=Visibility.ORGANISATION
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="people")
    summary = models.TextField(_("summary"), blank=True)
    sources = models.TextField(_("sources, one address per line"), blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "id"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [models.Index(fields=[*first, "sort_name", "id", "visibility", "merged_into"]) for first in LISTED_BY]

    def __str__(self) -> str:
        return self.name


class OrganizationQuerySet(RowQuerySet["Organization"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All of them, except the office of somebody hidden: its name would give the person away."""
        if role_of(user) not in FULL_VIEW | PROFILE_VIEW | {Role.DIRECTOR}:
            return self.none()
        led = Membership.objects.filter(role=MembershipRole.PRINCIPAL, person__merged_into=None).order_by()
        led = led.exclude(seen_through(Person, user, "person")).filter(organization=models.OuterRef("pk"))
        shown = ~models.Q(classification=OrganizationClassification.OFFICE) | ~models.Exists(led)
        return self.filter(shown, merged_into=None)


class Organization(PublicId, Versioned, Sourced):
    """Popolo Organization: a chamber, a committee, a party, an office, a partner."""

    name = models.CharField(_("name"), max_length=250)
    classification = models.CharField(_("kind"), max_length=20, choices=OrganizationClassification)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="organizations")
    level = models.CharField(_("level"), max_length=20, choices=Level, blank=True)
    founding_date = PartialDateField(_("founded"))
    dissolution_date = PartialDateField(_("dissolved"))
    description = models.TextField(_("description"), blank=True)
    sources = models.TextField(_("sources, one address per line"), blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("organization")
        indexes = [models.Index(fields=[*first, "name", "id"]) for first in ((), ("classification",), ("level",))]

    def __str__(self) -> str:
        return self.name


class PostQuerySet(RowQuerySet["Post"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as the body it belongs to: the jobs of an office name whoever leads it."""
        return self.filter(seen_through(Organization, user, "organization"))


class Post(PublicId, Sourced):
    """A seat or job that survives its holders."""

    label = models.CharField(_("label"), max_length=250)
    role = models.CharField(_("role"), max_length=100)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="posts")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="posts")

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["label", "id"]
        verbose_name = _("post")
        constraints = [models.UniqueConstraint(fields=["organization", "label"], name="post_once_per_organization")]

    def __str__(self) -> str:
        return self.label


class MembershipQuerySet(RowQuerySet["Membership"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Between holders and bodies that may both be seen: the name of an office gives its head away."""
        held = models.Q(person=None) | seen_through(Person, user, "person")
        member = models.Q(member_organization=None) | seen_through(Organization, user, "member_organization")
        return self.filter(held, member, seen_through(Organization, user, "organization"))

    def current_on(self, day: date) -> Self:
        return self.filter(current_q(day))


class Membership(Sourced):
    """Who holds what, for whom, where and when. Seats, jobs and party are all memberships."""

    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="memberships")
    member_organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="memberships_held"
    )
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships")
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="memberships")
    role = models.CharField(_("role"), max_length=40, choices=MembershipRole, default=MembershipRole.MEMBER)
    label = models.CharField(_("title"), max_length=200, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True, blank=True)
    side = models.CharField(_("side"), max_length=10, choices=Side, blank=True)
    on_behalf_of = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="memberships")
    legislative_period = models.CharField(_("legislative period"), max_length=60, blank=True)
    start_date = PartialDateField(_("from"))
    end_date = PartialDateField(_("until"))

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["-start_date", "id"]
        verbose_name = _("membership")
        constraints = [models.CheckConstraint(condition=ONE_HOLDER, name="membership_has_one_holder")]
        indexes = [
            models.Index(fields=["person", "-start_date"]),
            models.Index(fields=["organization", "end_date", "start_date", "person"]),
            models.Index(fields=["on_behalf_of", "end_date", "start_date", "person"]),
            models.Index(fields=["area", "end_date", "start_date", "person"]),
        ]

    def __str__(self) -> str:
        return self.label or self.get_role_display()

    def is_current_on(self, day: date) -> bool:
        return is_current(self.start_date, self.end_date, day)


def owned_by_visible(user: User | AnonymousUser) -> models.Q:
    """Rows that belong to a person or body this user may see."""
    return seen_through(Person, user, "person") | seen_through(Organization, user, "organization")


class Owned(Row):
    """Belongs to exactly one person or one organization."""

    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="%(class)ss")
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, blank=True, related_name="%(class)ss")

    class Meta:
        abstract = True
        constraints = [models.CheckConstraint(condition=ONE_OWNER, name="%(class)s_has_one_owner")]


class ContactDetail(Owned, Sourced):
    type = models.CharField(_("type"), max_length=20, choices=ContactType)
    value = models.CharField(_("value"), max_length=500)
    label = models.CharField(_("label"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    valid_from = PartialDateField(_("valid from"))
    valid_until = PartialDateField(_("valid until"))

    class Meta(Owned.Meta):
        ordering = ["type", "id"]
        verbose_name = _("contact detail")
        indexes = [
            models.Index(fields=["type", "value"]),
            models.Index("type", Lower("value"), name="contact_any_case"),
            models.Index(fields=["organization", "type"], condition=OF_BODY, name="contact_of_body"),
        ]

    def __str__(self) -> str:
        return self.value


class Identifier(Owned):
    """An id somebody else gave, unique within its scheme and its source. All ids are text."""

    scheme = models.CharField(_("scheme"), max_length=60)
    identifier = models.CharField(_("identifier"), max_length=200)

    class Meta(Owned.Meta):
        ordering = ["scheme", "identifier", "id"]
        verbose_name = _("identifier")
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(fields=["scheme", "identifier"], name="identifier_once_per_scheme"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.identifier}"


class OtherName(Owned):
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=20, blank=True)
    note = models.CharField(_("note"), max_length=100, blank=True)
    start_date = PartialDateField(_("from"))
    end_date = PartialDateField(_("until"))

    class Meta(Owned.Meta):
        ordering = ["name", "id"]
        verbose_name = _("other name")

    def __str__(self) -> str:
        return self.name


class Office(Sourced):
    """A place where a policymaker can be reached (Open States PersonOffice)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="offices")
    identifier = models.CharField(max_length=100, blank=True)
    classification = models.CharField(_("kind"), max_length=20, choices=OfficeClassification)
    address = models.CharField(_("address"), max_length=300, blank=True)
    suite = models.CharField(_("suite"), max_length=100, blank=True)
    building = models.CharField(_("building"), max_length=150, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=20, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    voice = models.CharField(_("phone"), max_length=60, blank=True)
    fax = models.CharField(_("fax"), max_length=60, blank=True)
    hours = models.CharField(_("hours"), max_length=200, blank=True)
    latitude = models.DecimalField(max_digits=10, decimal_places=7, null=True, blank=True)
    longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True, blank=True)

    class Meta:
        ordering = ["classification", "city", "id"]
        verbose_name = _("office")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "identifier"], condition=~models.Q(identifier=""), name="office_once_per_source_id"
            )
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.address, self.suite, self.city, self.state) if part)
