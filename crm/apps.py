from typing import Any

from django.apps import AppConfig, apps


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from django.db.models import CharField
        from django.db.models.functions import Length

        from crm import permissions, personal_data
        from crm.briefings import queries as briefings
        from crm.briefings import registry as briefing_words
        from crm.campaigns import registry as campaigns
        from crm.consent import registry as consent
        from crm.followups import registry as followups
        from crm.imports import registry as imports
        from crm.issues import registry as issues
        from crm.notes import registry as notes
        from crm.people import registry as people
        from crm.petitions import registry as petitions
        from crm.places import registry as places
        from crm.sequences import registry as sequences

        users: Any = apps.get_app_config("wagtailusers")
        users.user_viewset = "crm.access.viewsets.RoleUserViewSet"
        CharField.register_lookup(Length)
        permissions.declare()
        personal_data.declare()
        places.declare()
        people.declare()
        consent.declare()
        campaigns.declare()
        issues.declare()
        sequences.declare()
        followups.declare()
        notes.declare()
        petitions.declare()
        imports.declare()
        briefing_words.declare()
        briefings.declare()
