from django.db import models
from django.utils.translation import gettext_lazy as _


class DayState(models.TextChoices):
    """planning → published → done. Publishing again, to those whose day changed, stays published."""

    PLANNING = "planning", _("being planned")
    PUBLISHED = "published", _("published")
    DONE = "done", _("done")


class Unserved(models.TextChoices):
    """Why an office got no time. Each says what would help."""

    NO_LEADS = "no_leads", _("Nobody of the delegation can lead a team. Mark at least one delegate as a lead.")
    WINDOW = "window", _("The times of this office are shorter than one meeting. Give it a longer time.")
    AWAY = "away", _("No lead is there when this office has time. Ask the office for another time or add a lead.")
    FULL = "full", _("Every lead who is there then has as many meetings as allowed. Add a lead or raise the number.")
    BUSY = "busy", _("Every lead is in another meeting or on the way then. Add a lead or ask for another time.")
    CANCELLED = "cancelled", _("The meeting was called off. Plan again, or take the office off the day.")


class Broken(models.TextChoices):
    """A rule of the day that a plan must not break."""

    ABSENT = "absent", _("Somebody who is not in the delegation is on a team. Take the name off the team.")
    AVAILABILITY = "availability", _("Somebody is on a team outside the hours they can come. Change the team.")
    DOUBLE = "double", _("Somebody has two meetings without enough time between. Move one of them.")
    TEAM_SIZE = "team_size", _("A team is larger than allowed. Take somebody off.")
    MEETINGS = "meetings", _("Somebody has more meetings than allowed. Take them off a team.")
    LEAD = "lead", _("A team has no lead who can lead it. Choose one.")
    WINDOW = "window", _("An office is visited outside its times. Plan again.")
    FIXED = "fixed", _("A confirmed meeting was moved. Put it back to its time.")
