from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    """RFC 5546 methods we send."""

    REQUEST = "REQUEST", _("invitation")
    CANCEL = "CANCEL", _("cancellation")
    DECLINECOUNTER = "DECLINECOUNTER", _("refusal of another time")


class ReviewState(models.TextChoices):
    """open → resolved | dismissed."""

    OPEN = "open", _("open")
    RESOLVED = "resolved", _("resolved")
    DISMISSED = "dismissed", _("dismissed")


class ReviewReason(models.TextChoices):
    UNKNOWN_MEETING = "unknown_meeting", _("We do not know this meeting.")
    WRONG_SENDER = "wrong_sender", _("The sender is not the person who was invited.")
    PARTY_CRASHER = "party_crasher", _("Somebody who was not invited answered.")
    OLD_VERSION = "old_version", _("They answered an older time or place.")
    NEWER_VERSION = "newer_version", _("Their answer names a version we never sent.")
    COUNTER = "counter", _("They propose another time.")
    DELEGATED = "delegated", _("They send somebody else.")
    UNKNOWN_ANSWER = "unknown_answer", _("We do not understand the answer.")
    BROKEN = "broken", _("The calendar part is broken. Read the mail, then note the answer on the meeting page.")
    HUMAN = "human", _("They wrote instead of pressing a button.")
    NOT_ALLOWED = "not_allowed", _("Somebody outside tried to change our meeting.")
    FAILED_AUTH = "failed_auth", _("The mail failed the sender's own checks.")


class ReviewDecision(models.TextChoices):
    """What staff may do with an answer they looked at."""

    RECORD_ANSWER = "record_answer", _("count it as their answer")
    ACCEPT_TIME = "accept_time", _("move the meeting to the time they propose")
    REFUSE_TIME = "refuse_time", _("keep the time and say so")
    ASK_AGAIN = "ask_again", _("send the invitation again")
    STAFF_INSTEAD = "staff_instead", _("note that staff come instead of the policymaker")
    INVITE = "invite", _("invite the person they name")
