from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.activity.actions import say
from crm.activity.models import ActivityEntry
from crm.base.rows import add_row, clean_values, lock_owner
from crm.changes.actions import record_created, record_deleted
from crm.influence.enums import AssessmentKind
from crm.influence.models import Influence
from crm.influence.rules import Owner
from crm.issues.models import Issue
from crm.people.models import Person


@transaction.atomic
def record_influence(
    owner: Owner,
    *,
    issue: Issue,
    interest: int,
    influence: int,
    observed_on: date,
    by: User | None,
    at: datetime,
    kind: AssessmentKind = AssessmentKind.CURRENT,
    position: str = "",
    source: str = "",
    source_url: str = "",
    entry: ActivityEntry | None = None,
) -> Influence:
    """How much somebody cares about an issue and can move it, as it is or as wanted, from a day on; can be undone.

    An older assessment is never overwritten. The second call with the same words for the same day gives the row
    that is there. Raises ValidationError for a day to come.
    """
    if observed_on > timezone.localtime(at).date():
        raise ValidationError({"observed_on": _("That day is still to come; write down what is known today.")})
    lock_owner(owner)
    whose = {"person" if isinstance(owner, Person) else "organization": owner}
    said = {"interest": interest, "influence": influence, "position": position, "observed_on": observed_on}
    told = clean_values({"source": source, "source_url": source_url})
    newest = Influence.objects.filter(issue=issue, kind=kind, **whose).order_by("-observed_on", "-id").first()
    if newest and all(getattr(newest, name) == value for name, value in (said | told).items()):
        return newest
    stamps = {"sourced_on": observed_on, "recorded_at": at, "recorded_by": by}
    row = add_row(Influence(issue=issue, kind=kind, **whose, **said, **told, **stamps))
    record_created(say("influence.recorded", row, owner, issue, by=by, at=at, entry=entry), row)
    return row


@transaction.atomic
def remove_influence(row: Influence, *, by: User | None, at: datetime, entry: ActivityEntry | None = None) -> None:
    """Take away what was written down by mistake; can be undone. The second call does nothing."""
    standing = Influence.objects.select_for_update().filter(pk=row.pk).first()
    if standing is not None:
        record_deleted(say("influence.removed", standing, standing.owner, by=by, at=at, entry=entry), standing)
        standing.delete()
