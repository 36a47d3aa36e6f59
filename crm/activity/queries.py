from django.db.models import Model, Q, QuerySet

from crm.activity.models import ActivityEntry, ActivityLink
from crm.activity.registry import keys_of
from crm.activity.rules import type_key


def timeline_of(obj: Model) -> QuerySet[ActivityEntry]:
    """Every entry about `obj`, also from before it was merged, newest first, with its actor."""
    keys = keys_of(obj)
    linked = ActivityLink.objects.filter(target_type=type_key(obj), target_id__in=keys).values("entry_id")
    own = Q(object_type=type_key(obj), object_id__in=keys)
    return ActivityEntry.objects.filter(own | Q(pk__in=linked)).select_related("actor")
