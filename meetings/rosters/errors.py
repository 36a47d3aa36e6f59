from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class NoDelegateColumnsError(ParleyError):
    sentence = _(
        "No column is called Name or E-mail. Name the columns in the first row: Name, E-mail, District, Postcode, "
        "Can lead, Free from, Free until, Language."
    )


class WrongRowsError(ParleyError):
    sentence = _("Some rows have errors, so nobody was added. Mend them in the file and hand it in again.")


class RosterChangedError(ParleyError):
    sentence = _("The delegation or the registry changed since you looked. Look at the rows again, then press.")


class OldRosterError(ParleyError):
    sentence = _("This preview is too old. Hand the file in again.")


class LongRosterError(ParleyError):
    sentence = _("This table is too long for one go. Split it and hand in the parts.")
