from django.db import models
from django.utils.translation import gettext_lazy as _


class Weekday(models.IntegerChoices):
    """As `date.weekday()` counts."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class InstitutionKind(models.TextChoices):
    """What a line of an institution's calendar means for a meeting."""

    SESSION = "session", _("session")
    RECESS = "recess", _("recess or district weeks")
    COMMITTEE = "committee", _("committee")


class UploadState(models.TextChoices):
    """waiting → reading → done or failed; a waiting or reading one may be stopped."""

    WAITING = "waiting", _("waiting for a worker")
    READING = "reading", _("being read")
    DONE = "done", _("read")
    FAILED = "failed", _("not read")
    STOPPED = "stopped", _("stopped")


class DayWish(models.TextChoices):
    """How a search treats the days or hours of one kind."""

    ANY = "any", _("say so, but do not mind")
    NEEDED = "needed", _("only then")
    AVOIDED = "avoided", _("not then")


class Note(models.TextChoices):
    """What is said about a calendar file that was read, but not wholly; `%(count)s` events are meant."""

    FLOATING = "floating", _("%(count)s times name no zone and were read in yours.")
    UNKNOWN_ZONE = "unknown_zone", _("%(count)s times name a zone nobody knows and were read in yours.")
    BROKEN = "broken", _("%(count)s entries are broken and were left out.")
    TOO_OFTEN = (
        "too_often",
        _(
            "%(count)s entries repeat too finely or in a way we do not read, so only their first time counts: those of "
            "%(starts)s. Write these busy times as longer entries in your calendar."
        ),
    )
    TOO_MANY = (
        "too_many",
        _("The calendar holds more than %(most)s entries; %(count)s were left out. Export a shorter time."),
    )
    TOO_LONG = (
        "too_long",
        _(
            "%(count)s entries repeat too often or list too many days and were left out. Give them an end, or export a "
            "shorter time."
        ),
    )
    CUT_OFF = "cut_off", _("The file ends in the middle of an entry. Export it again.")
    ENCODING = "encoding", _("Some letters could not be read.")
    EMPTY = "empty", _("The calendar holds no events.")


class Missing(models.TextChoices):
    """Why somebody is not free at a proposed time."""

    BUSY = "busy", _("busy")
    HOURS = "hours", _("outside working hours")
