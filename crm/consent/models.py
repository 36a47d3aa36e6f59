from django.db import models

from crm.base.models import AppendOnly
from crm.consent.enums import Channel, Purpose, SuppressionReason


class ConsentRecord(AppendOnly):
    """One giving or withdrawing, with the wording shown. The current state is the newest record that counts.

    `subject` is the public id of what it was given with, for example one signature.
    """

    mailbox_hash = models.CharField(max_length=32, db_index=True)
    purpose = models.CharField(max_length=20, choices=Purpose)
    given = models.BooleanField()
    wording_id = models.CharField(max_length=60)
    wording_version = models.PositiveIntegerField(default=1)
    language = models.CharField(max_length=10)
    channel = models.CharField(max_length=30, choices=Channel)
    subject = models.CharField(max_length=32, blank=True, db_index=True)
    evidence = models.JSONField(default=dict, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at", "id"]

    def __str__(self) -> str:
        return f"{self.purpose} {self.given}"


class Suppression(AppendOnly):
    """A mailbox that must not get a purpose again. Survives the person: it holds a keyed hash only."""

    mailbox_hash = models.CharField(max_length=32)
    purpose = models.CharField(max_length=20, choices=Purpose)
    reason = models.CharField(max_length=20, choices=SuppressionReason)
    suppressed_at = models.DateTimeField()

    class Meta:
        ordering = ["suppressed_at", "id"]
        constraints = [models.UniqueConstraint(fields=["mailbox_hash", "purpose"], name="suppressed_once")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.reason}"
