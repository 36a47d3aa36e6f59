from django.db import models
from django.utils.translation import gettext_lazy as _


class LeftOut(models.TextChoices):
    """Why somebody on a list is not enrolled. The first reason that holds is the one that is said."""

    ALREADY = "already", _("already in this sequence, now or through an earlier list")
    NO_ADDRESS = "no_address", _("no e-mail address")
    SAME_ADDRESS = "same_address", _("somebody else on the list has the same address")
    REFUSED = "refused", _("refused these mails, or the address does not work")
    NO_CONSENT = "no_consent", _("did not agree to these mails")


class MailTraffic(models.TextChoices):
    SENT = "sent", _("we sent a mail")
    RECEIVED = "received", _("they sent a mail")
    BOUNCED = "bounced", _("a mail of ours did not arrive")
