import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from crm.access.enums import Role
from crm.access.models import Team
from crm.people.enums import Visibility
from meetings.calendars.enums import Whose
from meetings.calendars.queries import entries
from meetings.calendars.views import PER_DAY
from tests.factories.access import user as make_user
from tests.factories.issues import ask as make_ask
from tests.factories.meetings import STARTS_AT, attendee, meeting, meeting_request, offered_time
from tests.factories.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALENDAR = "/admin/meetings/calendar/"
EVERYBODY = {"whose": "all"}


@pytest.fixture
def signed_in(client):
    reader = make_user(role=Role.COORDINATOR, first_name="Ines", time_zone="Europe/London")
    client.force_login(reader)
    client.reader = reader
    with time_machine.travel(NOW, tick=False):
        yield client


def days(response) -> dict[str, str]:
    """What stands in the cell of each day that is not empty."""
    parts = re.split(r'<td data-calendar-day="([\d-]+)"', response.content.decode())[1:]
    cells = {day: text.split("</td>")[0] for day, text in zip(parts[::2], parts[1::2], strict=True)}
    return {day: text for day, text in cells.items() if "<li" in text}


@pytest.mark.parametrize("shape", ["month", "week"])
def test_a_meeting_stands_on_its_day_with_both_times(shape: str, signed_in) -> None:
    met = meeting(title="Clean air")

    found = days(signed_in.get(CALENDAR, EVERYBODY | {"shape": shape, "day": "2026-10-28"}))

    assert list(found) == ["2026-10-28"]
    for words in ("19:00–19:30", "there 15:00–15:30 America/New_York", "Clean air", met.public_id):
        assert words in found["2026-10-28"]


def test_the_agenda_lists_days_with_something_on_them(signed_in) -> None:
    meeting(title="Clean air")
    meeting(title="Too late", starts_at=STARTS_AT + 60 * 24 * HOUR, ends_at=STARTS_AT + 60 * 24 * HOUR + HOUR)

    text = signed_in.get(CALENDAR, EVERYBODY | {"shape": "agenda", "day": "2026-10-20"}).content.decode()

    assert ("Clean air" in text, "Too late" in text) == (True, False)
    assert re.findall(r'<h3 id="d-(\d+)"', text) == ["20261028"]


def test_a_day_is_that_of_the_reader_and_one_across_midnight_is_on_both(signed_in) -> None:
    late = datetime(2026, 10, 29, 2, 30, tzinfo=UTC)
    meeting(title="Evening there", starts_at=late, ends_at=late + HOUR)
    night = datetime(2026, 10, 27, 23, 30, tzinfo=UTC)
    meeting(title="Across", starts_at=night, ends_at=night + HOUR, time_zone="Europe/London")

    found = days(signed_in.get(CALENDAR, EVERYBODY | {"shape": "week", "day": "2026-10-28"}))

    assert list(found) == ["2026-10-27", "2026-10-28", "2026-10-29"]
    assert ("Across" in found["2026-10-27"], "still:" in found["2026-10-28"]) == (True, True)
    assert "there 22:30–23:30 America/New_York" in found["2026-10-29"]


def test_times_on_offer_stand_there_until_one_is_confirmed(signed_in) -> None:
    row = meeting_request(person=person(name="Robin Holder"), ask=make_ask(title="Vote for it"), owner=signed_in.reader)
    offered_time(request=row)
    offered_time(request=row, starts_at=STARTS_AT + HOUR, ends_at=STARTS_AT + 2 * HOUR, state="held")
    offered_time(request=row, starts_at=STARTS_AT + 2 * HOUR, ends_at=STARTS_AT + 3 * HOUR, state="released")
    offered_time(request=meeting_request(state="declined"), starts_at=STARTS_AT)

    found = days(signed_in.get(CALENDAR, EVERYBODY | {"day": "2026-10-28"}))["2026-10-28"]

    assert found.count("p-calendar__entry--offer") == 2
    assert ("Robin Holder: Vote for it" in found, "held tentatively" in found) == (True, True)
    assert reverse("request_page", args=[row.public_id]) in found


def test_mine_team_and_all(signed_in) -> None:
    reader, mate = signed_in.reader, make_user()
    Team.objects.create(name="North").members.set([reader, mate])
    meeting(title="Owned", owner=reader)
    attendee(meeting=meeting(title="Attended"), user=reader)
    attendee(meeting=meeting(title="Left"), user=reader, removed_at=NOW)
    meeting(title="Mates", owner=mate)

    def shown(**asked) -> list[str]:
        text = signed_in.get(CALENDAR, {"shape": "agenda"} | asked).content.decode()
        return [title for title in ("Owned", "Attended", "Left", "Mates") if f">{title}</a>" in text]

    assert shown() == shown(whose="mine") == ["Owned", "Attended"]
    assert shown(whose="team") == ["Owned", "Attended", "Mates"]
    assert shown(whose="all") == ["Owned", "Attended", "Left", "Mates"]


@pytest.mark.parametrize("shape", ["month", "week", "agenda"])
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR, Role.VOLUNTEER])
def test_what_is_hidden_stands_in_no_calendar(role: Role, shape: str, sign_in) -> None:
    who = person(name="Xylophone", visibility=Visibility.TEAM)
    meeting(title="Xylophone talk", person=who)
    meeting(title="Xylophone secret", is_confidential=True)
    offered_time(request=meeting_request(person=who))
    asked = EVERYBODY | {"shape": shape, "day": "2026-10-28"}

    text = sign_in(role).get(CALENDAR, asked).content.decode()

    assert ("Xylophone" in text, "p-calendar__entry" in text) == (False, False)


def test_a_cancelled_meeting_is_gone_and_who_may_not_change_moves_nothing(sign_in) -> None:
    meeting(title="Clean air")
    meeting(title="Cancelled", state="cancelled")

    text = sign_in(Role.AUDITOR).get(CALENDAR, EVERYBODY | {"day": "2026-10-28"}).content.decode()

    assert ("Clean air" in text, ">Cancelled<" in text, 'name="starts_at"' in text) == (True, False, False)


def test_every_move_has_a_form_that_leads_to_the_filled_step(signed_in) -> None:
    met = meeting()
    url = reverse("meeting_move", args=[met.public_id])

    cell = days(signed_in.get(CALENDAR, EVERYBODY | {"day": "2026-10-28"}))["2026-10-28"]
    step = signed_in.get(url, {"starts_at": "2026-11-03"}).content.decode()
    exact = signed_in.get(url, {"starts_at": "2026-11-03T10:15"}).content.decode()
    moment = signed_in.get(url, {"starts_at": "2026-11-03T18:00:00+00:00"}).content.decode()
    nonsense = signed_in.get(url, {"starts_at": "tomorrow"})

    assert (f'action="{url}"' in cell, 'name="starts_at"' in cell, 'value="2026-10-28"' in cell) == (True,) * 3

    def filled(text: str) -> list[str]:
        return [re.search(rf'name="time-{name}" value="([^"]*)"', text)[1] for name in ("date", "start", "end")]

    assert filled(step) == ["2026-11-03", "15:00", "15:30"]
    assert filled(exact) == ["2026-11-03", "10:15", "10:45"]
    assert filled(moment) == ["2026-11-03", "13:00", "13:30"]
    assert (nonsense.status_code, filled(nonsense.content.decode())) == (200, ["2026-10-28", "15:00", "15:30"])
    met.refresh_from_db()
    assert (met.starts_at, met.version) == (STARTS_AT, 1)


def test_pages_before_and_after_keep_shape_and_filter(signed_in) -> None:
    text = signed_in.get(CALENDAR, {"shape": "week", "day": "2026-10-28", "whose": "team"}).content.decode()

    for day in ("2026-10-21", "2026-11-04"):
        assert f"{CALENDAR}?shape=week&amp;day={day}&amp;whose=team" in text


@pytest.mark.parametrize("asked", [{"day": "x"}, {"day": "9999-12-31"}, {"shape": "year"}, {"whose": "1"}])
def test_bad_input_shows_this_month_and_a_sentence(asked: dict[str, str], signed_in) -> None:
    response = signed_in.get(CALENDAR, asked)

    text = response.content.decode()
    assert (response.status_code, "p-form__error" in text, "October 2026" in text) == (200, True, True)


@pytest.mark.parametrize("day", ["2000-01-01", "2100-12-31"])
def test_the_ends_of_the_calendar_hold(day: str, signed_in) -> None:
    for shape in ("month", "week", "agenda"):
        assert signed_in.get(CALENDAR, {"shape": shape, "day": day}).status_code == 200


def test_a_full_day_leads_to_the_agenda(signed_in) -> None:
    for _number in range(PER_DAY + 2):
        meeting()

    cell = days(signed_in.get(CALENDAR, EVERYBODY | {"day": "2026-10-28"}))["2026-10-28"]

    assert cell.count('class="p-calendar__entry"') == PER_DAY
    assert "?shape=agenda&amp;day=2026-10-28&amp;whose=all" in cell


def test_three_of_each_ask_as_often_as_one(django_assert_num_queries) -> None:
    reader = make_user(role=Role.COORDINATOR)
    start, end = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)

    def one_of_each() -> None:
        meeting()
        offered_time()

    one_of_each()
    for whose in Whose:
        with django_assert_num_queries(2):
            entries(reader, start, end, whose)
    one_of_each()
    one_of_each()
    with django_assert_num_queries(2):
        found = entries(reader, start, end, Whose.ALL)
    assert (len(found), {each.starts_at.date() for each in found}) == (6, {date(2026, 10, 28)})
