from django.db import models
from django.utils.translation import gettext_lazy as _


class Shape(models.TextChoices):
    MONTH = "month", _("Month")
    WEEK = "week", _("Week")
    AGENDA = "agenda", _("Agenda")


class Whose(models.TextChoices):
    MINE = "mine", _("mine")
    TEAM = "team", _("my teams'")
    ALL = "all", _("everybody's")
