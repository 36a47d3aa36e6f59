from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class ReminderTwiceError(ParleyError):
    sentence = _("This reminder is already there. Choose another time or other people.")


class ReminderPastError(ParleyError):
    sentence = _("That moment has passed. Choose a shorter time before the meeting.")


class ReminderOffsetError(ParleyError):
    sentence = _("Choose between one minute and 60 days before the meeting.")


class ReminderAudienceError(ParleyError):
    sentence = _("Reminders go to our side only. Choose a role of ours or somebody of the delegation.")
