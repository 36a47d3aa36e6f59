from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Who a pack or a talking point is for. Only `leave_behind` may go out of the house."""

    INTERNAL = "internal", _("internal")
    DELEGATION = "delegation", _("delegation")
    LEAVE_BEHIND = "leave_behind", _("leave-behind")


class TalkingPointState(models.TextChoices):
    """draft → approved (by somebody else than the author) → retired."""

    DRAFT = "draft", _("draft")
    APPROVED = "approved", _("approved")
    RETIRED = "retired", _("retired")


class FactKind(StrEnum):
    """How fast a fact grows old; `crm.briefings.rules` holds the days."""

    REGISTRY = "registry"
    """Read from somebody's register: seats, committees, offices."""
    STANCE = "stance"
    EVIDENCE = "evidence"
    """What a talking point rests on."""
    HISTORY = "history"
    """Something that happened on a day. It does not grow stale."""
    LIVE = "live"
    """Counted when the briefing was made."""
