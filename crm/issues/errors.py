from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class IssueLoopError(ParleyError):
    """An issue would become part of itself."""

    sentence = _("An issue cannot be filed under itself or under one of its own parts; choose another place.")
