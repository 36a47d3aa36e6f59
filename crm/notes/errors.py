from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class EmptyNoteError(ParleyError):
    sentence = _("The note is empty; write what the team should know.")
