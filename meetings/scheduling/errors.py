"""Refusals of the meeting pipeline. Each says what to do next."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class RequestOpenError(ParleyError):
    sentence = _("This office has already been asked for the same thing. Open that request and follow it up.")


class WrongStateError(ParleyError):
    sentence = _("This has moved on and the step no longer fits. Reload the page to see where it stands.")


class MeetingOverError(WrongStateError):
    sentence = _("This meeting is cancelled or over, so it cannot be changed. Ask for a new one.")


class SchedulerAddressError(ParleyError):
    sentence = _("The scheduler has no e-mail address. Add one, or ask by form or by phone instead.")


class ReferenceMissingError(ParleyError):
    sentence = _("Write down how you asked: the number of the form, or who you spoke to.")


class TimesError(ParleyError):
    sentence = _("A meeting must end after it starts. Correct the times.")


class NoTimesError(TimesError):
    sentence = _("Offer at least one time and at most six.")


class UnknownZoneError(TimesError):
    sentence = _("Choose the time zone of the place from the list, for example America/New_York.")


class DoubtfulTimeError(TimesError):
    """A wall-clock time that occurs twice or never. `choices` are the two moments it may mean, in order."""

    def __init__(self, sentence: Any, choices: tuple[datetime, datetime]) -> None:
        super().__init__(sentence)
        self.choices = choices


class SkippedTimeError(DoubtfulTimeError):
    """The clocks jump over this time."""


class AmbiguousTimeError(DoubtfulTimeError):
    """The clocks pass this time twice."""


class NoTimeError(TimesError):
    sentence = _("Choose one of the offered times, or give the start and the end.")


class PlaceMissingError(ParleyError):
    sentence = _("Say where: choose the place, or make it an online meeting with a link to join.")


class JoinUrlError(ParleyError):
    sentence = _("Give the link to join as a whole address that starts with https://.")


class TitleMissingError(ParleyError):
    sentence = _("Give the meeting a title that everybody may see.")


class PublicAndConfidentialError(ParleyError):
    sentence = _("A confidential meeting cannot be in the public calendar. Choose one of the two.")


class AttendeeTwiceError(ParleyError):
    sentence = _("This address is already invited. Nobody is invited twice to one meeting.")


class AttendeeAddressError(ParleyError):
    sentence = _("Enter an e-mail address like name@example.org, or leave it empty.")


class SecondLeadError(ParleyError):
    sentence = _("Somebody leads our side already. Give them another role first, or choose another role here.")


class AttendeeRoleError(ParleyError):
    sentence = _("Somebody of the office stays with the office. Choose a role of the same side.")


class PostcodeError(ParleyError):
    sentence = _("Enter the postcode where they live.")
