from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class DayOverError(ParleyError):
    sentence = _("This lobby day is over, so it is no longer planned. Make a new one.")


class DayTimesError(ParleyError):
    sentence = _("The end must come after the start. Correct the times.")


class DelegateTwiceError(ParleyError):
    sentence = _("This person or address is already in the delegation. Change that entry instead.")


class NothingToPlanError(ParleyError):
    sentence = _("Add at least one office and one delegate, then plan.")


class NoPlannedTimeError(ParleyError):
    sentence = _("This office has no time yet. Plan the day first, or give it a time by hand.")


class RequestDraftError(ParleyError):
    sentence = _("A request to this office for the same thing is still a draft. Send or withdraw it, then confirm.")


class AlreadyConfirmedError(ParleyError):
    sentence = _("This office is confirmed. Change time and place on the page of the meeting.")


class NotFittingError(ParleyError):
    """A change by hand that would break a rule of the day; the sentence is that rule's."""


class LastOfTeamError(ParleyError):
    sentence = _("A team needs somebody who can lead it. Put a lead on the team first.")


class SameBuildingError(ParleyError):
    sentence = _("Choose two different buildings.")


class OtherMeetingError(ParleyError):
    sentence = _("This meeting is not with this office on this day, or it is called off or linked. Choose another.")
