"""The nightly look for people who are here twice."""

from datetime import datetime, timedelta

from crm.duplicates.actions import renew_duplicate_pairs
from crm.duplicates.models import DuplicateLook, DuplicatePair

PAUSE = timedelta(hours=20)


def look_for_duplicates(at: datetime) -> int:
    """Look again when the last look is most of a day old; says how many pairs there are."""
    if DuplicateLook.objects.filter(looked_at__gt=at - PAUSE).exists():
        return DuplicatePair.objects.count()
    return renew_duplicate_pairs(at=at)
