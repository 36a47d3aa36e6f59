from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from django.db.models import CharField
        from django.db.models.functions import Length

        from crm import permissions, personal_data
        from crm.briefings import queries as briefings
        from crm.briefings import registry as briefing_words
        from crm.followups import registry as followups

        CharField.register_lookup(Length)
        permissions.declare()
        personal_data.declare()
        followups.declare()
        briefing_words.declare()
        briefings.declare()
