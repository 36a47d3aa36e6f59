from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What a consent or a suppression is about. One tick per purpose, never bundled."""

    SIGNATURE = "signature", _("count my signature")
    PUBLIC_NAME = "public_name", _("show my name")
    UPDATES = "updates", _("updates by e-mail")
    SEQUENCE = "sequence", _("follow-up mails")
    ALL_MAIL = "all_mail", _("any mail")


class SuppressionReason(models.TextChoices):
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    NOT_ME = "not_me", _("said this was not them")
    BOUNCED = "bounced", _("the mailbox does not exist")
    COMPLAINED = "complained", _("reported as spam")


class Channel(models.TextChoices):
    """How a consent reached us. What came by a form alone does not prove who owns the mailbox."""

    FORM = "form", _("a form, not confirmed yet")
    MAIL_LINK = "mail_link", _("a button behind a link in a mail")
    STAFF = "staff", _("entered by staff")
    IMPORT = "import", _("an import with source, date and wording")
    PAPER = "paper", _("paper")
