from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    """drafted → requested → offered → confirmed; requested | offered → declined | withdrawn."""

    DRAFTED = "drafted", _("drafted")
    REQUESTED = "requested", _("asked")
    OFFERED = "offered", _("times offered")
    CONFIRMED = "confirmed", _("confirmed")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class RequestChannel(models.TextChoices):
    FORM = "form", _("the office's form")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    IN_PERSON = "in_person", _("in person")


class OfferState(models.TextChoices):
    """offered → chosen | released."""

    OFFERED = "offered", _("offered")
    CHOSEN = "chosen", _("chosen")
    RELEASED = "released", _("released")


class MeetingState(models.TextChoices):
    """confirmed → held | no_show | cancelled."""

    CONFIRMED = "confirmed", _("confirmed")
    HELD = "held", _("held")
    NO_SHOW = "no_show", _("nobody came")
    CANCELLED = "cancelled", _("cancelled")


class MeetingFormat(models.TextChoices):
    IN_PERSON = "in_person", _("in person")
    ONLINE = "online", _("online")


class AttendeeRole(models.TextChoices):
    """Who somebody is at the meeting."""

    POLICYMAKER = "policymaker", _("policymaker")
    SCHEDULER = "scheduler", _("scheduler of the office")
    OFFICE_STAFF = "office_staff", _("staff of the office")
    LEAD = "lead", _("leads our side")
    NOTE_TAKER = "note_taker", _("takes notes")
    CONSTITUENT = "constituent", _("constituent")
    EXPERT = "expert", _("expert")


OFFICE_ROLES = frozenset({AttendeeRole.POLICYMAKER, AttendeeRole.SCHEDULER, AttendeeRole.OFFICE_STAFF})


class PartStat(models.TextChoices):
    """RFC 5545 3.2.12."""

    NEEDS_ACTION = "NEEDS-ACTION", _("no answer yet")
    ACCEPTED = "ACCEPTED", _("accepted")
    TENTATIVE = "TENTATIVE", _("tentative")
    DECLINED = "DECLINED", _("declined")


class AnswerSource(models.TextChoices):
    LINK = "link", _("by the link")
    MAIL = "mail", _("by mail")
    PHONE = "phone", _("by phone, noted by us")
