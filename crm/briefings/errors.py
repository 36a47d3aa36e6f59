from django.utils.translation import gettext_lazy as _

from crm.base.errors import NotAllowedError, ParleyError


class OwnTalkingPointError(NotAllowedError):
    """The author tried to approve her own words."""

    sentence = _("Somebody else than the author approves a talking point. Ask a colleague to read it.")


class TalkingPointRetiredError(ParleyError):
    """A retired point is neither edited nor approved."""

    sentence = _("This talking point is retired. Write a new one instead.")


class MissingSourceError(ParleyError):
    """A talking point without words, source or day."""

    sentence = _("Write what we say, where that comes from, and on which day it was read there.")
