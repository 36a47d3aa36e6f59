"""The real Congress, against reference counts that were made without our code."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count, Min

from crm.imports.actions import undo_import
from crm.imports.models import ImportBatch
from crm.people.models import ContactDetail, Identifier, Membership, Office, Organization, OtherName, Person
from tests.crm.imports.steps import AT, column, dump, load

pytestmark = pytest.mark.django_db
SECONDS = 15


def expected(shared_data: Path) -> dict[str, Any]:
    return json.loads((shared_data / "expected" / "us-congress-current.json").read_text())


def numbers() -> dict[str, Any]:
    """What stands in the database, under the names of the reference file."""
    terms = Membership.objects.filter(organization__classification="chamber")
    now = terms.current_on(AT.date())
    seats = Membership.objects.filter(organization__classification__in=["committee", "subcommittee"])
    district = Office.objects.filter(classification="district")
    ids = Identifier.objects.filter(person__isnull=False)
    committees = Organization.objects.filter(classification="committee")
    people = Person.objects.all()
    return {
        "persons": people.count(),
        "senators": now.filter(organization__name="United States Senate").count(),
        "representatives_incl_delegates": now.exclude(organization__name="United States Senate").count(),
        "parties_now": tally(now, "on_behalf_of__name"),
        "states_and_territories": len(
            {place.rpartition("/cd:")[0] or place for place in now.values_list("area__identifier", flat=True)}
        ),
        "at_large_or_delegate_seats(district 0)": now.filter(area__identifier__endswith="/cd:at-large").count(),
        "terms(memberships in chambers)": terms.count(),
        "terms_by_type": {
            "rep": terms.filter(post__label__startswith="Representative for ").count(),
            "sen": terms.filter(post__label__startswith="Senate seat ").count(),
        },
        "first_term_start": terms.aggregate(first=Min("start_date"))["first"],
        "persons_who_changed_party_between_terms": several(terms, "on_behalf_of"),
        "persons_in_both_chambers": several(terms, "organization"),
        "persons_with_other_names": OtherName.objects.exclude(note="nickname").count(),
        "persons_with_leadership_roles": people.filter(memberships__role="leadership").distinct().count(),
        "persons_with_suffix": people.exclude(honorific_suffix="").count(),
        "persons_with_nickname": OtherName.objects.filter(note="nickname").count(),
        "identifiers_total(multi-valued fec split)": ids.count(),
        "identifier_schemes": ids.order_by().values("scheme").distinct().count(),
        "csv_rows_with_several_fec_ids": several(ids.filter(scheme="fec"), "identifier"),
        "csv_ids_with_leading_zero(thomas_id)": ids.filter(scheme="thomas", identifier__startswith="0").count(),
        "committees_top": committees.count(),
        "committees_by_type": {
            "house": committees.filter(parent__name="United States House of Representatives").count(),
            "joint": committees.filter(parent__name="United States Congress").count(),
            "senate": committees.filter(parent__name="United States Senate").count(),
        },
        "subcommittees": Organization.objects.filter(
            classification="subcommittee", parent__classification="committee"
        ).count(),
        "committee_memberships_yaml": seats.count(),
        # The reference counts the bodies the file lists; two of these lists are empty.
        "committees_with_members": seats.order_by().values("organization").distinct().count() + EMPTY_LISTS,
        "legislators_without_any_committee": people.exclude(memberships__in=seats).count(),
        "membership_titles": tally(seats, "label"),
        "distinct_person_committee_pairs": seats.order_by().values("person", "organization").distinct().count(),
        "district_offices": district.count(),
        "persons_with_office": people.filter(offices__in=district).distinct().count(),
        "offices_with_phone": district.exclude(voice="").count(),
        "offices_with_coordinates": district.exclude(latitude=None).exclude(longitude=None).count(),
        "office_ids_unique": district.order_by().values("identifier").distinct().count(),
        "social_media_records": people.filter(contactdetails__type__in=ACCOUNTS).distinct().count(),
        "social_accounts(names only)": tally(ContactDetail.objects.filter(type__in=ACCOUNTS), "type"),
        "names_non_ascii": sum(not name.isascii() for name in people.values_list("name", flat=True)),
    }


EMPTY_LISTS = 2
ACCOUNTS = ["twitter", "facebook", "youtube", "instagram", "mastodon"]


def tally(rows: Any, name: str) -> dict[str, int]:
    return dict(Counter(rows.values_list(name, flat=True)))


def seats_held() -> Any:
    return Membership.objects.current_on(AT.date()).filter(post__isnull=False, area__isnull=False)


def several(rows: Any, name: str) -> int:
    """How many people have more than one value of `name`."""
    return rows.order_by().values("person").annotate(n=Count(name, distinct=True)).filter(n__gt=1).count()


@pytest.mark.slow
def test_congress_equals_the_reference_counts_in_time(shared_data: Path) -> None:
    reference = expected(shared_data)
    reference["membership_titles"] = dict(reference["membership_titles"])
    started = time.perf_counter()

    report, batch = load(shared_data / "policymakers" / "us-congress")

    assert time.perf_counter() - started <= SECONDS
    found = numbers()
    assert found == {name: reference[name] for name in found}
    assert column(report, "errors") == column(report, "conflicts") == column(report, "unresolved") == {}
    assert Person.objects.exclude(memberships__in=seats_held()).count() == 0
    assert batch.rows.count() == sum(column(report, "created").values()) == sum(map(len, dump()))


@pytest.mark.slow
def test_congress_twice_changes_nothing_and_goes_away_again(shared_data: Path) -> None:
    folder = shared_data / "policymakers" / "us-congress"
    empty = dump()
    first, batch = load(folder)
    before = dump()

    again, second = load(folder)
    unchanged = dump()
    undo_import(second, by=None, at=AT)
    undoing = undo_import(batch, by=None, at=AT)

    assert (again["rows"], column(again, "unchanged")) == ([], column(first, "created"))
    assert second.rows.count() == 0
    assert unchanged == before
    assert undoing.kept == []
    assert dump() == empty
    assert ImportBatch.objects.count() == 2
