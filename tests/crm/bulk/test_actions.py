from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.db import IntegrityError

from crm.access.enums import Role
from crm.access.models import Team, User
from crm.activity.models import ActivityEntry, ActivityLink
from crm.activity.views import timeline_context
from crm.bulk import registry
from crm.bulk.actions import fail_act, plan_act, resume_act, start_act, stop_act, work_chunk
from crm.bulk.enums import BulkState
from crm.bulk.errors import CannotRunError, NobodyChosenError
from crm.bulk.models import BulkAct
from crm.bulk.registry import BulkActKind, act_kind
from crm.bulk.tasks import continue_bulk_acts, run_bulk_act
from crm.changes.actions import undo_changes
from crm.changes.models import Change
from crm.people.actions import edit_person
from crm.people.enums import Visibility
from crm.people.models import Person
from tests.factories.access import user
from tests.factories.people import person

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def planned(key: str, by: User, people: Any = None) -> BulkAct:
    kind = act_kind(key)
    assert kind is not None
    chosen = Person.objects.visible_to(by) if people is None else people
    return plan_act(kind, chosen, query="q=x", by=by, at=AT)


def run(act: BulkAct, at: datetime = AT, **params: Any) -> BulkAct:
    start_act(act, params=params, at=at)
    while work_chunk(act.pk, at=at):
        pass
    act.refresh_from_db()
    return act


def outcomes(act: BulkAct) -> dict[str, str]:
    return dict(act.targets.order_by("person__name").values_list("person__name", "outcome"))


def test_an_act_sets_a_field_and_keeps_what_was_before(coordinator: User) -> None:
    ada, ben = person(name="Ada", language="en"), person(name="Ben", language="es")

    act = run(planned("set_language", coordinator), language="es")

    assert (act.state, act.total, act.done, act.finished_at) == (BulkState.FINISHED, 2, 2, AT)
    assert outcomes(act) == {"Ada": "changed", "Ben": "same"}
    assert list(Person.objects.order_by("name").values_list("language", "version", "updated_at")) == [
        ("es", 2, AT),
        ("es", 1, ben.updated_at),
    ]
    assert [(change.object_id, change.before, change.after) for change in Change.objects.all()] == [
        (ada.pk, {"language": "en"}, {"language": "es"})
    ]


def test_the_whole_act_is_one_entry_on_the_changed_peoples_timelines(coordinator: User) -> None:
    ada = person(language="en")
    person(language="es")

    act = run(planned("set_language", coordinator), language="es")

    entry = ActivityEntry.objects.get()
    assert (entry.verb, entry.data, act.entry) == ("bulk.set_language", {"count": 2}, entry)
    assert list(ActivityLink.objects.values_list("target_type", "target_id")) == [("crm.person", ada.pk)]
    timeline = timeline_context(ada, coordinator)
    assert timeline is not None
    assert [item.title for item in timeline["entries"]] == ["Together with others: Set the language."]


def test_a_hidden_person_in_the_same_act_keeps_the_entry_from_nobody(coordinator: User) -> None:
    director = user(role=Role.DIRECTOR)
    ada = person(language="en")
    person(language="en", visibility=Visibility.TEAM, owner=director)

    run(planned("set_language", director), language="es")

    timeline = timeline_context(ada, coordinator)
    assert timeline is not None
    assert [len(item.changes) for item in timeline["entries"]] == [1]


def test_an_act_is_taken_back_whole(coordinator: User) -> None:
    team = Team.objects.create(name="North")
    for language in ("en", "fr"):
        person(language=language)
    act = run(planned("set_team", coordinator), team=team.pk)

    undone = undo_changes(act.entry, by=coordinator, at=AT + timedelta(days=1))  # type: ignore[arg-type]

    assert (undone.set_back, undone.kept) == (2, [])
    assert list(Person.objects.values_list("team", "version")) == [(None, 3), (None, 3)]


def test_people_who_turn_up_later_are_not_touched(coordinator: User) -> None:
    person(language="en")
    act = planned("set_language", coordinator)
    late = person(language="en")

    run(act, language="es")

    late.refresh_from_db()
    assert (late.language, act.targets.count()) == ("en", 1)


def test_people_who_were_hidden_since_are_not_touched(coordinator: User) -> None:
    ada = person(name="Ada", language="en")
    act = planned("set_language", coordinator)
    Person.objects.update(visibility=Visibility.TEAM, owner=user(role=Role.DIRECTOR))

    run(act, language="es")

    ada.refresh_from_db()
    assert (ada.language, outcomes(act)) == ("en", {"Ada": "gone"})


def test_hidden_people_are_never_counted(coordinator: User) -> None:
    person()
    person(visibility=Visibility.TEAM, owner=user(role=Role.DIRECTOR))

    act = planned("set_language", coordinator, Person.objects.visible_to(coordinator))

    assert (act.total, act.targets.count()) == (1, 1)


def test_somebody_else_keeps_her_to_the_team(coordinator: User) -> None:
    team = Team.objects.create(name="North")
    team.members.add(coordinator)
    person(name="Ada", visibility=Visibility.TEAM, owner=user(), team=team)
    person(name="Ben")

    act = planned("set_owner", coordinator)

    assert (act.total, outcomes(act)) == (1, {"Ada": "kept", "Ben": ""})


def test_keeping_to_the_team_gives_an_owner(coordinator: User) -> None:
    other = user()
    person(name="Ada")
    person(name="Ben", owner=other)

    run(planned("set_visibility", coordinator), visibility="team")

    assert list(Person.objects.order_by("name").values_list("visibility", "owner")) == [
        ("team", coordinator.pk),
        ("team", other.pk),
    ]


def test_a_role_lost_meanwhile_changes_nobody(coordinator: User) -> None:
    person(name="Ada", language="en")
    act = planned("set_language", coordinator)
    User.objects.filter(pk=coordinator.pk).update(role=Role.AUDITOR)

    run(act, language="es")

    assert (outcomes(act), Person.objects.get().language) == ({"Ada": "refused"}, "en")


def test_starting_twice_is_refused(coordinator: User) -> None:
    person(language="en")
    act = planned("set_language", coordinator)
    run(act, language="es")

    with pytest.raises(CannotRunError):
        start_act(act, params={"language": "fr"}, at=AT)

    assert (Person.objects.get().language, ActivityEntry.objects.count()) == ("es", 1)


def test_planning_for_nobody_is_refused(coordinator: User) -> None:
    with pytest.raises(NobodyChosenError):
        planned("set_language", coordinator, Person.objects.none())


def test_a_second_plan_is_its_own(coordinator: User) -> None:
    person()

    assert planned("set_language", coordinator) != planned("set_language", coordinator)


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """An act that breaks off when it meets somebody called Ben."""

    def perform(people: Any, params: Any, by: User, at: datetime, entry: ActivityEntry) -> None:
        for each in people:
            edit_person(each, version=each.version, by=by, at=at, entry=entry, language="es")
            if each.name == "Ben":
                raise IntegrityError("broken")

    monkeypatch.setattr(registry, "_kinds", {"break": BulkActKind("break", "Break", forms.Form, perform)})
    monkeypatch.setattr("crm.bulk.actions.CHUNK", 1)
    return perform


def test_a_chunk_that_breaks_is_taken_back_and_goes_on_later(coordinator: User, breaking: object) -> None:
    person(name="Ada", sort_name="Ada", language="en")
    ben = person(name="Ben", sort_name="Ben", language="en")
    act = start_act(planned("break", coordinator), params={}, at=AT)

    run_bulk_act.func(act.pk)

    act.refresh_from_db()
    assert (act.state, act.done, outcomes(act)) == (BulkState.FAILED, 1, {"Ada": "changed", "Ben": ""})
    assert list(Person.objects.order_by("name").values_list("language", flat=True)) == ["es", "en"]
    Person.objects.filter(pk=ben.pk).update(name="Bea")
    resume_act(act, at=AT)
    run_bulk_act.func(act.pk)
    act.refresh_from_db()
    assert (act.state, act.done) == (BulkState.FINISHED, 2)
    assert Person.objects.filter(language="es").count() == 2


def test_a_stopped_act_does_nothing_until_it_goes_on(coordinator: User) -> None:
    person(language="en")
    act = start_act(planned("set_language", coordinator), params={"language": "es"}, at=AT)

    stop_act(act, by=coordinator, at=AT)
    stop_act(act, by=coordinator, at=AT)

    assert work_chunk(act.pk, at=AT) is False
    assert Person.objects.get().language == "en"
    assert [entry.verb for entry in ActivityEntry.objects.order_by("id")] == ["bulk.set_language", "bulk.stopped"]
    resume_act(act, at=AT)
    run_bulk_act.func(act.pk)
    assert Person.objects.get().language == "es"


def test_a_running_act_is_not_resumed_before_its_worker_fell_silent(coordinator: User) -> None:
    person()
    act = start_act(planned("set_language", coordinator), params={"language": "es"}, at=AT)

    with pytest.raises(CannotRunError):
        resume_act(act, at=AT + timedelta(seconds=30))

    assert resume_act(act, at=AT + timedelta(seconds=61)).moved_at == AT + timedelta(seconds=61)


def test_what_lost_its_worker_goes_on_by_itself(coordinator: User) -> None:
    person(language="en")
    start_act(planned("set_language", coordinator), params={"language": "es"}, at=AT)
    planned("set_level", coordinator)

    assert continue_bulk_acts(AT + timedelta(days=2)) == 1

    assert Person.objects.get().language == "es"
    assert list(BulkAct.objects.values_list("act", "state")) == [("set_language", "finished")]
    assert continue_bulk_acts(AT + timedelta(days=2)) == 0


def test_failing_twice_changes_nothing(coordinator: User) -> None:
    person()
    act = start_act(planned("set_language", coordinator), params={"language": "es"}, at=AT)

    fail_act(act.pk, at=AT)
    fail_act(act.pk, at=AT + timedelta(days=1))

    act.refresh_from_db()
    assert (act.state, act.moved_at) == (BulkState.FAILED, AT)
