from pathlib import Path

import pytest

from crm.imports.us_congress_committees import role_of_title
from crm.imports.us_congress_terms import congresses
from crm.people.enums import MembershipRole
from crm.people.models import ContactDetail, Membership, Office, Organization, Person, Post
from crm.people.queries import committees_of, district_of, matching, seat_of
from crm.places.models import Area
from tests.crm.imports.steps import AT, column, holder, load

pytestmark = pytest.mark.django_db


def test_import_creates_every_row_of_the_folder(congress: Path) -> None:
    report, _batch = load(congress)

    assert column(report, "created") == {
        "Area": 10,
        "Organization": 12,
        "Person": 5,
        "Post": 8,
        "Identifier": 29,
        "OtherName": 1,
        "ContactDetail": 22,
        "Office": 7,
        "Membership": 17,
    }
    assert column(report, "errors") == column(report, "conflicts") == column(report, "unresolved") == {}


def test_terms_become_memberships_of_the_chamber_in_a_post(congress: Path) -> None:
    load(congress)

    terms = Membership.objects.filter(person=holder("X000001"), organization__classification="chamber")
    assert list(
        terms.order_by("start_date").values_list(
            "organization__name", "post__label", "area__identifier", "legislative_period", "start_date", "end_date",
            "label", "on_behalf_of__name",
        )
    ) == [
        (
            "United States House of Representatives", "Representative for WA-2",
            "ocd-division/country:us/state:wa/cd:2", "109", "2005-01-04", "2007-01-03", "Representative", "Democrat",
        ),
        (
            "United States Senate", "Senate seat class 1 for Washington",
            "ocd-division/country:us/state:wa", "116-118", "2019-01-03", "2025-01-03", "Senator", "Democrat",
        ),
        (
            "United States Senate", "Senate seat class 1 for Washington",
            "ocd-division/country:us/state:wa", "119-121", "2025-01-03", "2031-01-03", "Senator", "Democrat",
        ),
    ]  # fmt: skip


def test_current_seat_district_and_committees_are_found(congress: Path) -> None:
    load(congress)
    person = holder("X000004")

    seat, district = seat_of(person, AT.date()), district_of(person, AT.date())

    assert (seat.start_date, seat.end_date) == ("2025-01-03", "2027-01-03")
    assert (district.identifier, district.code) == ("ocd-division/country:us/state:wy/cd:at-large", "WY-0")
    assert [(m.organization.name, m.role, m.label) for m in committees_of(person, AT.date())] == [
        ("House Committee on Rivers", "member", ""),
        ("Oversight", "vice_chair", "Vice Chairman"),
    ]


def test_areas_carry_division_ids_of_states_territories_and_districts(congress: Path) -> None:
    load(congress)

    assert list(Area.objects.values_list("identifier", "name", "code", "parent__code")) == [
        ("ocd-division/country:us", "United States", "US", None),
        ("ocd-division/country:us/state:ca", "California", "CA", "US"),
        ("ocd-division/country:us/state:ca/cd:12", "California's 12th congressional district", "CA-12", "CA"),
        ("ocd-division/country:us/state:vt", "Vermont", "VT", "US"),
        ("ocd-division/country:us/state:wa", "Washington", "WA", "US"),
        ("ocd-division/country:us/state:wa/cd:2", "Washington's 2nd congressional district", "WA-2", "WA"),
        ("ocd-division/country:us/state:wy", "Wyoming", "WY", "US"),
        ("ocd-division/country:us/state:wy/cd:at-large", "Wyoming's at-large congressional district", "WY-0", "WY"),
        ("ocd-division/country:us/territory:pr", "Puerto Rico", "PR", "US"),
        (
            "ocd-division/country:us/territory:pr/cd:at-large",
            "Puerto Rico's at-large congressional district",
            "PR-0",
            "PR",
        ),
    ]


def test_committees_hang_below_their_chamber(congress: Path) -> None:
    load(congress)

    bodies = Organization.objects.filter(classification__in=["committee", "subcommittee"])
    assert sorted(bodies.values_list("identifiers__identifier", "name", "parent__name")) == [
        ("HSRV", "House Committee on Rivers", "United States House of Representatives"),
        ("HSRV01", "Oversight", "House Committee on Rivers"),
        ("RV", "House Committee on Rivers", "United States House of Representatives"),
        ("SSTD", "Senate Committee on Tides", "United States Senate"),
        ("SSTD", "Senate Committee on Tides", "United States Senate"),
        ("SSTD02", "Oversight", "Senate Committee on Tides"),
    ]


def test_leadership_listed_twice_is_taken_once_and_said(congress: Path) -> None:
    report, _batch = load(congress)

    roles = Membership.objects.filter(role=MembershipRole.LEADERSHIP).order_by("person__sort_name", "label")
    assert list(roles.values_list("person__family_name", "label", "start_date", "end_date", "organization__name")) == [
        ("Marlowe", "Senate Majority Whip", "2025-01-03", "", "Leadership of the Senate"),
        ("Ó Dálaigh", "Senate Majority Whip", "2023-01-03", "2025-01-03", "Leadership of the Senate"),
        ("Ó Dálaigh", "Senate Outreach Chair", "2023-01-03", "2027-01-03", "Leadership of the Senate"),
    ]
    assert report["notes"] == [
        "person:X000002 holds “Senate Outreach Chair” twice from 2023-01-03 on; the longer one was taken."
    ]


def test_name_parts_and_ids_are_kept_as_text(congress: Path) -> None:
    load(congress)
    person = holder("X000001")

    assert (person.name, person.sort_name, person.additional_name) == ("Adela Q. Marlowe", "Marlowe, Adela", "Quill")
    assert holder("X000003").name == "Celeste Umber"
    assert list(person.identifiers.values_list("scheme", "identifier")) == [
        ("bioguide", "X000001"),
        ("fec", "H0WA00002"),
        ("fec", "S0WA00001"),
        ("govtrack", "900001"),
        ("thomas", "00011"),
        ("wikidata", "Q990001"),
    ]
    assert list(person.othernames.values_list("name", "note")) == [("Addie", "nickname")]


def test_contacts_come_from_the_current_term_and_the_accounts(congress: Path) -> None:
    load(congress)

    details = ContactDetail.objects.filter(person=holder("X000001"))
    assert sorted(details.values_list("type", "value", "label")) == [
        ("facebook", "senmarlowe", ""),
        ("fax", "202-555-0102", "Capitol office"),
        ("form", "https://www.marlowe.senate.example/contact", ""),
        ("instagram", "senmarlowe", ""),
        ("mastodon", "@marlowe@social.example", ""),
        ("twitter", "SenMarlowe", ""),
        ("url", "https://www.marlowe.senate.example", ""),
        ("voice", "202-555-0101", "Capitol office"),
        ("youtube", "senmarlowe", ""),
    ]


def test_offices_carry_place_and_source(congress: Path) -> None:
    load(congress)

    offices = Office.objects.filter(person=holder("X000003"))
    columns = ("classification", "address", "suite", "city", "postcode", "voice", "source", "sourced_on", "source_url")
    folder = "https://unitedstates.github.io/congress-legislators"
    source = ("congress-legislators (CC0)", AT.date())
    assert list(offices.values_list(*columns)) == [
        (
            "capitol", "2445 Rayburn House Office Building", "", "Washington", "20515-0503", "202-555-0104",
            *source, f"{folder}/legislators-current.json",
        ),
        (
            "district", "1301 Quay St.", "1000", "Oakland", "94612", "510-555-0121",
            *source, f"{folder}/legislators-district-offices.csv",
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("o dalaigh", ["Ó Dálaigh"]),
        ("ADDIE", ["Marlowe"]),
        ("california", ["Umber"]),
        ("ca-12", ["Umber"]),
        ("committee on rivers", ["Tarn", "Umber", "Vidal"]),
        ("independent", ["Ó Dálaigh"]),
        ("wa-2", []),
    ],
)
def test_search_finds_by_name_state_committee_and_party(congress: Path, words: str, found: list[str]) -> None:
    load(congress)

    people = matching(Person.objects.all(), words)

    assert sorted(people.values_list("family_name", flat=True)) == sorted(found)


def test_delegates_and_caucus_are_said_in_the_title(congress: Path) -> None:
    load(congress)

    chamber = Membership.objects.filter(organization__classification="chamber")
    assert [m.label for m in chamber.filter(person=holder("X000005"))] == ["Resident Commissioner"]
    assert [m.label for m in chamber.filter(person=holder("X000002"))] == ["Senator, caucus: Democrat"]
    assert Post.objects.get(label="Representative for PR-0").role == "resident commissioner"


@pytest.mark.parametrize(
    ("start", "end", "numbers"),
    [
        ("2025-01-03", "2027-01-03", "119"),
        ("1975-01-14", "1977-01-03", "94"),
        ("2025-01-03", "2031-01-03", "119-121"),
        ("2024-12-08", "2027-01-03", "118-119"),
        ("2025", "", ""),
    ],
)
def test_congresses_counts_from_the_third_of_january(start: str, end: str, numbers: str) -> None:
    assert congresses(start, end) == numbers


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("", MembershipRole.MEMBER),
        ("Chairwoman", MembershipRole.CHAIR),
        ("Cochairman", MembershipRole.CHAIR),
        ("Vice Chairman", MembershipRole.VICE_CHAIR),
        ("Ranking Member", MembershipRole.RANKING_MEMBER),
        ("Ex Officio", MembershipRole.EX_OFFICIO),
        ("Keeper of the Gavel", MembershipRole.MEMBER),
    ],
)
def test_titles_keep_a_role_we_can_ask_for(title: str, role: MembershipRole) -> None:
    assert role_of_title(title) == role
