from django.db import models
from django.utils.translation import gettext_lazy as _


class TagValueKind(models.TextChoices):
    """Whether a tag stands alone or says something: a word, a number."""

    NONE = "none", _("no value")
    TEXT = "text", _("a text")
    NUMBER = "number", _("a number")


class TagScope(models.TextChoices):
    PEOPLE = "people", _("people")
    ORGANIZATIONS = "organizations", _("organizations")
    BOTH = "both", _("people and organizations")


class Comparison(models.TextChoices):
    """How the value of a tag or the answer to a question is compared."""

    ANY = "any", _("has any value or none")
    IS = "is", _("is")
    CONTAINS = "contains", _("contains")
    AT_LEAST = "at_least", _("is at least")
    AT_MOST = "at_most", _("is at most")
