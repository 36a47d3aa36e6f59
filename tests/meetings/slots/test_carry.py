"""From a found time to the form that offers it: links and ticks, without JavaScript."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from crm.access.enums import Role
from crm.messaging.models import Message
from meetings.scheduling.models import OfferedTime
from tests.factories.access import user as make_user
from tests.factories.availability import busy_block, busy_calendar
from tests.factories.meetings import meeting_request

pytestmark = pytest.mark.django_db
FIND = "/admin/availability/find/"
NINE = datetime(2099, 6, 2, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEW_YORK = "America/New_York"


@pytest.fixture
def me(client):
    made = make_user(role=Role.COORDINATOR, time_zone=NEW_YORK, first_name="Ada")
    client.force_login(made)
    return made


@pytest.fixture
def row(me):
    return meeting_request(owner=me, channel="phone", reference="Dana")


def found(client, required, request=None, **fields) -> str:
    values = {"first_on": "2099-06-02", "last_on": "2099-06-03", "zone": NEW_YORK, "minutes": "60", "before": "0"}
    values |= {"after": "0", "default_travel": "20", "required": [required.pk]} | fields
    answer = client.get(FIND, values | ({"request": request.public_id} if request else {}))
    return str(answer.content.decode())


def ticks(page: str) -> list[str]:
    return re.findall(r'name="slot" form="offer" value="([^"]+)"', page)


def offer_url(row) -> str:
    return reverse("request_offer", args=[row.public_id])


def slot(start: datetime, length: timedelta = HOUR) -> str:
    return f"{start:%Y-%m-%dT%H:%MZ}/{start + length:%Y-%m-%dT%H:%MZ}/"


def shown(answer) -> list[tuple[str, str, str, str]]:
    """Date, start, end and zone of every row of the form, as a browser would send them."""
    form = answer.context["form"]
    return [tuple(str(part[name].value() or "") for name in ("date", "start", "end", "zone")) for part in form.parts]  # type: ignore[misc]


def test_one_click_opens_the_offer_with_time_zone_and_people(client, me, row) -> None:
    busy = make_user(role=Role.COORDINATOR, time_zone=NEW_YORK, first_name="Cleo")
    free = make_user(role=Role.COORDINATOR, time_zone=NEW_YORK, first_name="Ben")
    busy_block(calendar=busy_calendar(owner=busy), starts_at=NINE, ends_at=NINE + timedelta(days=2))

    page = found(client, me, row, optional=[busy.pk, free.pk])
    link = unescape(re.findall(r'<a href="([^"]+)">Offer this time', page)[0])
    answer = client.get(link)

    text = answer.content.decode()
    assert link.startswith(offer_url(row) + "?")
    assert shown(answer)[0] == ("2099-06-02", "09:00:00", "10:00:00", NEW_YORK)
    assert 'name="time0-date" value="2099-06-02"' in text
    assert 'name="time0-start" value="09:00"' in text
    assert '<option value="America/New_York" selected>' in text
    assert sorted(answer.context["form"]["holders"].value()) == sorted([str(me.pk), str(free.pk)])
    assert OfferedTime.objects.count() == Message.objects.count() == 0


def test_ticked_times_go_over_together_and_can_be_sent_as_they_stand(client, me, row) -> None:
    page = found(client, me, row)
    query = urlencode([("zone", NEW_YORK), ("holder", me.pk), *(("slot", each) for each in ticks(page)[:5])])

    answer = client.get(f"{offer_url(row)}?{query}")
    rows = shown(answer)
    sent = {"version": "1", "holders": [str(me.pk)]}
    for number, values in enumerate(rows):
        sent |= {
            f"time{number}-{name}": each for name, each in zip(("date", "start", "end", "zone"), values, strict=True)
        }
    done = client.post(f"{offer_url(row)}?{query}", sent)

    assert len(rows) == 5
    assert (done.status_code, OfferedTime.objects.count()) == (302, 5)
    assert OfferedTime.objects.earliest("starts_at").starts_at == NINE
    assert set(OfferedTime.objects.values_list("time_zone", flat=True)) == {NEW_YORK}


def test_a_row_that_is_emptied_again_does_not_count(client, me, row) -> None:
    query = urlencode([("zone", NEW_YORK), ("slot", slot(NINE)), ("slot", slot(NINE + HOUR))])
    sent = {"version": "1", "time0-zone": NEW_YORK, "time1-date": "2099-06-02", "time1-start": "10:00"}

    done = client.post(f"{offer_url(row)}?{query}", sent | {"time1-end": "11:00", "time1-zone": ""})

    assert (done.status_code, [each.starts_at for each in OfferedTime.objects.all()]) == (302, [NINE + HOUR])


def test_more_than_six_are_cut_and_it_is_said(client, me, row) -> None:
    slots = [("slot", slot(NINE + n * HOUR)) for n in range(8)]

    answer = client.get(f"{offer_url(row)}?{urlencode([('zone', NEW_YORK), *slots])}")

    assert [start for _date, start, _end, _zone in shown(answer)] == [f"{9 + n:02}:00:00" for n in range(6)]
    assert "More than six times were ticked." in answer.content.decode()


HOSTILE = [
    {"slot": "x"},
    {"slot": ["", "/", "//", "a/b/c", "\x00/\x00", "2099-06-02T13:00Z"]},
    {"slot": "2099-06-02T13:00/2099-06-02T14:00/"},
    {"slot": "2099-06-02T14:00Z/2099-06-02T13:00Z/"},
    {"slot": "2099-06-02T13:00Z/2099-06-09T13:00Z/"},
    {"slot": "0001-01-01T00:00Z/0001-01-01T01:00Z/"},
    {"slot": "9999-12-31T22:00Z/9999-12-31T23:59Z/"},
    {"slot": "2099-06-02T13:00+99:00/2099-06-02T14:00+99:00/"},
    {"slot": slot(NINE) + "9" * 10_000},
    {"slot": [slot(NINE + timedelta(minutes=n)) for n in range(300)]},
    {"slot": slot(NINE), "zone": "Mars/Base"},
    {"slot": slot(NINE), "zone": "../../etc/passwd"},
    {"slot": slot(NINE), "zone": "\x00"},
    {"slot": slot(NINE), "zone": "America"},
    {"slot": slot(NINE), "holder": ["x", "\x00", "-1", "9" * 40, "<script>"], "may": ["x"]},
]


@pytest.mark.parametrize("given", HOSTILE)
def test_hostile_parameters_fill_nothing_wrong_and_break_nothing(client, me, row, given) -> None:
    query = urlencode({"zone": NEW_YORK} | given, doseq=True)

    opened = client.get(f"{offer_url(row)}?{query}")
    sent = client.post(f"{offer_url(row)}?{query}", {"version": "1"})
    carried = client.get(f"{reverse('carry_times')}?{query}")

    assert (opened.status_code, sent.status_code, carried.status_code) == (200, 422, 200)
    assert "<script>x" not in opened.content.decode()
    assert all(date in ("", "2099-06-02") for date, *_rest in shown(opened))
    assert OfferedTime.objects.count() == 0


def test_a_search_without_a_request_asks_for_which_one(client, me, row) -> None:
    meeting_request(owner=me, state="drafted")
    page = found(client, me)
    query = {"zone": NEW_YORK, "holder": me.pk, "slot": ticks(page)[0]}
    carry = reverse("carry_times")

    assert f'action="{carry}"' in page
    asked = client.get(carry, query)
    refused = client.get(carry, query | {"request": "\x00nobody"})
    gone = client.get(carry, query | {"request": row.public_id})

    assert len(asked.context["form"].fields["request"].queryset) == 1
    assert (refused.status_code, "There is a problem." in refused.content.decode()) == (422, True)
    assert (gone.status_code, gone.url.split("?")[0]) == (302, offer_url(row))
    assert shown(client.get(gone.url))[0] == ("2099-06-02", "09:00:00", "10:00:00", NEW_YORK)


def test_who_may_not_offer_sees_times_without_ticks(client) -> None:
    auditor = make_user(role=Role.AUDITOR, time_zone=NEW_YORK)
    client.force_login(auditor)

    page = found(client, make_user(role=Role.COORDINATOR, time_zone=NEW_YORK))

    assert ("best first" in page, ticks(page), "Offer this time" in page) == (True, [], False)
    assert client.get(reverse("carry_times")).status_code == 403


def test_three_requests_take_as_many_queries_as_one(client, me, row, django_assert_max_num_queries) -> None:
    client.get(reverse("carry_times"))

    with django_assert_max_num_queries(60) as one:
        client.get(reverse("carry_times"))
    meeting_request(owner=me)
    meeting_request(owner=me)
    with django_assert_max_num_queries(60) as three:
        client.get(reverse("carry_times"))

    assert len(three) == len(one)
