"""A sequence for more people than anybody waits for."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.bulk.actions import resume_act, stop_act, work_chunk
from crm.bulk.enums import BulkState
from crm.bulk.models import BulkAct
from crm.bulk.queries import outcomes
from crm.bulk.tasks import continue_bulk_acts, run_bulk_act
from crm.consent.actions import suppress
from crm.consent.enums import Purpose, SuppressionReason
from crm.mailings.actions import begin_enrolling, enrol_people, stop_list
from crm.mailings.errors import NobodyToEnrolError, SequenceNotInUseError
from crm.mailings.registry import ENROLLING
from crm.messaging.models import Enrolment, Sequence
from crm.people.models import Person
from crm.segments.models import FrozenList, FrozenMember
from tests.factories.access import user
from tests.factories.messaging import AT, sequence
from tests.factories.people import contact_detail, person
from tests.factories.segments import segment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.bulk.actions.CHUNK", 2)
    monkeypatch.setattr("crm.mailings.views.AT_ONCE", 2)


def five_people() -> list[Person]:
    people = [person(name=f"P{number}", sort_name=f"P{number}") for number in range(5)]
    for each in people:
        contact_detail(person=each, value=f"{each.name}@office.example")
    return people


def begun(series: Sequence, by: User) -> BulkAct:
    return begin_enrolling(ENROLLING, series, Person.objects.all(), name="March", anchor_at=AT, by=by, at=AT)


def enrolled() -> list[str]:
    return list(Enrolment.objects.order_by("person__name").values_list("person__name", flat=True))


def listed() -> list[str]:
    return list(FrozenMember.objects.order_by("person__name").values_list("person__name", flat=True))


def test_work_enrols_everybody_once_and_fills_the_list() -> None:
    people, series, staff = five_people(), sequence(), user()

    act = begun(series, staff)
    run_bulk_act.func(act.pk)
    run_bulk_act.func(act.pk)

    act.refresh_from_db()
    kept = FrozenList.objects.get()
    assert (act.state, act.done, act.total) == (BulkState.FINISHED, 5, 5)
    assert (enrolled(), listed(), kept.count) == ([row.name for row in people], [row.name for row in people], 5)
    assert {(row.anchor_id, row.anchor_at, row.owner) for row in Enrolment.objects.all()} == {(kept.pk, AT, staff)}
    entry = ActivityEntry.objects.get(verb="sequence.list_enrolled")
    assert entry.data == {"sequence": series.key, "count": 5, "left_out": {}}
    assert [[row.verb for row in timeline_of(each)] for each in people] == [["sequence.list_enrolled"]] * 5


def test_second_call_enrols_nobody_twice() -> None:
    five_people()
    series, staff = sequence(), user()
    act = begun(series, staff)
    work_chunk(act.pk, at=AT)

    with pytest.raises(NobodyToEnrolError):
        begun(series, staff)
    with pytest.raises(NobodyToEnrolError):
        enrol_people(series, Person.objects.all(), name="March", anchor_at=AT, by=staff, at=AT)
    run_bulk_act.func(act.pk)
    with pytest.raises(NobodyToEnrolError):
        begun(series, staff)

    assert (enrolled(), FrozenList.objects.count()) == (["P0", "P1", "P2", "P3", "P4"], 1)


def test_killed_in_the_middle_it_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    five_people()
    act = begun(sequence(), user())
    work_chunk(act.pk, at=AT)

    def killed(*_asked: object, **_more: object) -> None:
        raise IntegrityError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("crm.bulk.actions.link_all", killed)
        run_bulk_act.func(act.pk)
    act.refresh_from_db()
    assert (act.state, enrolled(), listed()) == (BulkState.FAILED, ["P0", "P1"], ["P0", "P1"])
    assert FrozenList.objects.get().count == 2

    resume_act(act, at=AT)
    run_bulk_act.func(act.pk)

    act.refresh_from_db()
    assert (act.state, enrolled()) == (BulkState.FINISHED, ["P0", "P1", "P2", "P3", "P4"])
    assert FrozenList.objects.get().count == 5


def test_a_worker_that_fell_silent_is_replaced() -> None:
    five_people()
    act = begun(sequence(), user())
    work_chunk(act.pk, at=AT)

    assert continue_bulk_acts(AT + timedelta(seconds=90)) == 1

    assert enrolled() == ["P0", "P1", "P2", "P3", "P4"]


def test_stopped_work_may_be_overtaken_by_another_list_and_goes_on_without_them() -> None:
    five_people()
    series, staff = sequence(), user()
    act = begun(series, staff)
    work_chunk(act.pk, at=AT)
    stop_act(act, by=staff, at=AT)

    other = enrol_people(series, Person.objects.filter(name="P3"), name="May", anchor_at=AT, by=staff, at=AT)
    resume_act(act, at=AT)
    run_bulk_act.func(act.pk)

    assert enrolled() == ["P0", "P1", "P2", "P3", "P4"]
    assert [row.anchor_id for row in Enrolment.objects.filter(person__name="P3")] == [other.pk]
    said = {line.words: line.count for line in outcomes(act, staff)}
    assert said == {"changed": 4, "already in this sequence, now or through an earlier list": 1}


def test_somebody_who_refuses_before_her_turn_is_left_out() -> None:
    five_people()
    act = begun(sequence(), user())
    work_chunk(act.pk, at=AT)
    suppress(email="P4@office.example", purpose=Purpose.ALL_MAIL, reason=SuppressionReason.UNSUBSCRIBED, at=AT)

    run_bulk_act.func(act.pk)

    assert (enrolled(), listed()) == (["P0", "P1", "P2", "P3"], ["P0", "P1", "P2", "P3"])


def test_a_sequence_switched_off_stops_the_work_and_says_why() -> None:
    five_people()
    act = begun(sequence(), user())
    Sequence.objects.update(is_active=False)

    run_bulk_act.func(act.pk)

    act.refresh_from_db()
    assert (act.state, enrolled()) == (BulkState.FAILED, [])
    assert act.params["sentence"] == str(SequenceNotInUseError.sentence)


def test_stopping_the_list_stops_the_work_too() -> None:
    five_people()
    staff = user()
    act = begun(sequence(), staff)
    work_chunk(act.pk, at=AT)

    assert [stop_list(FrozenList.objects.get(), by=staff, at=AT) for _time in range(2)] == [2, 0]
    run_bulk_act.func(act.pk)

    assert enrolled() == ["P0", "P1"]


def test_nobody_left_begins_nothing() -> None:
    person()

    with pytest.raises(NobodyToEnrolError):
        begun(sequence(), user())

    assert (BulkAct.objects.count(), FrozenList.objects.count()) == (0, 0)


@pytest.mark.screens
def test_the_page_of_many_starts_the_work_and_shows_how_far_it_is(
    client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    five_people()
    staff, series = user(role=Role.COORDINATOR), sequence()
    client.force_login(staff)
    source = segment(owner=staff, steps=[{"act": "add", "filter": "everybody", "args": {}}])
    url = reverse("crm_enrol_segment", args=[source.public_id])
    asked = {"sequence": series.key, "starts_at": "2026-03-10T09:00"}

    with django_capture_on_commit_callbacks(execute=False):
        answer = client.post(url, asked)
    act = BulkAct.objects.get()
    kept = client.get(reverse("kept_lists:page", args=[FrozenList.objects.get().public_id])).content.decode()
    run_bulk_act.func(act.pk)
    page = client.get(answer.headers["Location"])

    assert answer.headers["Location"] == reverse("crm_bulk_act", args=[act.public_id])
    assert "0 of 5 people" in kept
    assert (page.context["list_url"], "5 of 5 people" in page.content.decode()) == (
        reverse("kept_lists:page", args=[FrozenList.objects.get().public_id]),
        True,
    )
    assert enrolled() == ["P0", "P1", "P2", "P3", "P4"]
