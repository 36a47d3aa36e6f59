from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.activity.queries import timeline_of
from crm.messaging.models import Message
from meetings.itineraries.actions import publish_day
from meetings.itineraries.models import Itinerary
from meetings.lobbydays.errors import DayOverError
from meetings.lobbydays.models import Delegate, LobbyDay, LobbyOffice
from meetings.teams.actions import drop_delegate
from tests.meetings.itineraries.conftest import AT


def mails() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("id").values_list("to_email", "subject"))


def test_publish_mails_everybody_their_own_day(day, coordinator) -> None:
    publish_day(day, by=coordinator, at=AT)

    ada, kim = Message.objects.order_by("to_email")
    assert mails() == [
        ("ada@home.example", "Water day: your meetings"),
        ("kim@home.example", "Water day: sus reuniones"),
    ]
    assert "- 09:00–09:20 · Robin Holder · Hart, 12, 1 Hill Street" in ada.text
    assert "- 10:00–10:20 · Alex Two · Hart, 13, 1 Hill Street" in ada.text
    assert ("Robin Holder" in kim.text, "Alex Two" in kim.text) == (True, False)
    assert not any("HIDDEN NOTE" in mail.text + mail.html for mail in (ada, kim))
    day.refresh_from_db()
    assert day.state == "published"
    assert [entry.verb for entry in timeline_of(day)] == ["lobby_day.published"]


def test_a_mail_is_tried_until_the_day_ends(day, coordinator) -> None:
    publish_day(day, by=coordinator, at=AT)

    closing = datetime.combine(day.held_on, day.closes, ZoneInfo(day.time_zone))
    assert set(Message.objects.values_list("not_after", flat=True)) == {closing}
    assert closing > AT + timedelta(days=1)


def test_publish_again_mails_nobody(day, coordinator) -> None:
    publish_day(day, by=coordinator, at=AT)

    again = publish_day(day, by=coordinator, at=AT)

    assert (again, len(mails()), timeline_of(day).count()) == ([], 2, 1)


def test_publish_after_a_change_mails_only_whom_it_is_about(day, coordinator) -> None:
    publish_day(day, by=coordinator, at=AT)
    LobbyOffice.objects.filter(person__name="Alex Two").update(room="99")

    changed = publish_day(day, by=coordinator, at=AT)

    assert [each.delegate.name for each in changed] == ["Ada Lead"]
    assert mails()[2:] == [("ada@home.example", "Water day: your meetings")]
    assert "Your day has changed." in Message.objects.order_by("-id")[0].text


def test_who_dropped_out_hears_once_that_nothing_is_left(day, coordinator) -> None:
    publish_day(day, by=coordinator, at=AT)
    drop_delegate(Delegate.objects.get(name="Kim Vale"), version=1, by=coordinator, at=AT)

    for _again in range(2):
        publish_day(day, by=coordinator, at=AT)

    assert mails()[2:] == [
        ("ada@home.example", "Water day: your meetings"),
        ("kim@home.example", "Water day: un cambio"),
    ]


def test_without_an_address_the_day_is_kept_and_no_mail_is_made(day, coordinator) -> None:
    Delegate.objects.update(email="")

    publish_day(day, by=coordinator, at=AT)

    assert (Itinerary.objects.count(), mails()) == (2, [])


def test_a_day_that_is_over_is_not_published(day, coordinator) -> None:
    LobbyDay.objects.update(state="done")
    day.refresh_from_db()

    with pytest.raises(DayOverError):
        publish_day(day, by=coordinator, at=AT)
