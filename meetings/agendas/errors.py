from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class AgendaItemError(ParleyError):
    sentence = _("Give every point of the agenda a title.")


class AgendaPartError(ParleyError):
    sentence = _("A part needs a point above it. Untick it, or move it below the point it belongs to.")


class AgendaMinutesError(ParleyError):
    sentence = _("The parts of a point take longer than the point itself. Give the point more minutes.")


class AgendaPresenterError(ParleyError):
    sentence = _("Only somebody who is invited can present a point. Choose another person, or write a name.")


class AgendaDocumentError(ParleyError):
    sentence = _("Write each document on its own line: its title, then its address that starts with https://.")
