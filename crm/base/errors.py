"""Errors any slice may raise. `sentence` is what a person is shown."""

from typing import Any

from django.utils.translation import gettext_lazy as _


class ParleyError(Exception):
    """A refusal with one plain sentence that says what to do next."""

    sentence: Any = _("That did not work. Please try again.")

    def __init__(self, sentence: Any = None) -> None:
        if sentence is not None:
            self.sentence = sentence
        super().__init__(str(self.sentence))


class AppendOnlyError(ParleyError):
    """Somebody tried to change history."""

    def __init__(self, model: str) -> None:
        super().__init__(f"{model} rows are never changed or deleted; add a new one instead.")


class StaleVersionError(ParleyError):
    """The form was made from an older version of the row; `current` is the row as it stands."""

    sentence = _("Somebody else saved this while you were editing. Compare both versions and save again.")

    def __init__(self, current: Any) -> None:
        super().__init__()
        self.current = current


class NotAllowedError(ParleyError):
    """The person may see the object but not do this to it."""

    sentence = _("Your role does not allow this. Ask a coordinator or a director.")
