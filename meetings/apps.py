from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"

    def ready(self) -> None:
        from meetings import permissions, personal_data
        from meetings.agendas import queries as agendas
        from meetings.agendas import registry as agenda_texts
        from meetings.invitations import registry as invitations
        from meetings.invitations.actions import send_for_change
        from meetings.outcomes import registry as outcomes
        from meetings.replies import registry as replies
        from meetings.requests import registry as requests
        from meetings.scheduling.registry import register_listener

        permissions.declare()
        personal_data.declare()
        agendas.declare()
        for slice_registry in (requests, invitations, replies, agenda_texts, outcomes):
            slice_registry.declare()
        register_listener("invitations", send_for_change)
