from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class NotYourTeamError(ParleyError):
    sentence = _("Choose a team you belong to.")


class PublicLinkError(ParleyError):
    sentence = _("Only people who edit meetings can make a public calendar. Ask a coordinator.")


class LinkRevokedError(ParleyError):
    sentence = _("This link was taken back. Make a new one.")
