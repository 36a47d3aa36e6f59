"""What the timeline says of lobby days."""

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb

VERBS = {
    "lobby_day.created": _("A lobby day was set up."),
    "lobby_day.edited": _("The times or terms of the lobby day were changed."),
    "lobby_day.finished": _("The lobby day is over."),
    "lobby_day.offices_added": _("Put on a lobby day."),
    "lobby_day.office_removed": _("Taken off a lobby day."),
    "lobby_day.delegates_added": _("Delegates joined a lobby day from a table: %(count)s."),
    "lobby_day.planned": _("The lobby day was planned, version %(number)s."),
    "lobby_day.published": _("The itineraries went out to those whose day changed: %(count)s."),
    "lobby_office.edited": _("An office of the lobby day was changed."),
    "lobby_office.set_by_hand": _("A team or a time of the lobby day was set by hand."),
    "lobby_office.confirmed": _("An office confirmed its time on the lobby day."),
    "lobby_office.linked": _("A meeting was linked to an office of the lobby day."),
    "lobby_office.unlinked": _("A meeting was unlinked from an office of the lobby day."),
    "lobby_office.team_followed": _("A team of the lobby day followed who is invited to its meeting."),
    "delegate.added": _("Joined the delegation of a lobby day."),
    "delegate.edited": _("An entry of the delegation was changed."),
    "delegate.dropped": _("Dropped out of a lobby day."),
    "building.added": _("A building was added."),
    "building.walk_set": _("The way between two buildings takes %(minutes)s minutes."),
    "debrief.received": _("Somebody of the delegation told how a meeting went."),
    "debrief.taken_over": _("What the delegation told became the outcome."),
    "debrief.set_aside": _("What the delegation told was set aside."),
}


def declare() -> None:
    """Register the sentences; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
