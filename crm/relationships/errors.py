from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError


class TypeInUseError(ParleyError):
    sentence = _(
        "Relationships of this kind exist already, so its sides, its direction and whether it reads the same both "
        "ways stay as they are. Add a new kind instead."
    )


class LabelTakenError(ParleyError):
    """Two kinds with one wording, also across the two directions, would be mistaken for each other."""

    def __init__(self, label: str) -> None:
        text = _("Another kind of relationship already reads “%(label)s”. Use that one, or choose other words.")
        super().__init__(text % {"label": label})


class WrongPartyError(ParleyError):
    sentence = _("This kind of relationship does not fit these two: choose another kind, or another partner.")


class SelfRelationError(ParleyError):
    sentence = _("Nobody stands in a relationship to herself. Choose somebody else.")


class DuplicateRelationshipError(ParleyError):
    """`current` is the row that says so already."""

    def __init__(self, sentence: str, current: Any) -> None:
        text = _("This is known already for the same time: %(sentence)s Change that one instead.")
        super().__init__(text % {"sentence": sentence})
        self.current = current
