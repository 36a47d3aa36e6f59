from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class RuleError(ParleyError):
    sentence = _("Choose weeks or months, every how many of them, and either a last day or a number of meetings.")


class FirstDayError(RuleError):
    sentence = _("The first day must be one of the chosen weekdays. Choose its weekday too, or another first day.")


class InSeriesError(ParleyError):
    sentence = _("This meeting belongs to a series already. Change that series instead.")


class SeriesEndedError(ParleyError):
    sentence = _("This series has ended. Start a new one from one of its meetings.")


class NoNextMeetingError(ParleyError):
    sentence = _("There is no later meeting of this series that stands. Plan more of them first.")


class NothingChosenError(ParleyError):
    sentence = _("Choose at least one item or task to carry over.")
