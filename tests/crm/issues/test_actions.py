from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from crm.access.enums import Role
from crm.access.models import User
from crm.activity.actions import record
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.issues.actions import close_ask, create_ask, create_issue, edit_ask, record_stance
from crm.issues.enums import Position
from crm.issues.models import Ask, Issue, Stance
from crm.people.enums import Visibility
from tests.factories.access import user
from tests.factories.campaigns import campaign
from tests.factories.issues import ask, issue
from tests.factories.people import person

AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
WORDS: dict[str, str] = {"title": "Vote no", "detail": "", "bill": ""}


def verbs(row: object) -> list[str]:
    return [entry.verb for entry in timeline_of(row)]  # type: ignore[arg-type]


def test_creating_an_issue_files_it_under_its_parent(coordinator: User) -> None:
    parent = issue()

    child = create_issue(name="Ports", slug="ports", parent=parent, by=coordinator, at=AT)

    assert child.parent == parent
    assert (verbs(child), verbs(parent)) == (["issue.created"], ["issue.created"])


def test_creating_an_issue_twice_is_refused(coordinator: User) -> None:
    create_issue(name="Ports", slug="ports", by=coordinator, at=AT)

    with pytest.raises(IntegrityError), transaction.atomic():
        create_issue(name="Ports", slug="ports", by=coordinator, at=AT)

    assert Issue.objects.count() == 1


def test_creating_an_ask_shows_on_the_campaign(coordinator: User) -> None:
    owner = campaign()

    row = create_ask(title="Vote  yes", bill="H.R. 12", issue=issue(), campaign=owner, by=coordinator, at=AT)

    assert (row.title, row.bill, row.is_open) == ("Vote yes", "H.R. 12", True)
    assert (verbs(row), verbs(owner)) == (["ask.created"], ["ask.created"])


def test_creating_an_ask_twice_makes_two(coordinator: User) -> None:
    filed = issue()

    for _time in range(2):
        create_ask(title="Vote yes", issue=filed, by=coordinator, at=AT)

    assert Ask.objects.count() == 2


def test_editing_an_ask_twice_from_one_form_is_refused(coordinator: User) -> None:
    row = ask()
    edit_ask(row, version=1, **WORDS, issue=row.issue, campaign=None, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        edit_ask(row, version=1, **WORDS, issue=row.issue, campaign=None, by=coordinator, at=AT)

    assert (row.title, row.version, verbs(row)) == ("Vote no", 2, ["ask.edited"])


def test_closing_an_ask_twice_from_one_form_is_refused(coordinator: User) -> None:
    row = ask()
    close_ask(row, version=1, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        close_ask(row, version=1, by=coordinator, at=AT)

    assert (row.is_open, verbs(row)) == (False, ["ask.closed"])


def test_recording_a_stance_leaves_one_entry(coordinator: User) -> None:
    who, wanted = person(), ask()

    row = record_stance(
        who, ask=wanted, position=Position.SUPPORT, evidence="Said so at the hearing.", source="Hearing",
        observed_on=date(2026, 3, 30), by=coordinator, at=AT,
    )  # fmt: skip

    assert (row.position, row.evidence, row.source, row.sourced_on) == (
        "support",
        "Said so at the hearing.",
        "Hearing",
        date(2026, 3, 30),
    )
    assert (verbs(who), verbs(wanted)) == (["stance.recorded"], ["stance.recorded"])


def test_recording_a_stance_twice_keeps_the_older_one(coordinator: User) -> None:
    who, wanted = person(), ask()

    for position in (Position.OPPOSE, Position.UNDECIDED):
        record_stance(who, ask=wanted, position=position, observed_on=AT.date(), by=coordinator, at=AT)

    assert sorted(Stance.objects.values_list("position", flat=True)) == ["oppose", "undecided"]


def test_recording_a_stance_inside_a_step_leaves_no_entry_of_its_own(coordinator: User) -> None:
    who, wanted = person(), ask()
    step = record("meeting.recorded", who, by=coordinator, at=AT)

    row = record_stance(
        who, ask=wanted, position=Position.SUPPORT, observed_on=AT.date(), by=coordinator, at=AT, entry=step
    )

    assert (ActivityEntry.objects.count(), verbs(row)) == (1, ["meeting.recorded"])


def test_a_stance_is_seen_by_whoever_sees_the_person(coordinator: User) -> None:
    seen = record_stance(person(), ask=ask(), position=Position.SUPPORT, observed_on=AT.date(), by=coordinator, at=AT)
    record_stance(
        person(visibility=Visibility.TEAM, owner=user()), ask=ask(), position=Position.SUPPORT,
        observed_on=AT.date(), by=coordinator, at=AT,
    )  # fmt: skip

    assert list(Stance.objects.visible_to(coordinator)) == [seen]
    assert list(Stance.objects.visible_to(user(role=Role.EDITOR))) == []
    assert Stance.objects.visible_to(user(role=Role.DIRECTOR)).count() == 2
