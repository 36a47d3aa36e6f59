from datetime import date

from django.db.models import F, OuterRef, QuerySet, Subquery

from crm.issues.models import Ask, Issue, Stance
from crm.people.models import Person


def latest_stances(person: Person, *, on: date | None = None) -> QuerySet[Stance]:
    """Where a person stands on each ask: the newest stance per ask (up to a day), with the ask; newest first."""
    newest = Stance.objects.filter(person=person, ask=OuterRef("ask"))
    if on is not None:
        newest = newest.filter(observed_on__lte=on)
    newest_pk = newest.order_by("-observed_on", "-id").values("pk")[:1]
    return Stance.objects.filter(person=person, pk=Subquery(newest_pk)).select_related("ask", "ask__issue")


def latest_stance(person: Person, ask: Ask) -> Stance | None:
    """The newest stance of a person on one ask."""
    return Stance.objects.filter(person=person, ask=ask).order_by("-observed_on", "-id").first()


def stances_on(ask: Ask) -> QuerySet[Stance]:
    """The newest stance of every person on one ask, with the person; the newest first."""
    newest = Stance.objects.filter(ask=ask, person=OuterRef("person")).order_by("-observed_on", "-id").values("pk")[:1]
    return Stance.objects.filter(ask=ask, pk=Subquery(newest)).select_related("person")


def open_asks() -> QuerySet[Ask]:
    """Asks still pursued, with issue and campaign."""
    return Ask.objects.filter(is_open=True).select_related("issue", "campaign")


def issue_path(issue: Issue) -> list[Issue]:
    """The issue and its parents, from the root down."""
    path = [issue]
    while path[0].parent is not None:
        path.insert(0, path[0].parent)
    return path


def issue_tree() -> QuerySet[Issue]:
    """Every issue with its parent, roots first, for lists and choosers."""
    return Issue.objects.select_related("parent").order_by(F("parent__name").asc(nulls_first=True), "name", "id")
