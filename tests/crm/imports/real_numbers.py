"""What stands in the database after an import of real data, under the names of the reference counts."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Count

from crm.people.models import ContactDetail, Identifier, Membership, Office, Organization, OtherName, Person, Post
from crm.places.models import Area, AreaCode, AreaName, AreaStatistic

Counts = dict[str, Any]
OPENSTATES_DAY = date(2026, 8, 5)
COMMITTEES = ("committee", "subcommittee")
ACCOUNTS = ("twitter", "facebook", "youtube", "instagram", "mastodon")
SEATS = {"representative": "lower", "senator": "upper", "legislator": "legislature"}


def tally(rows: Any, name: str) -> dict[str, int]:
    return dict(Counter(rows.values_list(name, flat=True)))


def openstates() -> Counts:
    """One state alone."""
    roles = Membership.objects.exclude(organization__classification__in=(*COMMITTEES, "party"))
    now = roles.current_on(OPENSTATES_DAY)
    seats = Membership.objects.filter(organization__classification__in=COMMITTEES)
    bodies = Organization.objects.filter(classification__in=COMMITTEES)
    parties = Membership.objects.filter(organization__classification="party")
    ids = Identifier.objects.filter(person__isnull=False)
    return {
        "persons": Person.objects.count(),
        "roles_total": roles.count(),
        "roles_by_type": {_type(role): n for role, n in tally(roles, "post__role").items()},
        "roles_active_on_2026-08-05": now.count(),
        "districts_with_current_member": now.filter(post__role__in=SEATS).values("post").distinct().order_by().count(),
        "roles_without_any_date": roles.filter(start_date="", end_date="").count(),
        "persons_with_several_party_entries": parties.order_by()
        .values("person")
        .annotate(n=Count("id"))
        .filter(n__gt=1)
        .count(),
        "committees": bodies.filter(classification="committee").count(),
        "subcommittees": bodies.filter(classification="subcommittee").count(),
        "committees_by_chamber": dict(Counter(_chamber(body.parent) for body in bodies.select_related("parent"))),
        "memberships_with_person_id": seats.count(),
        "committee_roles": {label or "member": n for label, n in tally(seats, "label").items()},
        "offices": tally(Office.objects, "classification"),
        "emails": ContactDetail.objects.filter(type="email", person__isnull=False).count(),
        "links": ContactDetail.objects.filter(type="url", person__isnull=False).count(),
        "sources": sum(len(lines.splitlines()) for lines in Person.objects.values_list("sources", flat=True)),
        "other_names": OtherName.objects.filter(person__isnull=False).count(),
        "other_identifiers": ids.count() - Person.objects.count(),
        "ids_accounts": tally(ContactDetail.objects.filter(type__in=ACCOUNTS), "type"),
        "birth_dates": Person.objects.exclude(birth_date="").count(),
        "death_dates": Person.objects.exclude(death_date="").count(),
        "non_ascii_names": sum(not name.isascii() for name in Person.objects.values_list("name", flat=True)),
    }


def _type(role: str) -> str:
    return SEATS.get(role) or {"lieutenant governor": "lt_governor"}.get(role, role)


def _chamber(body: Organization | None) -> str:
    identifier = body.identifiers.get(scheme="openstates").identifier if body else ""
    last = identifier.rpartition("/")[2]
    return last if last in ("upper", "lower") else "legislature"


def popolo_congress() -> Counts:
    """The Popolo file of Congress alone. Districts at large are areas of ours beside those of the file."""
    seats = Membership.objects.filter(organization__classification__in=COMMITTEES)
    return {
        "persons": Person.objects.count(),
        "organizations": Organization.objects.count(),
        "posts": Post.objects.count(),
        "memberships": Membership.objects.count(),
        "areas": Area.objects.exclude(identifier__endswith="/cd:at-large").count(),
        "organizations_by_class": tally(Organization.objects, "classification"),
        "memberships_by_kind": {"term": Membership.objects.count() - seats.count(), "committee": seats.count()},
    }


def divisions() -> Counts:
    """One list of divisions alone."""
    ids = list(Area.objects.values_list("identifier", flat=True))
    known, parents = set(ids), {each.rpartition("/")[0] for each in ids if each.count("/") > 1}
    kinds = Counter(each.rpartition("/")[2].partition(":")[0] for each in ids)
    orphans = Area.objects.filter(parent=None).exclude(classification="country").values_list("identifier", flat=True)
    return {
        "distinct_ids": len(known),
        "types": dict(kinds),
        "parents_not_in_file": len({each.rpartition("/")[0] for each in orphans}),
        "sameAs": AreaCode.objects.filter(scheme="ocd-alias").count(),
        "with_validThrough": Area.objects.exclude(valid_until="").count(),
        "ids_with_non_ascii": sum(not each.isascii() for each in ids),
    } | ({} if parents else {"parents_not_in_file": 0})


def reference() -> Counts:
    """All reference files, as rows per file."""
    figures = tally(AreaStatistic.objects, "indicator")
    return {
        "country-codes.csv": AreaCode.objects.filter(scheme="iso3166-1-alpha-2").count(),
        "gdp.csv": figures.get("gdp_usd"),
        "gini-index.csv": figures.get("gini_index"),
        "population.csv": figures.get("population"),
        "names in six languages": AreaName.objects.count(),
    }


def picture() -> dict[str, Any]:
    """Everything an import of areas, people and bodies can write, without keys and provenance."""
    people = Person.objects.values_list("name", "birth_date", "level", "sort_name")
    bodies = Organization.objects.values_list("name", "classification", "parent__name", "area__identifier", "level")
    held = Membership.objects.values_list(
        *("person__name", "organization__name", "post__label", "area__identifier", "legislative_period"),
        *("start_date", "end_date", "role", "label", "on_behalf_of__name"),
    )
    # Two of the reference files call three groups of countries differently; the first one stays.
    named = Area.objects.exclude(classification="aggregate")
    areas = named.values_list(
        "identifier", "valid_from", "valid_until", "classification", "parent__identifier", "name", "code"
    )
    return {
        "areas": _sorted(areas),
        "codes": _sorted(AreaCode.objects.values_list("area__identifier", "scheme", "code")),
        "names": _sorted(AreaName.objects.values_list("area__identifier", "language", "name")),
        "figures": _sorted(AreaStatistic.objects.values_list("area__identifier", "indicator", "year", "value")),
        "people": _sorted(people),
        "bodies": _sorted(bodies),
        "posts": _sorted(Post.objects.values_list("organization__name", "label", "role", "area__identifier")),
        "memberships": _sorted(held),
        "identifiers": _sorted(Identifier.objects.values_list("scheme", "identifier")),
    }


def _sorted(rows: Any) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)
