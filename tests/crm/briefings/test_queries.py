from datetime import date, datetime, timedelta

import pytest

from crm.access.enums import Role
from crm.access.models import User
from crm.briefings.actions import create_snapshot
from crm.briefings.enums import Audience, FactKind
from crm.briefings.html import presented
from crm.briefings.models import BriefingSnapshot
from crm.briefings.queries import briefings_for, briefings_of
from crm.briefings.rules import fact, partial_text
from crm.followups.enums import CommitmentDirection
from crm.issues.actions import record_stance
from crm.issues.enums import Position
from crm.messaging.enums import InboundKind
from crm.messaging.models import InboundMessage
from crm.people.enums import Visibility
from crm.people.models import Membership, Person
from crm.petitions.enums import SignatureState
from crm.petitions.queries import district_breakdown
from meetings.outcomes.models import Outcome
from meetings.scheduling.models import Meeting
from tests.crm.briefings.rows import AT, SOURCED, lines, meeting, sections, state
from tests.factories.access import user as make_user
from tests.factories.briefings import snapshot
from tests.factories.followups import commitment
from tests.factories.issues import ask as make_ask
from tests.factories.people import legislator, membership, office, organization, post
from tests.factories.people import person as make_person
from tests.factories.petitions import petition, signature
from tests.factories.places import area as make_area

pytestmark = pytest.mark.django_db


def section_of(person: Person, key: str, by: User, **fields: object) -> list[tuple[str, str]]:
    return lines(sections(create_snapshot(person, by=by, at=AT, **fields))[key])  # type: ignore[arg-type]


def held(person: Person, owner: User, on: datetime, **fields: object) -> Meeting:
    row = meeting(person, owner, state="held", starts_at=on, ends_at=on + timedelta(minutes=20), **fields)
    Outcome.objects.create(
        meeting=row,
        position=Position.LEAN_SUPPORT,
        summary="CANARY-SAID",
        recorded_by=owner,
        created_at=AT,
        updated_at=AT,
    )
    return row


@pytest.mark.parametrize(
    ("kind", "days", "stale"),
    [
        (FactKind.REGISTRY, 90, False),
        (FactKind.REGISTRY, 91, True),
        (FactKind.STANCE, 180, False),
        (FactKind.STANCE, 181, True),
        (FactKind.EVIDENCE, 366, True),
        (FactKind.HISTORY, 4000, False),
        (FactKind.LIVE, 0, False),
    ],
)
def test_fact_grows_old_by_its_kind(kind: FactKind, days: int, stale: bool) -> None:
    on = date(2026, 3, 9)

    made = fact("Label", "Value", source="Source", as_of=on - timedelta(days=days), on=on, kind=kind)

    assert (made["age_days"], made["stale"]) == (days, stale)


def test_partial_dates_stay_as_precise_as_they_are() -> None:
    assert [partial_text(text) for text in ("1975", "1975-03", "1975-03-02")] == ["1975", "March 1975", "2 March 1975"]


def test_posts_say_since_when_and_until_when(coordinator: User) -> None:
    district = make_area(name="Fairhaven 3")
    person = legislator(area=district, **SOURCED)
    seat = person.memberships.get()
    Membership.objects.filter(pk=seat.pk).update(label="Representative", end_date="2027-01-03", **SOURCED)
    earlier = membership(
        person=person,
        organization=seat.organization,
        post=seat.post,
        start_date="2019-01-03",
        end_date="2025-01-03",
        **SOURCED,
    )
    party = organization(name="Civic Alliance", classification="party")
    membership(person=person, organization=party, start_date="2019", **SOURCED)

    made = create_snapshot(person, by=coordinator, at=AT)

    body = seat.organization.name
    assert lines(sections(made)["posts"]) == [
        ("Representative", f"{body}, Fairhaven 3. Since 3 January 2025. Term ends 3 January 2027."),
        ("Member", "Civic Alliance. Since 2019."),
        ("First day in this body", "3 January 2019"),
    ]
    assert made.content["subject"] == {
        "name": person.name,
        "role_line": f"Representative, {body}",
        "party": "Civic Alliance",
        "area": "Fairhaven 3",
        "photo": None,
    }
    assert earlier.is_current_on(AT.date()) is False


def test_committees_gather_their_subcommittees(coordinator: User) -> None:
    person = legislator()
    education = organization(name="Education", classification="committee")
    food = organization(name="School Food", classification="subcommittee", parent=education)
    alone = organization(name="Rural Schools", classification="subcommittee", parent=organization(name="Agriculture"))
    membership(person=person, organization=food, role="ranking_member", **SOURCED)
    membership(person=person, organization=education, role="chair", **SOURCED)
    membership(person=person, organization=alone, end_date="2025-12", **SOURCED)

    assert section_of(person, "committees", coordinator) == [("Education", "Chair\nSchool Food: ranking member")]


def test_facts_without_a_source_say_so_and_count_as_out_of_date(coordinator: User) -> None:
    made = create_snapshot(legislator(), by=coordinator, at=AT)

    [seat] = sections(made)["posts"]["facts"]
    assert (seat["source"], seat["as_of"], seat["stale"]) == ("No source recorded", "2025-01-03", True)


def test_offices_say_where_they_can_be_reached(coordinator: User) -> None:
    person = legislator()
    office(person=person, voice="303-555-0142", hours="9–17", **SOURCED)

    assert section_of(person, "offices", coordinator) == [
        ("District office, Fairhaven", "1 Harbour Row, Fairhaven, FH\n303-555-0142\n9–17")
    ]


def test_stance_shows_the_newest_per_ask_and_the_position_before(coordinator: User) -> None:
    person = legislator()
    ours, other = make_ask(title="Zebra crossing"), make_ask(title="Air")
    for ask, position, day, words in (
        (ours, Position.OPPOSE, date(2025, 3, 1), "Voted no"),
        (ours, Position.LEAN_SUPPORT, date(2025, 11, 4), "Wants numbers"),
        (other, Position.CHAMPION, date(2025, 1, 1), ""),
    ):
        record_stance(
            person, ask=ask, position=position, observed_on=day, evidence=words, source="Hansard", by=coordinator, at=AT
        )

    made = create_snapshot(person, by=coordinator, at=AT, extra={"ask": ours})

    facts = sections(made)["stance"]["facts"]
    assert [(f["label"], f["value"], f["source"], f["as_of"], f["stale"]) for f in facts] == [
        (
            "Zebra crossing",
            "Leans in favour: Wants numbers\nBefore: opposes (1 March 2025).",
            "Hansard",
            "2025-11-04",
            False,
        ),
        ("Air", "Champions", "Hansard", "2025-01-01", True),
    ]


def test_commitments_go_both_ways_and_say_what_is_overdue(coordinator: User) -> None:
    person = legislator()
    anchor = meeting(person, coordinator)
    ours = CommitmentDirection.OURS
    commitment(person, by=coordinator, words="Read the report", due_on=date(2026, 3, 1), obj=anchor)
    commitment(person, by=coordinator, words="Send figures", due_on=AT.date(), direction=ours)
    commitment(person, by=coordinator, words="Visit a school", due_on=None)

    made = create_snapshot(person, by=coordinator, at=AT)

    facts = sections(made)["commitments"]["facts"]
    assert [(f["label"], f["value"], f["source"], f["as_of"]) for f in facts] == [
        ("They promised", "Read the report\nWas due on 1 March 2026: overdue.", "Noted by us: meeting", "2026-03-02"),
        ("We promised", "Send figures\nDue today, 9 March 2026.", "Noted by us", "2026-03-02"),
        ("They promised", "Visit a school\nNo day was agreed.", "Noted by us", "2026-03-02"),
    ]


def test_signatures_of_the_district_equal_its_counts(coordinator: User) -> None:
    district, elsewhere = make_area(name="Fairhaven 3"), make_area()
    person = legislator(area=district)
    meals, water = petition(title="Meals"), petition(title="Water")
    for owner, days in ((meals, 2), (meals, 40), (water, 9)):
        signature(petition=owner, area=district, at=AT - timedelta(days=days))
    signature(petition=meals, area=district, state=SignatureState.PENDING)
    signature(petition=meals, area=elsewhere)

    made = create_snapshot(person, by=coordinator, at=AT)

    counted = {p.title: {row.area: row.count for row in district_breakdown(p)}[district] for p in (meals, water)}
    shown = sections(made)["signatures"]
    assert counted == {"Meals": 2, "Water": 1}
    assert shown["title"] == "Verified signatures in Fairhaven 3"
    assert lines(shown) == [
        ("All petitions", "3"),
        ("In the last 30 days", "2"),
        ("Meals", "2"),
        ("Water", "1"),
    ]
    assert shown["chart"]["points"][-3:] == [["23 Feb", 1], ["2 Mar", 1], ["9 Mar", 0]]  # type: ignore[index]
    assert sum(point[1] for point in shown["chart"]["points"]) == 3  # type: ignore[index, misc]


def test_senators_get_the_signatures_of_their_state(coordinator: User) -> None:
    whole = state()
    senator = make_person()
    seat = post(area=whole)
    membership(person=senator, organization=seat.organization, post=seat, area=whole)
    for number in (1, 2):
        signature(area=make_area(name=f"District {number}", parent=whole), at=AT)
    signature(area=whole, at=AT)
    signature(area=make_area(), at=AT)

    assert section_of(senator, "signatures", coordinator)[0] == ("All petitions", "3")


def test_leave_behind_names_no_number_under_five(coordinator: User) -> None:
    person = legislator()
    signature(area=person.memberships.get().area, at=AT)

    made = create_snapshot(person, audience=Audience.LEAVE_BEHIND, by=coordinator, at=AT)

    shown = sections(made)["signatures"]
    assert (shown["facts"], shown["chart"]) == ([], None)
    assert shown["empty"] == "Too few people of this district have signed so far."


def test_person_without_a_seat_gets_a_sentence_instead_of_numbers(coordinator: User) -> None:
    made = create_snapshot(make_person(), by=coordinator, at=AT)

    assert sections(made)["signatures"]["empty"] == (
        "No district is known for this person, so no signatures can be counted."
    )


def test_last_contacts_are_the_five_newest_of_all_kinds(coordinator: User) -> None:
    person = legislator()
    for weeks in range(1, 6):
        held(person, coordinator, AT - timedelta(weeks=weeks), title=f"Meeting {weeks}")
    held(person, coordinator, AT - timedelta(days=2), title="CANARY-SECRET", is_confidential=True)
    InboundMessage.objects.create(
        sha256="a" * 64,
        raw=b"",
        kind=InboundKind.HUMAN,
        subject="CANARY-SUBJECT",
        person=person,
        received_at=AT - timedelta(days=8),
    )

    delegation = section_of(person, "contacts", coordinator)
    internal = section_of(person, "contacts", coordinator, audience=Audience.INTERNAL)

    assert delegation == [
        ("Meeting", "Meeting 1\nLeans in favour"),
        ("They wrote to us", "An e-mail."),
        ("Meeting", "Meeting 2\nLeans in favour"),
        ("Meeting", "Meeting 3\nLeans in favour"),
        ("Meeting", "Meeting 4\nLeans in favour"),
    ]
    assert internal[:2] == [
        ("Meeting", "Meeting 1\nLeans in favour\nCANARY-SAID"),
        ("They wrote to us", "CANARY-SUBJECT"),
    ]


def test_meeting_says_when_where_and_who(coordinator: User) -> None:
    person = legislator()
    anchor = meeting(person, coordinator)

    made = create_snapshot(person, anchor=anchor, by=coordinator, at=AT)

    assert made.content["meeting"] == {
        "when": "Thursday 12 Mar 2026, 10:30–11:00",
        "zone": "America/Denver (UTC-06:00)",
        "where": "Capitol, 412",
        "join_url": "https://meet.example.org/secret-room",
        "lines": ["Leads our side: Lena Lead", "Scheduler of the office: Tom Diary"],
    }
    assert sections(made)["agenda"]["table"] == {
        "columns": ["Minute", "What", "Who"],
        "rows": [["0–5", "Thanks", "Lena Lead"], ["5–20", "The ask", ""]],
    }
    assert lines(sections(made)["logistics"]) == [
        ("Leads our side", "Lena Lead: no answer yet"),
        ("Scheduler of the office", "Tom Diary: no answer yet"),
        ("Our side, on the day", f"Sam\n{coordinator.email}"),
        ("The office, on the day", "Tom Diary\ntom@office.example"),
    ]


def test_removed_attendees_are_not_in_the_pack(coordinator: User) -> None:
    person = legislator()
    anchor = meeting(person, coordinator)
    anchor.attendees.filter(name="Tom Diary").update(removed_at=AT)

    made = create_snapshot(person, anchor=anchor, by=coordinator, at=AT)

    assert made.content["meeting"]["lines"] == ["Leads our side: Lena Lead"]


def test_briefing_without_anything_known_can_be_read(coordinator: User) -> None:
    shown = presented(create_snapshot(make_person(), by=coordinator, at=AT).content)

    assert shown["meeting"] is None
    assert {section["key"]: section["empty"] for section in shown["sections"]}["contacts"] == (
        "We have not been in touch yet."
    )


def test_briefings_are_as_visible_as_person_and_meeting(coordinator: User) -> None:
    director = make_user(role=Role.DIRECTOR)
    person = legislator()
    secret = meeting(person, director, is_confidential=True)
    hidden = make_person(visibility=Visibility.TEAM, owner=director)
    about_hidden = snapshot(hidden, by=director)
    for_secret = snapshot(person, by=director, anchor=secret)
    plain = snapshot(person, by=director)

    assert list(briefings_of(person, coordinator)) == [plain]
    assert list(briefings_of(person, director)) == [plain, for_secret]
    assert list(briefings_for(secret, coordinator)) == []
    assert list(briefings_for(secret, director)) == [for_secret]
    assert list(briefings_of(hidden, coordinator)) == []
    assert list(BriefingSnapshot.objects.visible_to(director)) == [plain, for_secret, about_hidden]
    for role in (Role.VOLUNTEER, Role.EDITOR, Role.ADVOCATE, Role.SYSADMIN):
        assert list(BriefingSnapshot.objects.visible_to(make_user(role=role))) == []
