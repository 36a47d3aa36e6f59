from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class OutcomeTooEarlyError(ParleyError):
    sentence = _("The meeting has not begun. Come back afterwards, or cancel it if it will not take place.")


class MeetingCancelledError(ParleyError):
    sentence = _("This meeting was cancelled, so it has no outcome. Ask for a new one instead.")


class NotAtMeetingError(ParleyError):
    sentence = _("Only people invited to this meeting can be marked as having come. Add the others first.")
