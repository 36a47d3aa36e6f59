"""Nightly work on petitions."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count

from crm.access.models import User
from crm.activity.actions import record
from crm.petitions.models import Petition, PetitionAreaCount


@transaction.atomic
def recount_petition(petition: Petition, *, by: User | None, at: datetime) -> Petition:
    """Set every counter of a petition to what its rows say. The second call finds nothing to change.

    Locks in the order of a confirmation (areas, then petition), so signing goes on meanwhile.
    """
    stored = {row.area_id: row for row in petition.area_counts.select_for_update().order_by("pk")}
    locked = Petition.objects.select_for_update().get(pk=petition.pk)
    rows = locked.signatures.validated().order_by().values_list("area_id").annotate(n=Count("pk"))
    counted: dict[int | None, int] = dict(rows)
    for area_id in stored.keys() | counted.keys():
        if area_id in stored:
            PetitionAreaCount.objects.filter(pk=stored[area_id].pk).update(signature_count=counted.get(area_id, 0))
        else:
            PetitionAreaCount.objects.create(petition=locked, area_id=area_id, signature_count=counted[area_id])
    Petition.objects.filter(pk=locked.pk).update(signature_count=sum(counted.values()))
    record("petition.recounted", locked, by=by, at=at)
    petition.refresh_from_db()
    return petition
