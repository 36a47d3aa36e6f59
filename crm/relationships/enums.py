from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class PartyKind(models.TextChoices):
    """Who may stand on one side of a relationship."""

    PERSON = "person", _("a person")
    ORGANIZATION = "organization", _("an organization")
    ANY = "any", _("either")


class Strength(models.IntegerChoices):
    """How much one would do for the other when asked."""

    FAINT = 1, _("1 – has met once")
    WEAK = 2, _("2 – would remember the name")
    FAIR = 3, _("3 – takes the call")
    STRONG = 4, _("4 – returns favours")
    CLOSE = 5, _("5 – trusts each other")


FIRST_TYPES = (
    ("knows", gettext_noop("knows"), "knows", PartyKind.PERSON, PartyKind.PERSON),
    ("worked-with", gettext_noop("worked with"), "worked with", PartyKind.PERSON, PartyKind.PERSON),
    (
        "family",
        gettext_noop("is a member of the family of"),
        "is a member of the family of",
        PartyKind.PERSON,
        PartyKind.PERSON,
    ),
    ("advises", gettext_noop("advises"), gettext_noop("is advised by"), PartyKind.PERSON, PartyKind.ANY),
    ("listens-to", gettext_noop("listens to"), gettext_noop("has the ear of"), PartyKind.PERSON, PartyKind.ANY),
    ("mentors", gettext_noop("mentors"), gettext_noop("is mentored by"), PartyKind.PERSON, PartyKind.PERSON),
    ("employs", gettext_noop("employs"), gettext_noop("is employed by"), PartyKind.ANY, PartyKind.PERSON),
    ("donates-to", gettext_noop("donates to"), gettext_noop("gets donations from"), PartyKind.ANY, PartyKind.ANY),
    (
        "board",
        gettext_noop("sits on the board of"),
        gettext_noop("has on its board"),
        PartyKind.PERSON,
        PartyKind.ORGANIZATION,
    ),
    ("endorses", gettext_noop("endorses"), gettext_noop("is endorsed by"), PartyKind.ANY, PartyKind.ANY),
    (
        "partner-of",
        gettext_noop("works together with"),
        "works together with",
        PartyKind.ORGANIZATION,
        PartyKind.ORGANIZATION,
    ),
)
"""Key, the words from A to B, the words from B to A, who A and B may be. Equal words: it reads the same both ways."""
