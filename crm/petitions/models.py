from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of
from crm.base.models import PublicId, Row, Versioned, new_public_id
from crm.campaigns.models import Campaign
from crm.issues.models import Ask
from crm.petitions.enums import PetitionState, SignatureState
from crm.places.models import Area


class Petition(PublicId, Versioned):
    """OSDI Petition. The words of the page live in Wagtail; the ask, the goal and the count live here."""

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("short name"), unique=True)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="petitions")
    ask = models.ForeignKey(Ask, models.PROTECT, null=True, blank=True, related_name="petitions")
    addressed_to = models.CharField(_("addressed to"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=PetitionState, default=PetitionState.DRAFT)
    opens_at = models.DateTimeField(_("opens at"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    goal = models.PositiveIntegerField(_("goal"), default=1000)
    hash_key = models.CharField(max_length=32, default=new_public_id, editable=False)
    signature_count = models.PositiveIntegerField(_("confirmed signatures"), default=0, editable=False)

    class Meta:
        ordering = ["title", "id"]
        verbose_name = _("petition")

    def __str__(self) -> str:
        return self.title


class PetitionAreaCount(Row):
    """Confirmed signatures of one petition in one area; `area` empty means the district is not known."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="area_counts")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="petition_counts")
    signature_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-signature_count", "id"]
        constraints = [
            models.UniqueConstraint(fields=["petition", "area"], name="area_count_once"),
            # NULLs are distinct above, and SQLite drops a constraint that says otherwise.
            models.UniqueConstraint(fields=["petition"], condition=models.Q(area=None), name="unknown_area_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.petition_id} {self.area_id} {self.signature_count}"


class SignatureQuerySet(RowQuerySet["Signature"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        if role_of(user) in {Role.DIRECTOR, Role.MODERATOR}:
            return self.all()
        return self.none()

    def validated(self) -> Self:
        return self.filter(state=SignatureState.VALIDATED)


class Signature(PublicId):
    """OSDI Signature: what one supporter submitted. The submission is never edited, only its state moves."""

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="signatures")
    mailbox_hash = models.CharField(max_length=32)
    email = models.CharField(max_length=254, blank=True)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    postcode = models.CharField(max_length=12, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="signatures")
    language = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=12, choices=SignatureState, default=SignatureState.PENDING)
    is_suspect = models.BooleanField(default=False)
    submitted_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    validated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-id"]
        verbose_name = _("signature")
        constraints = [models.UniqueConstraint(fields=["petition", "mailbox_hash"], name="one_signature_per_mailbox")]
        indexes = [
            models.Index(fields=["petition", "state", "area"]),
            models.Index(fields=["area", "validated_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.petition_id} {self.state}"


class MailAllowance(Row):
    """One of the few confirmation mails a mailbox may get a day, over all petitions; see `rules.MAILS_PER_DAY`.

    `contact_hash` is the only value common to a mailbox's petitions. It lives here, not on the signature,
    so that signatures of one person cannot be joined; rows older than a day say nothing and may be deleted.
    """

    contact_hash = models.CharField(max_length=32)
    slot = models.PositiveSmallIntegerField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact_hash", "slot"], name="mail_allowance_once")]

    def __str__(self) -> str:
        return f"{self.slot} {self.used_at}"
