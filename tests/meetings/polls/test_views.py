"""The page behind the link, without JavaScript: a test client has none."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client

from crm.activity.models import ActivityEntry
from crm.base.links import make_token
from crm.messaging.models import Message
from meetings.polls.actions import answer_poll, close_poll, invite_again, revoke_link
from meetings.polls.enums import Choice
from meetings.polls.models import Poll, PollAnswer, PollLink, PollParticipant
from meetings.polls.rules import LINK
from tests.meetings.polls.conftest import AT, DANA, DAY, NOOR, address, asked

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return unescape(response.content.decode())


def everything() -> list[list[dict]]:
    models = (Poll, PollParticipant, PollLink, PollAnswer, Message, ActivityEntry)
    return [list(model.objects.order_by("pk").values()) for model in models]


def field(poll: Poll, number: int) -> str:
    return f"choice_{poll.options.all()[number].public_id}"


def test_looking_asks_and_changes_nothing(poll, client: Client) -> None:
    url, before = address(asked(poll, DANA)), everything()

    page = client.get(url)
    head, options = client.head(url), client.options(url)

    text = text_of(page)
    assert (page.status_code, head.status_code, options.status_code, everything()) == (200, 200, 200, before)
    assert "Wednesday 28 October 2026, 15:00–15:30 (America/New_York, UTC-04:00)" in text
    assert [word in text for word in ("Olu Marsh", "Dana Ruiz", "Noor Haddad", DANA, NOOR)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert page.headers["Cache-Control"] == "private, no-store"
    assert text.count('type="radio"') == 9
    assert "checked" not in text and "<script" not in text


def test_a_visitor_reads_the_times_in_another_zone(poll, client: Client) -> None:
    url = address(asked(poll, DANA))

    tokyo = text_of(client.get(f"{url}?zone=Asia/Tokyo"))
    nonsense = [client.get(f"{url}?zone={zone}") for zone in ("../../etc/passwd", "x" * 5000, "%00", "localtime", "🕰")]

    assert "Thursday 29 October 2026, 04:00–04:30 (Asia/Tokyo, UTC+09:00)" in tokyo
    assert "Wednesday 28 October 2026, 15:00–15:30 (America/New_York, UTC-04:00)" in tokyo
    assert '<option value="Asia/Tokyo" selected>' in tokyo
    assert {answer.status_code for answer in nonsense} == {200}


def test_an_answer_for_somebody_else_is_kept_and_may_be_sent_twice(poll, client: Client) -> None:
    url = address(asked(poll, DANA))
    data = {field(poll, 0): "yes", field(poll, 1): "if_need_be", "answered_by": "Sam Ito", "note": "Not too early"}

    first = client.post(f"{url}?zone=Asia/Tokyo", data)
    before = everything()
    second = client.post(f"{url}?zone=Asia/Tokyo", data)
    again = text_of(client.get(url))

    dana = asked(poll, DANA)
    assert (first.status_code, second.status_code, everything()) == (200, 200, before)
    assert "Your answer is noted." in text_of(first)
    assert sorted(dana.answers.values_list("choice", flat=True)) == ["if_need_be", "yes"]
    assert (dana.answered_by, dana.note, dana.answered_at) == ("Sam Ito", "Not too early", AT)
    assert again.count(" checked") == 2 and 'value="Sam Ito"' in again
    assert ActivityEntry.objects.filter(verb="poll.answered").count() == 1


@pytest.mark.parametrize(
    "data", [{}, {"note": "Hello"}, {"note": "x" * 1001}, {"answered_by": "x" * 201}, {"note": "\x00"}]
)
def test_an_answer_without_choices_or_too_long_comes_back(poll, client: Client, data) -> None:
    answer = client.post(address(asked(poll, DANA)), data)

    assert (answer.status_code, PollAnswer.objects.count()) == (422, 0)
    assert "There is a problem" in text_of(answer)


@pytest.mark.parametrize("value", ["maybe", "YES", "yes\x00", "🙂"])
def test_a_choice_nobody_offered_comes_back(poll, client: Client, value: str) -> None:
    answer = client.post(address(asked(poll, DANA)), {field(poll, 0): value})

    assert (answer.status_code, PollAnswer.objects.count()) == (422, 0)


def test_names_are_shown_only_when_the_organiser_says_so(start, client: Client) -> None:
    poll = start(shows_names=True)
    first = poll.options.all()[0].public_id
    answer_poll(asked(poll, NOOR), choices={first: Choice.IF_NEED_BE}, at=AT)

    text = text_of(client.get(address(asked(poll, DANA))))

    assert "if need be: Noor Haddad" in text
    assert "Everybody asked sees your name and your answer." in text
    assert NOOR not in text


def over(client: Client, url: str, poll: Poll) -> tuple[int, int, str]:
    """What looking and answering say when it is too late; nothing is kept."""
    count = PollAnswer.objects.count()
    seen, sent = client.get(url), client.post(url, {field(poll, 0): "yes"})
    assert PollAnswer.objects.count() == count
    assert "<form" not in text_of(seen).partition("<main")[2].partition("</main>")[0]
    return seen.status_code, sent.status_code, text_of(seen)


def test_the_link_explains_itself_after_the_deadline(poll, client: Client) -> None:
    dana = asked(poll, DANA)
    answer_poll(dana, choices={poll.options.all()[0].public_id: Choice.YES}, at=AT)

    with time_machine.travel(AT + 8 * DAY, tick=False):
        seen, sent, text = over(client, address(dana), poll)

    assert (seen, sent) == (200, 409)
    assert "The time for answers is over." in text
    assert "Wednesday 28 October 2026" in text


def test_the_link_explains_itself_after_closing(poll, owner, client: Client) -> None:
    url = address(asked(poll, DANA))
    close_poll(poll, option=poll.options.all()[1], version=1, by=owner, at=AT)

    seen, sent, text = over(client, url, poll)

    assert (seen, sent) == (200, 409)
    assert "This poll is closed." in text and "Thursday 29 October 2026, 15:00–15:30" in text


def test_the_link_explains_itself_after_it_was_replaced_or_withdrawn(poll, owner, client: Client) -> None:
    dana = asked(poll, DANA)
    old = address(dana)
    again = invite_again(dana, invitations=1, by=owner, at=AT)
    new = address(again)

    replaced = over(client, old, poll)
    assert client.get(new).status_code == 200
    revoke_link(again, by=owner, at=AT)
    withdrawn = over(client, new, poll)

    assert (replaced[:2], withdrawn[:2]) == ((200, 409), (200, 409))
    assert "You were sent a newer link since." in replaced[2]
    assert "This link was withdrawn." in withdrawn[2] and "Clean air" not in withdrawn[2]


def test_the_page_speaks_the_language_of_the_reader(start, client: Client) -> None:
    from meetings.polls.actions import Guest
    from tests.factories.people import person

    poll = start(guests=[Guest("Noor Haddad", NOOR, person(language="es"))])

    text = text_of(client.get(address(asked(poll, NOOR))))

    assert 'lang="es"' in text and "miércoles 28 de octubre de 2026" in text
    assert "Elegir sus horas" in Message.objects.get().text


def test_unknown_links_are_all_alike(poll, client: Client) -> None:
    good = address(asked(poll, DANA))
    flipped = good[:-2] + ("A" if good[-2] != "A" else "B") + "/"
    hostile = [
        flipped,
        f"/l/{make_token(LINK, 'a' * 22)}/",
        f"/l/{make_token(LINK, poll.public_id)}/",
        f"/l/{make_token(LINK, asked(poll, DANA).public_id)}/",
        good.replace("/l/v", "/l/r"),
        "/l/v/",
        "/l/v%00/",
        f"/l/v{'x' * 44}/",
        f"/l/{'v' * 3000}/",
    ]

    answers = [client.get(url) for url in hostile]
    posted = [client.post(url, {field(poll, 0): "yes"}) for url in hostile]

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert {answer.status_code for answer in posted} == {404}
    assert PollAnswer.objects.count() == 0


def test_the_form_asks_for_its_own_token(poll) -> None:
    client = Client(enforce_csrf_checks=True)
    url = address(asked(poll, DANA))
    client.get(url)

    refused = client.post(url, {field(poll, 0): "yes"})
    token = client.cookies["csrftoken"].value
    taken = client.post(url, {field(poll, 0): "yes", "csrfmiddlewaretoken": token})

    assert (refused.status_code, taken.status_code, PollAnswer.objects.count()) == (403, 200, 1)


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_takes_as_many_queries_for_three_as_for_one(
    start, client: Client, people: int, django_assert_max_num_queries
) -> None:
    from meetings.polls.actions import Guest

    guests = [Guest(f"Person {n}", f"p{n}@outside.example") for n in range(people)]
    poll = start(shows_names=True, guests=guests)
    url = address(asked(poll, "p0@outside.example"))

    with django_assert_max_num_queries(8):
        client.get(url)


def test_twelve_times_fit_an_answer(start, client: Client) -> None:
    from tests.meetings.polls.conftest import TIMES

    many = [
        (start_at + timedelta(hours=n), end + timedelta(hours=n), zone)
        for n in range(4)
        for start_at, end, zone in TIMES
    ]
    poll = start(options=many)

    data = {f"choice_{each.public_id}": "yes" for each in poll.options.all()}
    client.post(address(asked(poll, DANA)), data)

    assert PollAnswer.objects.count() == 12
