import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from crm.access.enums import Role
from crm.people.enums import Visibility
from meetings.boards.queries import SHOWN, columns, requests_on_board
from meetings.requests.models import RequestNote
from meetings.scheduling.models import MeetingRequest
from tests.factories.access import user as make_user
from tests.factories.campaigns import campaign as make_campaign
from tests.factories.issues import ask as make_ask
from tests.factories.meetings import meeting, meeting_request
from tests.factories.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BOARD = "/admin/meetings/board/"


@pytest.fixture
def signed_in(client, coordinator):
    client.force_login(coordinator)
    with time_machine.travel(NOW, tick=False):
        yield client


def cards(response) -> dict[str, list[str]]:
    """The names in each column."""
    text = response.content.decode()
    parts = re.split(r'data-board-column="(\w+)"', text)[1:]
    names = r'class="p-card__name" href="[^"]*">([^<]*)<'
    return {
        stage: found for stage, part in zip(parts[::2], parts[1::2], strict=True) if (found := re.findall(names, part))
    }


def test_cards_stand_in_the_column_of_their_stage_the_most_urgent_first(signed_in) -> None:
    meeting_request(person=person(name="Later"), next_action_on=date(2026, 6, 9))
    meeting_request(person=person(name="Late"), next_action_on=date(2026, 5, 9))
    meeting_request(person=person(name="Held"), state="held")
    done = meeting_request(person=person(name="Met"), state="confirmed")
    meeting(request=done, person=done.person, state="held")
    ahead = meeting_request(person=person(name="Ahead"), state="confirmed")
    meeting(request=ahead, person=ahead.person)
    meeting_request(person=person(name="Gone"), state="withdrawn")

    response = signed_in.get(BOARD)

    assert cards(response) == {
        "requested": ["Late", "Later"],
        "held": ["Held"],
        "confirmed": ["Ahead"],
        "done": ["Met"],
        "ended": ["Gone"],
    }
    text = response.content.decode()
    assert text.count(">overdue<") == 1
    assert "Get the held time confirmed." in text


def test_filters_narrow_the_board_and_are_kept(signed_in, coordinator) -> None:
    drive = make_campaign()
    wish = make_ask(campaign=drive)
    meeting_request(person=person(name="Mine"), owner=coordinator, ask=wish, next_action_on=date(2026, 5, 9))
    meeting_request(person=person(name="Mine too"), owner=coordinator, next_action_on=date(2026, 6, 9))
    meeting_request(person=person(name="Theirs"), ask=wish)

    def shown(**asked) -> list[str]:
        return sorted(name for names in cards(signed_in.get(BOARD, asked)).values() for name in names)

    assert shown(owner=coordinator.pk) == ["Mine", "Mine too"]
    assert shown() == ["Mine", "Mine too"]
    assert shown(ask=wish.pk) == shown(campaign=drive.pk) == ["Mine", "Theirs"]
    assert shown(overdue="on") == ["Mine"]
    assert shown(owner="") == ["Mine", "Mine too", "Theirs"]
    assert shown(owner="x") == ["Mine", "Mine too", "Theirs"]


def test_nothing_hidden_is_on_the_board(signed_in) -> None:
    wish = make_ask(title="Hidden wish")
    owner = make_user(first_name="Zebulon")
    secret = meeting_request(person=person(name="Hidden Person", visibility=Visibility.TEAM), ask=wish, owner=owner)
    closed = meeting_request(person=person(name="Open Person"), state="confirmed")
    meeting(request=closed, person=closed.person, is_confidential=True)

    response = signed_in.get(BOARD)

    text = response.content.decode()
    assert cards(response) == {}
    assert ("Hidden" in text, "Open Person" in text, "Zebulon" in text) == (False, False, False)
    assert signed_in.get(reverse("request_to", args=[secret.public_id]), {"to": "offered"}).status_code == 404


def test_a_column_shows_its_first_cards_and_leads_to_the_rest(signed_in, coordinator) -> None:
    for _number in range(SHOWN + 2):
        meeting_request(owner=coordinator)

    text = signed_in.get(BOARD, {"owner": coordinator.pk}).content.decode()

    assert text.count('class="p-card"') == SHOWN
    assert f'state=requested&amp;owner={coordinator.pk}">2 more in the list' in text


@pytest.mark.parametrize(
    ("state", "to", "step"),
    [
        ("drafted", "requested", "request_send"),
        ("requested", "followed_up", "request_follow_up"),
        ("requested", "offered", "request_offer"),
        ("offered", "held", "request_hold"),
        ("offered", "to_staff", "request_staff"),
        ("held", "confirmed", "request_confirm"),
        ("held", "ended", "request_close"),
    ],
)
def test_a_move_leads_to_its_step_and_changes_nothing(state: str, to: str, step: str, signed_in) -> None:
    row = meeting_request(state=state)

    response = signed_in.get(reverse("request_to", args=[row.public_id]), {"to": to})

    row.refresh_from_db()
    assert (response.status_code, response.url) == (302, reverse(step, args=[row.public_id]))
    assert (row.state, row.version) == (state, 1)


def test_a_confirmed_card_moves_by_the_steps_of_its_meeting(signed_in) -> None:
    row = meeting_request(state="confirmed")
    made = meeting(request=row, person=row.person)
    url = reverse("request_to", args=[row.public_id])

    found = [signed_in.get(url, {"to": to}).url for to in ("done", "ended")]

    assert found == [reverse(step, args=[made.public_id]) for step in ("meeting_outcome", "meeting_cancel")]


@pytest.mark.parametrize("to", ["drafted", "done", "nonsense", ""])
def test_a_move_that_cannot_be_leads_back_with_a_sentence(to: str, signed_in) -> None:
    row = meeting_request()

    response = signed_in.get(reverse("request_to", args=[row.public_id]), {"to": to}, follow=True)

    assert response.redirect_chain == [(f"{BOARD}#r-{row.public_id}", 302)]
    assert "The card cannot go there from where it stands now." in response.content.decode()


def test_an_auditor_sees_the_board_and_moves_nothing(sign_in) -> None:
    row = meeting_request()
    client = sign_in(Role.AUDITOR)

    text = client.get(BOARD).content.decode()

    assert ('class="p-card"' in text, "data-board-card" in text) == (True, False)
    assert client.get(reverse("request_to", args=[row.public_id]), {"to": "offered"}).status_code == 403
    assert sign_in(Role.VOLUNTEER).get(BOARD).status_code == 404


def test_the_board_asks_as_often_for_three_cards_of_each_column_as_for_one(
    coordinator, django_assert_num_queries
) -> None:
    def one_of_each() -> None:
        for state in ("drafted", "requested", "held", "declined"):
            row = meeting_request(state=state)
            RequestNote.objects.create(request=row, kind="follow_up", noted_by=coordinator, noted_at=NOW)
        done = meeting_request(state="confirmed")
        meeting(request=done, person=done.person, state="held")

    def drawn() -> int:
        found = columns(requests_on_board(make, NOW.date()))
        return sum(
            len(str(each.person) + str(each.ask) + str(each.owner)) > 0 for column in found for each in column.rows
        )

    make = make_user(role=Role.COORDINATOR)
    one_of_each()
    with django_assert_num_queries(3):
        assert drawn() == 5
    one_of_each()
    one_of_each()
    with django_assert_num_queries(3):
        assert drawn() == 15
    assert [each.follow_ups for column in columns(MeetingRequest.objects.all()) for each in column.rows].count(1) == 12
