import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.base.errors import AppendOnlyError
from crm.briefings.actions import create_snapshot
from crm.briefings.enums import Audience
from crm.briefings.html import presented
from crm.briefings.models import BriefingSnapshot
from crm.briefings.rules import content_hash
from crm.briefings.typst import render_pdf
from crm.followups.actions import settle_commitment
from crm.followups.enums import CommitmentDirection, CommitmentState
from crm.issues.actions import edit_ask, record_stance
from crm.issues.enums import Position
from crm.notes.models import InternalNote
from crm.people.actions import edit_person
from crm.people.models import Person
from tests.crm.briefings.rows import AT, SOURCED, every_fact, meeting, sections
from tests.factories.briefings import approved_point, snapshot
from tests.factories.followups import commitment
from tests.factories.issues import ask as make_ask
from tests.factories.people import legislator, membership, office, organization
from tests.factories.petitions import petition, signature

pytestmark = pytest.mark.django_db
CANARIES = ("CANARY-STANCE", "CANARY-PROMISE", "CANARY-NOTE", "CANARY-DETAIL", "CANARY-POINT", "Lena", "secret-room")


@pytest.fixture
def known(coordinator: User) -> Person:
    """A legislator of whom we know something of every kind."""
    person = legislator(name="Zoë Ångström", **SOURCED)
    person.memberships.update(**SOURCED)
    committee = organization(name="Committee on Education", classification="committee")
    membership(person=person, organization=committee, role="chair", **SOURCED)
    office(person=person, voice="303-555-0142", **SOURCED)
    ask = make_ask(title="Co-sponsor the School Meals Bill", detail="CANARY-DETAIL", bill="HB 112")
    record_stance(
        person, ask=ask, position=Position.LEAN_SUPPORT, evidence="CANARY-STANCE", observed_on=date(2025, 11, 4),
        source="Meeting of 4 November", by=coordinator, at=AT,
    )  # fmt: skip
    commitment(person, by=coordinator, words="CANARY-PROMISE", obj=ask)
    InternalNote.objects.create(person=person, author=coordinator, text="CANARY-NOTE", created_at=AT, updated_at=AT)
    approved_point(ask=ask, text="Nine of ten schools serve no hot meal.", audience=Audience.LEAVE_BEHIND)
    approved_point(ask=ask, text="CANARY-POINT")
    for _number in range(6):
        signature(area=person.memberships.get(post__isnull=False).area, at=AT - timedelta(days=3))
    return person


@pytest.fixture
def pack(known: Person, coordinator: User) -> BriefingSnapshot:
    """The pack for a meeting with that legislator."""
    anchor = meeting(known, coordinator, ask=known.stances.get().ask)
    return create_snapshot(known, anchor=anchor, by=coordinator, at=AT)


def test_snapshot_holds_every_section_in_reading_order(pack: BriefingSnapshot) -> None:
    keys = [section["key"] for section in pack.content["sections"]]

    assert keys == [
        "talking_points",
        "commitments",
        "agenda",
        "logistics",
        "stance",
        "signatures",
        "introductions",
        "contacts",
        "posts",
        "committees",
        "offices",
    ]
    assert pack.title == "Briefing: School meals in Fairhaven"
    assert pack.content["subject"]["name"] == "Zoë Ångström"
    assert pack.content["ask"] == {
        "title": "Co-sponsor the School Meals Bill",
        "detail": "CANARY-DETAIL",
        "bill": "HB 112",
    }
    assert pack.content_hash == content_hash(pack.content)


def test_every_fact_has_a_source_and_an_age(pack: BriefingSnapshot) -> None:
    facts = every_fact(pack)

    ages = [(AT.date() - date.fromisoformat(fact["as_of"])).days for fact in facts]
    assert len(facts) > 12
    assert [fact["age_days"] for fact in facts] == ages
    assert [fact for fact in facts if not fact["source"].strip()] == []


def test_later_edits_do_not_change_a_snapshot(pack: BriefingSnapshot, known: Person, coordinator: User) -> None:
    before = json.dumps(pack.content, sort_keys=True)
    shown = presented(pack.content)
    pdf = render_pdf(pack.content, title=pack.title, language=pack.language)

    ask = known.stances.get().ask
    edit_ask(
        ask,
        version=1,
        title="Something else",
        detail="",
        bill="",
        issue=ask.issue,
        campaign=None,
        by=coordinator,
        at=AT,
    )
    edit_person(known, version=known.version, name="Somebody Else", by=coordinator, at=AT)
    promise = known.commitments.get()
    settle_commitment(promise, state=CommitmentState.BROKEN, version=1, settled_on=AT.date(), by=coordinator, at=AT)
    record_stance(known, ask=ask, position=Position.OPPOSE, observed_on=AT.date(), by=coordinator, at=AT)
    signature(area=known.memberships.get(post__isnull=False).area, at=AT)

    kept = BriefingSnapshot.objects.get(pk=pack.pk)
    assert json.dumps(kept.content, sort_keys=True) == before
    assert presented(kept.content) == shown
    assert render_pdf(kept.content, title=kept.title, language=kept.language) == pdf
    assert content_hash(kept.content) == kept.content_hash


def test_snapshot_cannot_be_saved_or_deleted(pack: BriefingSnapshot) -> None:
    with pytest.raises(AppendOnlyError):
        pack.save()
    with pytest.raises(AppendOnlyError):
        pack.delete()


def test_snapshot_leaves_one_entry_on_person_and_meeting(coordinator: User) -> None:
    person = legislator()
    anchor = meeting(person, coordinator)

    made = create_snapshot(person, anchor=anchor, by=coordinator, at=AT)

    entries = list(ActivityEntry.objects.all())
    assert [(entry.verb, entry.object_id, entry.data) for entry in entries] == [
        ("briefing.created", made.pk, {"audience": "delegation"})
    ]
    assert list(timeline_of(person)) == list(timeline_of(anchor)) == entries


@pytest.mark.parametrize("anchored", [True, False])
def test_second_call_within_the_minute_returns_the_same_snapshot(coordinator: User, anchored: bool) -> None:
    person = legislator()
    anchor = meeting(person, coordinator) if anchored else None

    first = create_snapshot(person, anchor=anchor, by=coordinator, at=AT)
    again = create_snapshot(person, anchor=anchor, by=coordinator, at=AT + timedelta(seconds=15))
    later = create_snapshot(person, anchor=anchor, by=coordinator, at=AT + timedelta(minutes=1))
    internal = create_snapshot(person, anchor=anchor, audience=Audience.INTERNAL, by=coordinator, at=AT)

    assert again == first
    assert len({first.pk, later.pk, internal.pk}) == 3
    assert ActivityEntry.objects.filter(verb="briefing.created").count() == 3


def test_change_within_the_minute_makes_a_new_snapshot(coordinator: User) -> None:
    person = legislator()
    first = create_snapshot(person, by=coordinator, at=AT)
    commitment(person, by=coordinator)

    second = create_snapshot(person, by=coordinator, at=AT + timedelta(seconds=1))

    assert second != first
    assert (sections(first)["commitments"]["facts"], len(sections(second)["commitments"]["facts"])) == ([], 1)


def test_leave_behind_says_nothing_that_is_ours(known: Person, coordinator: User) -> None:
    anchor = meeting(known, coordinator, ask=known.stances.get().ask)

    made = create_snapshot(known, anchor=anchor, audience=Audience.LEAVE_BEHIND, by=coordinator, at=AT)

    text = json.dumps(made.content)
    assert [word for word in (*CANARIES, str(coordinator), "Tom Diary") if word in text] == []
    assert [section["key"] for section in made.content["sections"]] == ["talking_points", "signatures"]
    assert made.content["generated_by"] == ""
    assert made.content["meeting"] == {
        "when": "Thursday 12 Mar 2026, 10:30–11:00",
        "zone": "America/Denver (UTC-06:00)",
        "where": "Capitol, 412",
        "join_url": None,
        "lines": [],
    }


@pytest.mark.parametrize("audience", list(Audience))
def test_no_pack_carries_internal_notes(known: Person, coordinator: User, audience: Audience) -> None:
    anchor = meeting(known, coordinator, ask=known.stances.get().ask)

    made = create_snapshot(known, anchor=anchor, audience=audience, by=coordinator, at=AT)

    assert "CANARY-NOTE" not in json.dumps(made.content)


def test_pdf_of_a_snapshot_is_tagged(pack: BriefingSnapshot) -> None:
    pdf = PdfReader(io.BytesIO(render_pdf(pack.content, title=pack.title, language=pack.language)))

    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/StructTreeRoot"]["/Type"] == "/StructTreeRoot"
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Briefing: School meals in Fairhaven"


def test_snapshot_in_spanish_keeps_its_language(coordinator: User) -> None:
    made = create_snapshot(legislator(), by=coordinator, at=AT, language="es")

    assert (made.language, made.content["language"]) == ("es", "es")


def test_snapshot_takes_as_many_queries_for_three_rows_as_for_one(coordinator: User) -> None:
    person = legislator()
    ask = make_ask()
    anchor = meeting(person, coordinator, ask=ask)

    def more() -> None:
        commitment(person, by=coordinator, obj=anchor, direction=CommitmentDirection.OURS, ask=make_ask())
        record_stance(person, ask=make_ask(), position=Position.OPPOSE, observed_on=AT.date(), by=coordinator, at=AT)
        body = organization(classification="committee")
        membership(person=person, organization=body)
        signature(petition=petition(), area=person.memberships.get(post__isnull=False).area, at=AT)
        approved_point(ask=ask)
        office(person=person)
        meeting(person, coordinator, state="held", starts_at=AT - timedelta(days=9), ends_at=AT - timedelta(days=8))

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            create_snapshot(person, anchor=anchor, by=coordinator, at=AT)
        return len(seen)

    more()
    create_snapshot(person, anchor=anchor, by=coordinator, at=datetime(2026, 3, 9, 13, 1, tzinfo=UTC))
    one = queries()
    more()
    more()

    assert queries() == one


def test_factory_makes_a_valid_snapshot() -> None:
    assert snapshot().content["classification"] == "delegation"
