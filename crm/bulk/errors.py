from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class TooManyPeopleError(ParleyError):
    """More than one act can take."""

    sentence = _("That is too many people for one act; narrow the list by a filter and take it in parts.")


class NobodyChosenError(ParleyError):
    """Nobody was ticked, or nobody of them is visible."""

    sentence = _("Nobody is chosen. Tick some people, or all of the list, and press the button again.")


class CannotRunError(ParleyError):
    """The act is not in a state from which it can run."""

    sentence = _("This is running or finished already; look at its progress below.")
