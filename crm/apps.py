from typing import Any

from django.apps import AppConfig, apps


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from django.db import connections
        from django.db.models import CharField
        from django.db.models.functions import Length
        from django.db.models.signals import post_migrate

        from crm import permissions, personal_data
        from crm.batches import registry as batches
        from crm.briefings import queries as briefings
        from crm.briefings import registry as briefing_words
        from crm.bulk import registry as bulk
        from crm.bulk.tasks import continue_bulk_acts
        from crm.campaigns import registry as campaigns
        from crm.changes import registry as changes
        from crm.consent import registry as consent
        from crm.contacts import registry as contacts
        from crm.criteria import registry as criteria
        from crm.duplicates import registry as duplicates
        from crm.elections import registry as elections
        from crm.elections.actions import OWN_SOURCES
        from crm.elections.queries import foreseen
        from crm.exports import registry as exports
        from crm.exports.tasks import continue_exports
        from crm.fields import registry as fields
        from crm.followups import registry as followups
        from crm.imports import registry as imports
        from crm.influence import registry as influence
        from crm.introductions import registry as introductions
        from crm.issues import registry as issues
        from crm.mailings import registry as mailings
        from crm.mappings import registry as mappings
        from crm.memberships import registry as memberships
        from crm.messaging.queries import last_received
        from crm.messaging.registry import register_due_job
        from crm.notes import registry as notes
        from crm.offices import registry as offices
        from crm.palette import registry as palette
        from crm.people import actions as people_actions
        from crm.people import forms as people_forms
        from crm.people import queries as people_queries
        from crm.people import registry as people
        from crm.petitions import registry as petitions
        from crm.places import registry as places
        from crm.prospects import registry as prospects
        from crm.reach.registry import register_last_contact
        from crm.relationships import registry as relationships
        from crm.segments import registry as segments
        from crm.sequences import registry as sequences
        from crm.tags import registry as tags
        from crm.targets import registry as targets
        from crm.teams import registry as teams
        from crm.undos import registry as undos
        from crm.votes import registry as votes

        users: Any = apps.get_app_config("wagtailusers")
        users.user_viewset = "crm.access.viewsets.RoleUserViewSet"
        CharField.register_lookup(Length)

        def keep_search_index(using: str, **_signal: Any) -> None:
            people_actions.keep_search_index(connections[using])

        post_migrate.connect(keep_search_index, sender=self, weak=False, dispatch_uid="crm.search")
        permissions.declare()
        personal_data.declare()
        changes.declare()
        places.declare()
        teams.declare()
        people.declare()
        people_queries.register_narrowing(people_forms.narrowed)
        memberships.declare()
        contacts.declare()
        exports.declare()
        palette.declare()
        relationships.declare()
        tags.declare()
        fields.declare()
        segments.declare()
        criteria.declare()
        register_due_job("exports", continue_exports)
        bulk.declare()
        undos.declare()
        register_due_job("bulk", continue_bulk_acts)
        consent.declare()
        campaigns.declare()
        issues.declare()
        prospects.declare()
        influence.declare()
        register_last_contact("mail", last_received)
        targets.declare()
        votes.declare()
        sequences.declare()
        mailings.declare()
        followups.declare()
        notes.declare()
        offices.declare()
        petitions.declare()
        duplicates.declare()
        mappings.declare()
        imports.declare()
        batches.declare()
        elections.declare()
        imports.register_foresight("seats", foreseen)
        for order, source in enumerate(OWN_SOURCES):
            elections.register_orphans(source, order=20 + order)
        briefing_words.declare()
        briefings.declare()
        introductions.declare()
