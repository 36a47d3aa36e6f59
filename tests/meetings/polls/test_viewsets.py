"""Polls for staff, by plain forms."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.messaging.models import Message
from crm.people.enums import Visibility
from meetings.polls.actions import answer_poll
from meetings.polls.enums import Choice
from meetings.polls.models import Poll, PollParticipant
from meetings.scheduling.models import OfferedTime
from tests.factories.access import user as make_user
from tests.factories.meetings import meeting_request
from tests.factories.people import person
from tests.factories.polls import poll as make_poll
from tests.factories.polls import poll_option, poll_participant
from tests.meetings.polls.conftest import AT, DANA, NEW_YORK, NOOR, asked

pytestmark = pytest.mark.django_db
LIST = "/admin/meetings/polls/"


@pytest.fixture
def staff(owner, client: Client) -> Client:
    client.force_login(owner)
    return client


def text_of(response) -> str:
    return unescape(response.content.decode())


def typed(**fields) -> dict[str, str]:
    """A poll with two times and two people, typed into the form."""
    return {
        "title": "Clean air in schools",
        "deadline": "2026-06-12",
        "time0-date": "2026-10-28",
        "time0-start": "15:00",
        "time0-end": "15:30",
        "time0-zone": NEW_YORK,
        "time1-date": "2026-10-29",
        "time1-start": "09:00",
        "time1-end": "09:30",
        "guest0-name": "Dana Ruiz",
        "guest0-email": DANA,
        "guest1-name": "Noor Haddad",
        "guest1-email": NOOR,
    } | fields


def step(name: str, poll: Poll, *more: str) -> str:
    return reverse(name, args=[poll.public_id, *more])


def test_starting_a_poll_from_a_request(staff, request_row) -> None:
    url = reverse("request_poll", args=[request_row.public_id])

    shown = staff.get(url)
    sent = staff.post(url, typed())
    twice = staff.post(url, typed())

    poll = Poll.objects.get()
    assert (shown.status_code, sent.status_code, sent.url) == (200, 302, step("poll_page", poll))
    assert (poll.request, poll.title, poll.shows_names) == (request_row, "Clean air in schools", False)
    assert [each.time_zone for each in poll.options.all()] == [NEW_YORK, NEW_YORK]
    assert poll.deadline_at.isoformat() == "2026-06-13T03:59:00+00:00"
    assert sorted(poll.participants.values_list("email", flat=True)) == [DANA, NOOR]
    assert (twice.status_code, "There is an open poll about this request already" in text_of(twice)) == (422, True)
    page = text_of(staff.get(reverse("request_page", args=[request_row.public_id])))
    assert (step("poll_page", poll) in page, url in page) == (True, False)


def test_a_poll_of_our_own_is_made_once_by_a_double_click(staff) -> None:
    data = typed(shows_names="on") | {"csrfmiddlewaretoken": "x" * 64}

    first, second = (staff.post(reverse("poll_new"), data) for _click in range(2))

    assert (first.status_code, second.status_code, Poll.objects.count()) == (302, 302, 1)
    assert (Poll.objects.get().request, Poll.objects.get().shows_names) == (None, True)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": ""}, "Give the poll a title"),
        ({"deadline": ""}, "Enter the last day for answers."),
        ({"deadline": "2026-05-01"}, "must lie ahead"),
        ({"deadline": "0001-01-01"}, "between 2000 and 2100"),
        ({"deadline": "9999-12-31"}, "between 2000 and 2100"),
        ({"time1-date": "", "time1-start": "", "time1-end": ""}, "at least two different times"),
        ({"time1-date": "2026-10-28", "time1-start": "15:00", "time1-end": "15:45"}, "at least two different times"),
        ({"time0-zone": ""}, "Choose the time zone of the place"),
        ({"guest0-email": ""}, "Enter a name and an e-mail address"),
        ({"guest0-email": "nowhere"}, "Enter a name and an e-mail address"),
        ({"guest1-email": DANA}, "already in the poll"),
    ],
)
def test_a_form_with_a_fault_comes_back_with_a_sentence(fields, sentence: str, staff) -> None:
    answer = staff.post(reverse("poll_new"), typed(**fields))

    assert (answer.status_code, sentence in text_of(answer)) == (422, True)
    assert (Poll.objects.count(), Message.objects.count()) == (0, 0)


def test_the_grid_shows_who_said_what_the_best_time_first(poll, staff) -> None:
    first, second, third = poll.options.all()
    said = {first.public_id: Choice.NO, second.public_id: Choice.IF_NEED_BE, third.public_id: Choice.YES}
    answer_poll(asked(poll, DANA), choices=said, answered_by="Sam Ito", note="After <b>lunch</b>", at=AT)

    response = staff.get(step("poll_page", poll))

    text = text_of(response)
    days = ("Friday 30 October", "Thursday 29 October", "Wednesday 28 October")
    assert sorted(days, key=text.index) == list(days)
    assert [word in text for word in ("answered by Sam Ito", "no answer yet", "yes: 1 · if need be: 0")] == [True] * 3
    assert b"After &lt;b&gt;lunch" in response.content


def test_deciding_leads_to_the_confirm_step_with_the_time_chosen(poll, staff) -> None:
    option = poll.options.all()[1]

    decided = staff.post(step("poll_decide", poll), {"version": poll.version, "option": option.public_id})
    confirm = staff.get(decided.url)
    again = staff.post(step("poll_decide", poll), {"version": poll.version, "option": option.public_id})

    offer = OfferedTime.objects.get()
    assert decided.url == f"{reverse('request_confirm', args=[poll.request.public_id])}?when={offer.pk}"
    assert text_of(confirm).partition(f'name="when" value="{offer.pk}"')[2].partition(">")[0].endswith("checked")
    assert (again.status_code, "This poll is over" in text_of(again)) == (422, True)
    assert Message.objects.filter(template_key="poll-result").count() == 2


def test_ending_without_a_time_leads_back(poll, staff) -> None:
    ended = staff.post(step("poll_decide", poll), {"version": poll.version, "option": "none"})

    assert (ended.status_code, ended.url) == (302, step("poll_page", poll))
    assert OfferedTime.objects.count() == 0


def test_an_old_page_shows_both_versions(poll, staff) -> None:
    stale = staff.post(step("poll_decide", poll), {"version": 99, "option": "none"})

    assert stale.status_code == 409


def test_small_steps_act_once(poll, staff) -> None:
    noor = asked(poll, NOOR)
    again, out = (step(name, poll, noor.public_id) for name in ("poll_again", "poll_out"))

    answers = [staff.get(url).status_code for url in (again, out, step("poll_remind", poll), step("poll_add", poll))]
    asked_twice = [staff.post(again, {"invitations": "1"}).status_code for _click in range(2)]
    reminded = [staff.post(step("poll_remind", poll)).status_code for _click in range(2)]
    added = [
        staff.post(step("poll_add", poll), {"name": "Kim Vale", "email": "kim@home.example"}).status_code
        for _click in range(2)
    ]
    taken_out = [staff.post(out).status_code for _click in range(2)]

    assert answers == [200] * 4
    assert [asked_twice, reminded, added, taken_out] == [[302, 422], [302, 422], [302, 422], [302, 302]]
    assert Message.objects.filter(template_key="poll-reminder").count() == 2
    assert Message.objects.filter(template_key="poll-invitation").count() == 4
    assert "Noor Haddad</th>" not in text_of(staff.get(step("poll_page", poll)))


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR, Role.VOLUNTEER])
def test_a_poll_about_a_hidden_request_is_in_no_list(role: Role, client: Client) -> None:
    hidden = meeting_request(person=person(visibility=Visibility.TEAM, owner=make_user(username="boss")))
    secret = make_poll(request=hidden, title="Xylophone poll")
    poll_option(poll=secret)
    guest = poll_participant(poll=secret, name="Xylophone guest", email="x@xylophone.example")
    client.force_login(make_user(role=role))

    pages = [client.get(url) for url in (LIST, f"{LIST}?q=Poll", "/admin/", "/admin/mail/")]
    doors = [client.get(step(name, secret)) for name in ("poll_page", "poll_add", "poll_remind", "poll_decide")]
    doors += [client.post(step(name, secret, guest.public_id)) for name in ("poll_again", "poll_out")]
    doors.append(client.get(reverse("request_poll", args=[hidden.public_id])))

    assert not any("Xylophone" in text_of(page) for page in [*pages, *doors])
    assert {door.status_code for door in doors} == {404}
    assert PollParticipant.objects.get().revoked_at is None


def test_an_auditor_reads_and_changes_nothing(poll, sign_in) -> None:
    reader = sign_in(Role.AUDITOR)

    page = reader.get(step("poll_page", poll))
    changes = [reader.post(step(name, poll)).status_code for name in ("poll_add", "poll_remind", "poll_decide")]

    assert (page.status_code, changes, reader.post(reverse("poll_new")).status_code) == (200, [403] * 3, 403)
    assert step("poll_decide", poll) not in text_of(page)


def test_lists_take_as_many_queries_for_three_as_for_one(staff, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(url: str) -> int:
        staff.get(url)
        with CaptureQueriesContext(
            connection,
        ) as found:
            staff.get(url)
        return len(found)

    only = make_poll(deadline_at=AT + timedelta(days=3))
    poll_participant(poll=only)
    poll_option(poll=only)
    urls = (LIST, step("poll_page", only))
    one = [cost(url) for url in urls]
    for number in range(1, 3):
        make_poll()
        poll_participant(poll=only)
        poll_option(poll=only, starts_at=AT + timedelta(days=number))

    assert [cost(url) for url in urls] == one


def times(count: int) -> dict[str, str]:
    """So many times typed into the form, one an hour over several days."""
    return {
        f"time{n}-{name}": value
        for n in range(count)
        for name, value in (
            ("date", f"2026-10-{1 + n // 12:02d}"),
            ("start", f"{8 + n % 12:02d}:00"),
            ("end", f"{8 + n % 12:02d}:30"),
            ("zone", NEW_YORK),
        )
    }


def test_more_times_are_asked_for_without_a_script_and_nothing_typed_is_lost(staff) -> None:
    url, data = reverse("poll_new"), typed(title="", **{"time5-date": "nonsense", "shows_names": "on"})

    more = text_of(staff.post(url, data | {"more": "time"}))
    people = text_of(staff.post(url, data | times(9) | {"more": "guest"}))

    assert [f'name="time{n}-date"' in more for n in (8, 9)] == [True, False]
    assert 'name="time1-start" value="09:00"' in more and 'value="nonsense"' in more
    assert f'<option value="{NEW_YORK}" selected>' in more and 'name="shows_names" id="id_shows_names" checked' in more
    assert f'value="{DANA}"' in more
    assert ("There is a problem" in more, "Error:" in more.partition("</title>")[0]) == (False, False)
    assert [f'name="guest{n}-name"' in people for n in (10, 11)] == [True, False]
    assert [f'name="time{n}-date"' in people for n in (8, 9)] == [True, False]
    assert Poll.objects.count() == 0


def test_a_poll_takes_as_many_times_as_one_wants_up_to_sixty(staff) -> None:
    url, token = reverse("poll_new"), {"csrfmiddlewaretoken": "x" * 64}

    staff.post(url, typed() | times(20) | token | {"more": "time"})
    made = staff.post(url, typed() | times(20) | token)
    full = text_of(staff.post(url, typed() | times(60) | {"more": "time"}))
    most = staff.post(url, typed() | times(61))

    assert (made.status_code, most.status_code) == (302, 302)
    assert [each.options.count() for each in Poll.objects.order_by("id")] == [20, 60]
    assert ("Add more times" in full, "time60-date" in full) == (False, False)


def test_more_of_something_unknown_is_an_ordinary_sending(staff) -> None:
    sent = staff.post(reverse("poll_new"), typed(more="<script>"))

    assert (sent.status_code, Poll.objects.count()) == (302, 1)


def test_one_click_on_the_page_chooses_a_time_and_later_leads_to_the_confirm_step(poll, staff) -> None:
    option = poll.options.all()[1]
    link = f"{step('poll_decide', poll)}?option={option.public_id}"

    before = text_of(staff.get(step("poll_page", poll)))
    chosen = text_of(staff.get(link))
    staff.post(link, {"version": poll.version, "option": option.public_id})
    after = text_of(staff.get(step("poll_page", poll)))
    OfferedTime.objects.update(state="released")
    gone = text_of(staff.get(step("poll_page", poll)))

    confirm = f"{reverse('request_confirm', args=[poll.request.public_id])}?when={OfferedTime.objects.get().pk}"
    assert (link in before, confirm in before) == (True, False)
    assert chosen.partition(f'name="option" value="{option.public_id}"')[2].partition(">")[0].endswith("checked")
    assert (confirm in after, link in after, confirm in gone) == (True, False, False)
