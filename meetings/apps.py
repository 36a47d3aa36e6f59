from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"

    def ready(self) -> None:
        from crm.elections.registry import register_orphans
        from crm.reach.registry import register_last_contact
        from meetings import permissions, personal_data
        from meetings.agendas import queries as agendas
        from meetings.agendas import registry as agenda_texts
        from meetings.availability import registry as availability
        from meetings.feeds import registry as feeds
        from meetings.holds import registry as holds
        from meetings.invitations import registry as invitations
        from meetings.invitations.actions import send_for_change
        from meetings.itineraries import registry as itineraries
        from meetings.lobbydays import registry as lobbydays
        from meetings.outcomes import registry as outcomes
        from meetings.patterns import registry as patterns
        from meetings.pipeline import registry as pipeline
        from meetings.pollnews import registry as pollnews
        from meetings.polls import registry as polls
        from meetings.reminders import registry as reminders
        from meetings.replies import registry as replies
        from meetings.requests import registry as requests
        from meetings.scheduling.queries import last_held
        from meetings.scheduling.registry import register_listener
        from meetings.scheduling.tasks import ORPHANS
        from meetings.series import registry as series
        from meetings.uploads import registry as uploads
        from meetings.visits.actions import follow_meeting

        permissions.declare()
        personal_data.declare()
        agendas.declare()
        for slice_registry in (
            requests,
            pipeline,
            invitations,
            replies,
            agenda_texts,
            outcomes,
            polls,
            pollnews,
            holds,
            feeds,
            lobbydays,
            itineraries,
            availability,
            uploads,
            reminders,
            series,
            patterns,
        ):
            slice_registry.declare()
        register_listener("invitations", send_for_change)
        register_listener("lobbydays", follow_meeting)
        register_last_contact("meetings", last_held)
        for order, source in enumerate(ORPHANS):
            register_orphans(source, order=order)
