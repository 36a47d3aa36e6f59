"""Find a time: a link without JavaScript that ranks and warns."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from crm.access.enums import Role
from tests.factories.access import user as make_user
from tests.factories.availability import busy_block, busy_calendar, institution_calendar, institution_event
from tests.factories.meetings import meeting_request, offered_time

pytestmark = pytest.mark.django_db
PAGE = "/admin/availability/find/"
NINE = datetime(2099, 6, 2, 13, tzinfo=UTC)


@pytest.fixture
def me(client):
    made = make_user(role=Role.COORDINATOR, time_zone="Europe/Berlin", first_name="Ada")
    client.force_login(made)
    return made


def asked(*required, **fields):
    values = {"first_on": "2099-06-02", "last_on": "2099-06-02", "zone": "America/New_York", "minutes": "60"}
    values |= {"before": "0", "after": "0", "default_travel": "20", "required": [user.pk for user in required]}
    return values | fields


def places(page: str) -> list[str]:
    return re.findall(r'p-facts__value">[^<]*, (\d\d:\d\d)–', page)


def test_the_form_is_filled_from_the_request(client, me) -> None:
    request = meeting_request(owner=me, state="offered")
    offered_time(request=request)

    link = client.get(reverse("request_page", args=[request.public_id])).content.decode()
    page = client.get(PAGE, {"request": request.public_id}).content.decode()

    assert f"{PAGE}?request={request.public_id}" in link
    assert f'name="request" value="{request.public_id}"' in page
    assert '<option value="America/New_York" selected>' in page
    assert f'<option value="{me.pk}" selected>' in page
    assert "best first" not in page


def test_times_come_ranked_in_both_zones_with_what_to_mind(client, me) -> None:
    ben = make_user(role=Role.COORDINATOR, time_zone="America/New_York", first_name="Ben")
    cleo = make_user(role=Role.COORDINATOR, time_zone="America/New_York", first_name="Cleo")
    busy_block(calendar=busy_calendar(owner=cleo), starts_at=NINE, ends_at=NINE + timedelta(hours=7))
    floor = institution_calendar()
    institution_event(calendar=floor, starts_at=NINE + timedelta(hours=7), title="Floor votes")

    page = client.get(PAGE, asked(ben, optional=[cleo.pk], calendar=floor.pk, session="any")).content.decode()

    assert places(page) == ["16:00", "09:00", "09:15", "09:30"]
    assert "For you: Tuesday 2 June 2099, 22:00–23:00 (Europe/Berlin" in page
    assert "Cannot: Cleo (busy)" in page
    assert "session: Floor votes" in page


def test_outside_hours_are_said_with_the_name(client, me) -> None:
    page = client.get(PAGE, asked(me, outside_hours="on", minutes="600")).content.decode()

    assert "outside working hours of Ada" in page
    assert places(page)[0] == "08:00"


@pytest.mark.parametrize(
    "fields",
    [
        {"required": []},
        {"required": ["x"]},
        {"first_on": "yesterday"},
        {"last_on": "2099-06-01"},
        {"last_on": "2099-09-01"},
        {"zone": "Mars/Base"},
        {"minutes": "0"},
        {"minutes": "99999"},
        {"before": "-5"},
        {"venue": "x"},
        {"calendar": "99999999999999999999"},
        {"session": "x"},
        {"first_on": "9999-12-31", "last_on": "9999-12-31"},
    ],
)
def test_what_cannot_be_searched_comes_back_with_a_sentence(client, me, fields) -> None:
    answer = client.get(PAGE, asked(me) | fields | ({"required": "x"} if fields.get("required") == [] else {}))

    assert (answer.status_code, "There is a problem." in answer.content.decode()) == (422, True)


def test_no_time_says_what_to_do(client, me) -> None:
    busy_block(calendar=busy_calendar(owner=me), starts_at=NINE - timedelta(hours=9), ends_at=NINE + timedelta(days=1))

    assert "No time fits." in client.get(PAGE, asked(me)).content.decode()


def test_a_request_that_may_not_be_seen_fills_nothing(client, me) -> None:
    page = client.get(PAGE, {"request": "nobody-has-this"}).content.decode()

    assert 'name="request" value' not in page


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 200), (Role.VOLUNTEER, 404), (Role.MODERATOR, 404)])
def test_who_plans_may_search(sign_in, role: Role, status: int) -> None:
    assert sign_in(role).get(PAGE).status_code == status
