"""Refusals of polls. Each says what to do next."""

from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class PollOverError(ParleyError):
    sentence = _("This poll is over, so nothing can be changed in it any more. Start a new one.")


class PollOpenError(ParleyError):
    sentence = _("There is an open poll about this request already. Open it and go on there.")


class PollOptionsError(ParleyError):
    sentence = _("Give at least two different times and at most sixty.")


class PollDeadlineError(ParleyError):
    sentence = _("The last day for answers must lie ahead. Choose a later one.")


class PollTitleError(ParleyError):
    sentence = _("Give the poll a title that everybody invited may read.")


class PollGuestTwiceError(ParleyError):
    sentence = _("This address is already in the poll. Nobody is asked twice.")


class PollGuestAddressError(ParleyError):
    sentence = _("Enter a name and an e-mail address like name@example.org for everybody you ask.")


class AlreadyAskedError(ParleyError):
    sentence = _("They have just been asked. Wait for the answer, or reload the page to see where it stands.")


class AlreadyRemindedError(ParleyError):
    sentence = _("Everybody who has not answered was reminded today. Try again tomorrow.")


class NoChoiceError(ParleyError):
    sentence = _("Say yes, if need be or no to at least one time, then send your answer.")
