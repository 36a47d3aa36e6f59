from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from django.db.models import CharField
        from django.db.models.functions import Length

        from crm import permissions, personal_data

        CharField.register_lookup(Length)
        permissions.declare()
        personal_data.declare()
