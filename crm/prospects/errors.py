from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class ProspectExistsError(ParleyError):
    """They are a prospect of this campaign already."""

    sentence = _("They are already a prospect of this campaign; open that one instead.")


class StageNotAllowedError(ParleyError):
    """The stage cannot be reached from where they are."""

    sentence = _("A prospect moves one step at a time, or declines; choose one of the stages that are offered.")
