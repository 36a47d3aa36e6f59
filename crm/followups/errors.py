from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class TaskClosedError(ParleyError):
    """The task was dropped, so it cannot be finished; or the other way round."""

    sentence = _("This task is already closed. Reopen it first, then try again.")


class CommitmentSettledError(ParleyError):
    """The promise was settled in another way before."""

    sentence = _("This commitment is already settled. Look at its timeline to see how.")


class EmptyWordsError(ParleyError):
    """A task or a promise without words."""

    sentence = _("Write down what is to be done, in one sentence.")
