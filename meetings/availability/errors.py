from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class CalendarFileError(ParleyError):
    sentence = _("This is no calendar file. Export the calendar again as iCalendar (.ics) and choose that file.")


class CalendarTooLargeError(CalendarFileError):
    sentence = _("The calendar is larger than 1 MB. Export a shorter time and try again.")


class CalendarTableError(CalendarFileError):
    sentence = _(
        "This table cannot be read. It needs the columns start and end or last_day, with days like 2026-10-28."
    )


class CalendarAddressError(ParleyError):
    sentence = _("Enter the address of a calendar on the internet, starting with https:// or http://.")


class CalendarFetchError(ParleyError):
    sentence = _("The calendar did not answer. Open its address in a browser to check it, then read it again.")


class HoursError(ParleyError):
    sentence = _("Working hours end after they start, and two on one day do not overlap. Change the times.")


class ExceptionDaysError(ParleyError):
    sentence = _("The last day is not before the first, and hours end after they start. Change the days or times.")


class SameNameError(ParleyError):
    sentence = _("A calendar here has this name already. Choose another name.")


class SearchError(ParleyError):
    sentence = _("Choose at least one person, up to 60 days and a meeting between 5 minutes and 12 hours.")


class TravelError(ParleyError):
    sentence = _("Choose two different places and up to 600 minutes.")
