from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"

    def ready(self) -> None:
        from meetings import permissions, personal_data
        from meetings.agendas import queries as agendas

        permissions.declare()
        personal_data.declare()
        agendas.declare()
