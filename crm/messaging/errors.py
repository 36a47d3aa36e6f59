from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class TemplateSyntaxError(ParleyError):
    """A mail template cannot be used. `field` is subject or body; line and column count from 1."""

    def __init__(self, field: str, line: int, column: int, sentence: str) -> None:
        words = _("Line %(line)s, column %(column)s: %(sentence)s")
        super().__init__(words % {"line": line, "column": column, "sentence": sentence})
        self.field = field
        self.line = line
        self.column = column


class UnknownTemplateError(ParleyError):
    def __init__(self, key: str) -> None:
        super().__init__(_("There is no mail template “%(key)s”; create it first.") % {"key": key})


class UnknownSequenceError(ParleyError):
    def __init__(self, key: str) -> None:
        super().__init__(_("There is no sequence “%(key)s”; create it first.") % {"key": key})


class EmptySequenceError(ParleyError):
    sentence = _("A sequence needs at least one step; add one.")


class SequenceExistsError(ParleyError):
    def __init__(self, key: str) -> None:
        super().__init__(_("There is a sequence “%(key)s” already; choose another key.") % {"key": key})


class NotResendableError(ParleyError):
    """Only what failed, is in doubt or too late may go again, and never to somebody who does not want it."""

    def __init__(self, status: Any) -> None:
        words = _("This mail cannot be sent again because its state is “%(state)s”.")
        super().__init__(words % {"state": status})


class NotADraftError(ParleyError):
    sentence = _("This mail is no draft any more; look in the mail log what became of it.")


class GapInMailError(ParleyError):
    """The words still hold a merge field that nothing fills."""


class PlanningFailedError(ParleyError):
    def __init__(self, count: int) -> None:
        super().__init__(_("%(count)s enrolments could not be planned; the log says why.") % {"count": count})
