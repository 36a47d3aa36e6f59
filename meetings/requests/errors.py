"""Refusals by the rules of an office. Each says what to do next."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class FormOnlyError(ParleyError):
    sentence = _(
        "This office takes requests by its form only. Fill it in there, choose the form here and note its number."
    )


class CoolingOffError(ParleyError):
    """The office was met so recently that asking again needs a reason."""

    def __init__(self, met_on: date, until: date) -> None:
        sentence = _("We met this office on %(day)s. Wait until %(until)s, or say why it cannot wait.")
        super().__init__(sentence % {"day": _day(met_on), "until": _day(until)})


class NoticeError(ParleyError):
    """A time sooner than the office wants to be asked."""

    def __init__(self, first: date, days: int) -> None:
        sentence = _(
            "This office wants to be asked %(days)s days ahead. Offer times from %(first)s on, "
            "or say why they take a sooner one."
        )
        super().__init__(sentence % {"days": days, "first": _day(first)})


class NoOfferChosenError(ParleyError):
    sentence = _("Choose at least one time that is on offer. Offer it first when it is not in the list.")


class StaffMissingError(ParleyError):
    sentence = _("Choose who of the office comes instead, or enter the name of somebody new.")


class NotOfTheOfficeError(ParleyError):
    sentence = _("This person does not work in that office. Choose somebody who does, or add a new name.")


class ComesAnywayError(ParleyError):
    sentence = _("The policymaker is expected at this meeting already, so there is nothing to take back.")


def _day(value: date) -> str:
    return date_format(value, "DATE_FORMAT")
