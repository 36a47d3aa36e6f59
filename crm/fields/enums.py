from django.db import models
from django.utils.translation import gettext_lazy as _


class FieldKind(models.TextChoices):
    TEXT = "text", _("text")
    NUMBER = "number", _("number")
    DATE = "date", _("date, as precise as known")
    URL = "url", _("web address")
    BOOLEAN = "boolean", _("yes or no")
    CHOICE = "choice", _("one of several")


class FieldScope(models.TextChoices):
    PEOPLE = "people", _("people")
    ORGANIZATIONS = "organizations", _("organizations")


class AnswerComparison(models.TextChoices):
    """How an answer is compared: numbers as numbers, days as far as both are known, the rest as text."""

    ANY = "any", _("is there")
    IS = "is", _("is")
    CONTAINS = "contains", _("contains")
    AT_LEAST = "at_least", _("is at least, or that day or later")
    AT_MOST = "at_most", _("is at most, or that day or earlier")
