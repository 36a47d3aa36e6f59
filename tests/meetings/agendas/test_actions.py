from dataclasses import replace
from datetime import timedelta

import pytest

from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.messaging.models import Message
from meetings.agendas.actions import AgendaItemInput, DocumentInput, set_agenda
from meetings.agendas.errors import AgendaItemError, AgendaMinutesError, AgendaPartError, AgendaPresenterError
from meetings.agendas.models import AgendaItem
from meetings.agendas.queries import agenda_text
from meetings.scheduling.models import Attendee
from tests.factories.meetings import attendee
from tests.meetings.conftest import AT

LATER = AT + timedelta(hours=1)
WELCOME, ASK = AgendaItemInput(" Welcome ", 5, "Ada"), AgendaItemInput("Our ask", 10)
pytestmark = pytest.mark.django_db


def test_agenda_is_written_in_order_under_one_entry(delegation) -> None:
    set_agenda(delegation.meeting, items=[WELCOME, ASK], version=1, by=delegation.coordinator, at=LATER)

    rows = list(AgendaItem.objects.values_list("position", "title", "duration_minutes", "speaker"))
    assert rows == [(1, "Welcome", 5, "Ada"), (2, "Our ask", 10, "")]
    assert [entry.verb for entry in timeline_of(delegation.meeting)] == ["meeting.agenda_set", "meeting.confirmed"]
    assert (delegation.meeting.version, delegation.meeting.sequence) == (2, 0)


def test_same_agenda_again_changes_nothing(delegation) -> None:
    for _again in range(2):
        set_agenda(delegation.meeting, items=[WELCOME], version=1, by=delegation.coordinator, at=LATER)

    assert (delegation.meeting.version, timeline_of(delegation.meeting).count()) == (2, 2)


def test_another_agenda_with_an_old_version_is_stale(delegation) -> None:
    set_agenda(delegation.meeting, items=[WELCOME], version=1, by=delegation.coordinator, at=LATER)

    with pytest.raises(StaleVersionError):
        set_agenda(delegation.meeting, items=[ASK], version=1, by=delegation.coordinator, at=LATER)

    assert [item.title for item in AgendaItem.objects.all()] == ["Welcome"]


def test_a_point_without_a_title_is_refused(delegation) -> None:
    with pytest.raises(AgendaItemError):
        set_agenda(delegation.meeting, items=[AgendaItemInput(" ")], version=1, by=delegation.coordinator, at=LATER)


def test_parts_presenters_and_documents_are_kept_and_rows_stay_the_same(delegation) -> None:
    sam = delegation.attendee("sam@alliance.example")
    paper = DocumentInput("Our paper", "https://alliance.example/paper")
    items = [
        AgendaItemInput("Ask", 10, presenter=sam, documents=(paper,)),
        AgendaItemInput("Why", 6, is_part=True),
        AgendaItemInput("How", 4, is_part=True),
    ]
    by = {"by": delegation.coordinator, "at": LATER}
    made = set_agenda(delegation.meeting, items=items, version=1, **by)

    again = [replace(each, pk=row.pk) for each, row in zip(items, made, strict=True)]
    changed = set_agenda(delegation.meeting, items=[again[0], again[2], again[1]], version=2, **by)

    assert agenda_text(delegation.meeting) == "1. Ask (10 min) – Sam Ito\n1.1. How (4 min)\n1.2. Why (6 min)"
    assert [row.pk for row in changed] == [made[0].pk, made[2].pk, made[1].pk]
    assert [(row.title, row.parent_id) for row in changed] == [("Ask", None), ("How", made[0].pk), ("Why", made[0].pk)]
    assert [(each.title, each.url) for each in changed[0].documents.all()] == [(paper.title, paper.url)]


def test_part_outlives_the_point_it_was_of(delegation) -> None:
    by = {"by": delegation.coordinator, "at": LATER}
    items = [AgendaItemInput("Ask", 10), AgendaItemInput("Why", 6, is_part=True)]
    _point, part = set_agenda(delegation.meeting, items=items, version=1, **by)

    kept = set_agenda(delegation.meeting, items=[AgendaItemInput("Why", 6, pk=part.pk)], version=2, **by)

    assert [(row.pk, row.parent_id) for row in kept] == [(part.pk, None)]


@pytest.mark.parametrize(
    ("items", "error"),
    [
        ([AgendaItemInput("Part", is_part=True)], AgendaPartError),
        ([ASK, AgendaItemInput("a", 6, is_part=True), AgendaItemInput("b", 5, is_part=True)], AgendaMinutesError),
    ],
)
def test_parts_need_a_point_that_is_long_enough(delegation, items, error) -> None:
    with pytest.raises(error):
        set_agenda(delegation.meeting, items=items, version=1, by=delegation.coordinator, at=LATER)

    assert AgendaItem.objects.count() == 0


def test_only_invited_people_present(delegation) -> None:
    items = [AgendaItemInput("Ask", presenter=attendee())]

    with pytest.raises(AgendaPresenterError):
        set_agenda(delegation.meeting, items=items, version=1, by=delegation.coordinator, at=LATER)


def test_the_office_reads_no_constituent_without_consent(delegation) -> None:
    kim = delegation.attendee("kim@home.example")
    items = [AgendaItemInput("Life here", presenter=kim)]
    set_agenda(delegation.meeting, items=items, version=1, by=delegation.coordinator, at=LATER)
    before = agenda_text(delegation.meeting)
    mails = Message.objects.filter(status="queued")

    assert before == "1. Life here (5 min) – Constituent"
    assert ["Kim Vale" in (each.text + each.calendar) for each in mails.exclude(to_email=kim.email)] == [False] * 3

    Attendee.objects.filter(pk=kim.pk).update(named_to_office_at=LATER)
    assert agenda_text(delegation.meeting) == "1. Life here (5 min) – Kim Vale"
