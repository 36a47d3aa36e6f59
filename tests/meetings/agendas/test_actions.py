from datetime import timedelta

import pytest

from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from meetings.agendas.actions import AgendaItemInput, set_agenda
from meetings.agendas.errors import AgendaItemError
from meetings.agendas.models import AgendaItem
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
