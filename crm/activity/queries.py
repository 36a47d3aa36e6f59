from django.db.models import Model, Q, QuerySet

from crm.activity.models import ActivityEntry, ActivityLink
from crm.activity.rules import type_key


def timeline_of(obj: Model) -> QuerySet[ActivityEntry]:
    """Every entry about `obj`, newest first, with its actor."""
    linked = ActivityLink.objects.filter(target_type=type_key(obj), target_id=obj.pk).values("entry_id")
    own = Q(object_type=type_key(obj), object_id=obj.pk)
    return ActivityEntry.objects.filter(own | Q(pk__in=linked)).select_related("actor")
