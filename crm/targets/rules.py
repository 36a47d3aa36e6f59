"""Counting votes: pure rules over positions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.issues.rules import CERTAIN, LEANING
from crm.targets.models import Quota

UNKNOWN = ""
"""The position of somebody nobody asked yet."""


@dataclass(frozen=True)
class QuotaLine:
    """How far one quota is: votes we have, votes that lean, votes still missing."""

    quota: Quota
    have: int
    leaning: int
    days_left: int | None

    @property
    def missing(self) -> int:
        """Votes we still need; those who only lean are not counted as ours."""
        return max(0, self.quota.needed - self.have)


def certain(counts: Mapping[str, int]) -> int:
    """Votes we have: supporters and champions."""
    return sum(counts.get(position, 0) for position in CERTAIN)


def leaning(counts: Mapping[str, int]) -> int:
    """Votes that lean in favour."""
    return sum(counts.get(position, 0) for position in LEANING)


def quota_line(quota: Quota, counts: Mapping[str, int], on: date) -> QuotaLine:
    """How far a quota is on a day; `counts` are people by position."""
    days_left = (quota.due_on - on).days if quota.due_on else None
    return QuotaLine(quota, certain(counts), leaning(counts), days_left)


def added_words(count: int) -> str:
    """What adding people to a board did, in one sentence."""
    if not count:
        return _("Everybody is on the board already.")
    return ngettext("%(count)d person was added.", "%(count)d people were added.", count) % {"count": count}
