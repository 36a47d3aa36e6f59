from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    """The way to a meeting. Steps may be skipped, and every open state may end.

    drafted → requested → followed_up → offered → held → confirmed
    requested | followed_up | offered | held → to_staff → offered | held | confirmed
    drafted | requested | followed_up | offered | held | to_staff → declined | withdrawn

    `held` is a time the office keeps for us without having confirmed it. After `to_staff` the office sends
    somebody of its staff in place of the policymaker; said after the confirmation the request stays `confirmed`, with
    `staff_instead` and the policymaker's answer `DELEGATED`. Whether a confirmed meeting then took place, nobody came
    or it was cancelled is the state of the `Meeting`.
    """

    DRAFTED = "drafted", _("drafted")
    REQUESTED = "requested", _("asked")
    FOLLOWED_UP = "followed_up", _("followed up")
    OFFERED = "offered", _("times offered")
    HELD = "held", _("time held")
    TO_STAFF = "to_staff", _("moved to staff")
    CONFIRMED = "confirmed", _("confirmed")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class RequestChannel(models.TextChoices):
    FORM = "form", _("the office's form")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    IN_PERSON = "in_person", _("in person")


class OfferState(models.TextChoices):
    """offered → held (the office keeps it for us) → chosen | released; offered → chosen | released."""

    OFFERED = "offered", _("offered")
    HELD = "held", _("held tentatively")
    CHOSEN = "chosen", _("chosen")
    RELEASED = "released", _("released")


class MeetingState(models.TextChoices):
    """confirmed → held | no_show | cancelled."""

    CONFIRMED = "confirmed", _("confirmed")
    HELD = "held", _("held")
    NO_SHOW = "no_show", _("nobody came")
    CANCELLED = "cancelled", _("cancelled")


class NoteKind(models.TextChoices):
    """What we wrote down on the way to a meeting."""

    FOLLOW_UP = "follow_up", _("followed up")
    EXCEPTION = "exception", _("against a rule of the office")
    STAFF = "staff", _("staff instead")


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
    INTERPRETER = "interpreter", _("interpreter")
    PARTNER = "partner", _("coalition partner")


OFFICE_ROLES = frozenset({AttendeeRole.POLICYMAKER, AttendeeRole.SCHEDULER, AttendeeRole.OFFICE_STAFF})


class PartStat(models.TextChoices):
    """RFC 5545 3.2.12."""

    NEEDS_ACTION = "NEEDS-ACTION", _("no answer yet")
    ACCEPTED = "ACCEPTED", _("accepted")
    TENTATIVE = "TENTATIVE", _("tentative")
    DECLINED = "DECLINED", _("declined")
    DELEGATED = "DELEGATED", _("staff come instead")


class AnswerSource(models.TextChoices):
    LINK = "link", _("by the link")
    MAIL = "mail", _("by mail")
    PHONE = "phone", _("by phone, noted by us")


class Encounter(models.TextChoices):
    """What a segment asks about meetings."""

    MET = "met", _("we met")
    CAME = "came", _("they came to a meeting of ours")
    ASKED = "asked", _("we asked for a meeting")
    PLANNED = "planned", _("a meeting is confirmed")
