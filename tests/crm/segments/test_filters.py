"""What each slice above answers, and that nothing hidden shows through any of it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm.access.enums import Role
from crm.access.models import User
from crm.fields.enums import FieldKind
from crm.imports.models import ImportRow
from crm.people.enums import Visibility
from crm.people.models import Person
from crm.segments.queries import people_of, reading_of
from crm.segments.registry import filters_by_group
from crm.tags.actions import put_tag
from crm.tags.enums import TagValueKind
from meetings.scheduling.enums import MeetingState
from tests.factories.access import user
from tests.factories.fields import custom_field
from tests.factories.followups import commitment, task
from tests.factories.imports import import_batch
from tests.factories.meetings import attendee, meeting, meeting_request
from tests.factories.messaging import message
from tests.factories.people import legislator, organization, person
from tests.factories.petitions import petition, signature
from tests.factories.places import area
from tests.factories.tags import tag, tagging

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 1)
AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
MET = {"state": MeetingState.HELD, "starts_at": AT, "ends_at": datetime(2026, 5, 1, 10, tzinfo=UTC)}


def found(key: str, who: User | None = None, **args: Any) -> list[str]:
    """Who a filter finds; taking them away again leaves exactly the others."""
    who = who or user()
    step = {"act": "add", "filter": key, "args": args}
    inside = list(people_of([step], who, ON).order_by("name").values_list("name", flat=True))
    steps = [{"act": "add", "filter": "everybody", "args": {}}, {**step, "act": "remove"}]
    outside = people_of(steps, who, ON).values_list("name", flat=True)
    assert sorted([*inside, *outside]) == sorted(Person.objects.visible_to(who).values_list("name", flat=True))
    return inside


def words(key: str, **args: Any) -> str:
    return reading_of([{"act": "add", "filter": key, "args": args}], user(), ON).words


@pytest.fixture
def ann() -> Person:
    """Ann, and Bo of whom nothing is known."""
    person(name="Bo")
    return legislator(name="Ann", area=area(name="North", parent=area(name="Vale")))


def test_tags_are_found_by_their_values(ann: Person) -> None:
    plain, score = tag(name="Ally"), tag(name="Score", value_kind=TagValueKind.NUMBER)
    tagging(tag=plain, person=ann)
    tagging(tag=plain, person=None, organization=organization())
    put_tag(ann, score, value="7,5", by=user(), at=AT)
    asked = {"tag": score.public_id}

    assert found("tag", tag=plain.public_id, compare="any") == ["Ann"]
    assert [found("tag", **asked, compare="at_least", value=value) for value in ("7.5", "8")] == [["Ann"], []]
    assert [found("tag", **asked, compare="at_most", value=value) for value in ("7.5", "7")] == [["Ann"], []]
    assert found("tag", **asked, compare="is", value="7,5") == ["Ann"]
    assert found("tag", **asked, compare="contains", value="5") == ["Ann"]
    assert words("tag", tag=plain.public_id, compare="any") == "People tagged Ally"
    assert words("tag", **asked, compare="at_least", value="7") == "People whose tag Score is at least “7”"
    assert reading_of([{"act": "add", "filter": "tag", "args": {**asked, "compare": "is"}}], user(), ON).problem


def test_areas_served_count_what_lies_inside(ann: Person) -> None:
    vale = area(name="Great Vale")
    ann.servedareas.create(area=area(parent=vale))

    assert found("served_area", area=f"#{vale.public_id}") == ["Ann"]


@pytest.mark.parametrize(
    ("kind", "answer", "matches", "misses"),
    [
        (FieldKind.TEXT, "Red tea", [("is", "red tea"), ("contains", "tea")], [("is", "tea")]),
        (FieldKind.NUMBER, "12.5", [("at_least", "9"), ("at_most", "100"), ("is", "12,5")], [("at_least", "13")]),
        (
            FieldKind.DATE,
            "2024-05",
            [("at_least", "2024"), ("at_most", "2024"), ("at_most", "2024-06-01")],
            [("at_least", "2024-06"), ("at_most", "2023")],
        ),
        (FieldKind.BOOLEAN, "yes", [("is", "yes"), ("any", "")], [("is", "no")]),
    ],
)
def test_answers_to_our_own_questions_compare_by_their_kind(
    ann: Person, kind: FieldKind, answer: str, matches: list[Any], misses: list[Any]
) -> None:
    field = custom_field(kind=kind)
    ann.customvalues.create(field=field, value=answer)
    ann.customvalues.create(field=custom_field(), value="not a number")

    assert [found("custom_field", field=field.key, compare=compare, value=value) for compare, value in matches] == [
        ["Ann"]
    ] * len(matches)
    assert [found("custom_field", field=field.key, compare=compare, value=value) for compare, value in misses] == [
        []
    ] * len(misses)


def test_question_one_may_not_read_is_not_asked(ann: Person) -> None:
    secret = custom_field(label="Zanzibar", read_roles=[Role.DIRECTOR])
    ann.customvalues.create(field=secret, value="x")
    args = {"field": secret.key, "compare": "any"}

    assert found("custom_field", user(role=Role.DIRECTOR), **args) == ["Ann"]
    assert "Zanzibar" not in words("custom_field", **args)
    assert reading_of([{"act": "add", "filter": "custom_field", "args": args}], user(), ON).problem is not None


def test_meetings_are_found_by_what_came_of_them(ann: Person) -> None:
    held = meeting(person=ann, **MET)
    attendee(meeting=held, person=ann, came=True)
    meeting_request(person=ann, requested_at=AT)

    assert found("meeting", what="met") == ["Ann"]
    assert found("meeting", what="met", since="2026-05-02") == []
    assert found("meeting", what="came", since="2026-05-01") == ["Ann"]
    assert found("meeting", what="asked", since="2026-04-30") == ["Ann"]
    assert found("meeting", what="planned") == []
    assert found("never_met") == ["Bo"]
    assert [found("no_contact", days=days) for days in (30, 31)] == [["Ann", "Bo"], ["Bo"]]
    assert words("meeting", what="met", since="2026-05-01") == "People we met since 2026-05-01"


def test_confidential_meeting_is_not_known_to_who_may_not_see_it(ann: Person) -> None:
    meeting(person=ann, is_confidential=True, **MET)

    assert found("meeting", user(role=Role.DIRECTOR), what="met") == ["Ann"]
    assert found("meeting", what="met") == []
    assert found("never_met") == ["Ann", "Bo"]


def test_mail_counts_as_contact(ann: Person) -> None:
    sent = message(person=ann, at=AT)
    type(sent).objects.filter(pk=sent.pk).update(status="accepted", accepted_at=AT)

    assert found("no_contact", days=60) == ["Bo"]


def test_promises_and_tasks_are_found_while_open(ann: Person) -> None:
    task(person=ann, due_on=date(2026, 7, 1))
    assert found("open_thing", thing="task") == ["Ann"]
    assert found("open_thing", thing="task", overdue=True) == []

    commitment(ann, due_on=date(2026, 5, 1))

    assert found("open_thing", thing="theirs", overdue=True) == ["Ann"]
    assert found("open_thing", thing="ours") == []
    assert words("open_thing", thing="task", overdue=True) == "People with a task overdue"


def test_petitions_are_asked_by_district_never_by_signer(ann: Person) -> None:
    district = ann.memberships.get().area
    asked = petition(title="Clean water")
    for _number in range(2):
        signature(petition=asked, area=district)
    signature(area=district)

    assert found("signed_district", count=3) == ["Ann"]
    assert found("signed_district", petition=asked.public_id, count=2) == ["Ann"]
    assert found("signed_district", petition=asked.public_id, count=3) == []


def test_import_is_asked_for_whom_it_changed(ann: Person) -> None:
    batch = import_batch(state="applied")
    ImportRow.objects.create(batch=batch, act="created", object_type="crm.person", object_id=ann.pk)

    assert found("imported", batch=batch.public_id) == ["Ann"]


def test_every_filter_has_an_empty_form_for_whoever_builds_a_segment() -> None:
    who = user()

    forms = [each.form(None, user=who, prefix="arg").as_p() for _group, inside in filters_by_group() for each in inside]

    assert len(forms) >= 25


def test_no_filter_brings_somebody_hidden_in() -> None:
    """Every filter is asked about somebody hidden who would fit it."""
    hidden = legislator(name="Zanzibar", visibility=Visibility.TEAM, search_text="zanzibar")
    meeting(person=hidden, **MET)
    meeting_request(person=hidden)
    carried = tagging(person=hidden).tag
    commitment(hidden)
    steps: list[dict[str, Any]] = [
        {"act": "add", "filter": key, "args": args}
        for key, args in [
            ("everybody", {}),
            ("words", {"text": "zanzibar"}),
            ("category", {"category": ["policymaker"]}),
            ("post", {"role": "representative"}),
            ("tag", {"tag": carried.public_id, "compare": "any"}),
            ("meeting", {"what": "met"}),
            ("never_met", {}),
            ("no_contact", {"days": 1}),
            ("open_thing", {"thing": "theirs"}),
            ("listed", {"query": "category=policymaker"}),
            ("newest", {"number": 5}),
            ("random", {"number": 5, "seed": 1}),
        ]
    ]

    for role in (Role.COORDINATOR, Role.AUDITOR):
        assert list(people_of(steps, user(role=role), ON)) == []
    assert list(people_of(steps, user(role=Role.DIRECTOR), ON)) == [hidden]
