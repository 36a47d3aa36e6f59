from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from crm.access.models import User
from crm.people.models import Organization, Person
from crm.people.queries import within
from crm.places.models import Area
from crm.tags.enums import Comparison, TagScope
from crm.tags.models import ServedArea, Tag, Tagging
from crm.tags.rules import number_in


def tags_of(owner: Person | Organization) -> QuerySet[Tagging]:
    """The tags somebody carries, by group, with tag and group."""
    return owner.taggings.select_related("tag", "tag__group")


def areas_served(owner: Person | Organization) -> list[Area]:
    """The areas somebody works in, by name."""
    return [row.area for row in owner.servedareas.select_related("area")]


def tags_for(owner: Person | Organization) -> QuerySet[Tag]:
    """The tags that may be put on somebody, by group, with the group."""
    wanted = TagScope.PEOPLE if isinstance(owner, Person) else TagScope.ORGANIZATIONS
    return Tag.objects.filter(group__scope__in=(TagScope.BOTH, wanted)).select_related("group")


def tags_with_counts() -> QuerySet[Tag]:
    """Every tag with its group and `carried`, how often it is carried."""
    return Tag.objects.select_related("group").annotate(carried=Count("taggings"))


def tags_for_people() -> QuerySet[Tag]:
    """The tags people may carry, by group, with the group."""
    return Tag.objects.filter(group__scope__in=(TagScope.BOTH, TagScope.PEOPLE)).select_related("group")


def tagged(args: Mapping[str, Any], *, user: User, on: date) -> QuerySet[Any]:
    """Keys of people who carry a tag, with a value that compares as asked."""
    rows = Tagging.objects.filter(tag=args["tag"], person__isnull=False)
    compare, value = Comparison(args["compare"]), args.get("value", "")
    if compare == Comparison.IS:
        rows = rows.filter(value__iexact=value)
    elif compare == Comparison.CONTAINS:
        rows = rows.filter(value__icontains=value)
    elif compare == Comparison.AT_LEAST:
        rows = rows.filter(number__gte=number_in(value))
    elif compare == Comparison.AT_MOST:
        rows = rows.filter(number__lte=number_in(value))
    return rows.order_by().values("person")


def serving(args: Mapping[str, Any], *, user: User, on: date) -> QuerySet[Any]:
    """Keys of people who work in an area or in one inside it, besides what they represent."""
    rows = ServedArea.objects.filter(area__in=within(args["area"]), person__isnull=False)
    return rows.order_by().values("person")
