from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class CalendarGoneError(ParleyError):
    sentence = _("This calendar was taken away meanwhile. Add it again, then give it the file.")


class UploadFailedError(ParleyError):
    sentence = _("The file could not be read. Export the calendar again and choose that file.")
