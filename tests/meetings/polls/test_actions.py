from datetime import timedelta

import pytest

from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from crm.messaging.models import Message
from meetings.polls.actions import Guest, add_guest, answer_poll, close_poll, invite_again, remind, revoke_link
from meetings.polls.enums import Choice, PollState
from meetings.polls.errors import (
    AlreadyAskedError,
    AlreadyRemindedError,
    NoChoiceError,
    PollDeadlineError,
    PollGuestAddressError,
    PollGuestTwiceError,
    PollOpenError,
    PollOptionsError,
    PollOverError,
    PollTitleError,
)
from meetings.polls.models import Poll, PollAnswer, PollLink, PollParticipant
from meetings.polls.queries import grid_of
from meetings.requests.actions import release_offers
from meetings.scheduling.actions import close_request, confirm_meeting, offer_times
from meetings.scheduling.enums import MeetingFormat, RequestState
from meetings.scheduling.errors import TimesError
from meetings.scheduling.models import OfferedTime
from tests.meetings.polls.conftest import AT, DANA, DAY, NOOR, TIMES, address, asked

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def mails(template: str) -> list[tuple[str, str]]:
    rows = Message.objects.filter(template_key=template).order_by("id")
    return list(rows.values_list("to_email", "status"))


def verbs() -> list[str]:
    return list(ActivityEntry.objects.order_by("id").values_list("verb", flat=True))


def test_starting_asks_everybody_by_a_link_of_their_own(poll) -> None:
    dana, noor = asked(poll, DANA), asked(poll, NOOR)

    letter = Message.objects.get(to_email=DANA)
    assert mails("poll-invitation") == [(DANA, "queued"), (NOOR, "queued")]
    assert address(dana) in letter.text and address(noor) not in letter.text
    assert (letter.subject, letter.reply_to) == ("Which time suits you? Clean air in schools", "olu@alliance.example")
    assert "Monday 8 June 2026, 08:00 (America/New_York, UTC-04:00)" in letter.text
    assert letter.not_after == poll.deadline_at
    assert verbs() == ["poll.created"]


def test_one_poll_about_a_request_is_open_at_a_time(poll, start, owner) -> None:
    with pytest.raises(PollOpenError):
        start(request=poll.request)
    close_poll(poll, option=None, version=poll.version, by=owner, at=AT)

    assert start(request=poll.request).pk != poll.pk
    assert start().request is None


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"title": " \n"}, PollTitleError),
        ({"options": TIMES[:1]}, PollOptionsError),
        ({"options": [TIMES[0], TIMES[0]]}, PollOptionsError),
        ({"options": TIMES * 5}, PollOptionsError),
        ({"options": [TIMES[0], (TIMES[1][1], TIMES[1][0], "UTC")]}, TimesError),
        ({"options": [TIMES[0], (*TIMES[1][:2], "Mars/Base")]}, TimesError),
        ({"deadline_at": AT}, PollDeadlineError),
        ({"guests": [Guest("Noor", "nowhere")]}, PollGuestAddressError),
        ({"guests": [Guest("", NOOR)]}, PollGuestAddressError),
        ({"guests": [Guest("Noor", NOOR), Guest("Noor too", NOOR.upper())]}, PollGuestTwiceError),
    ],
)
def test_what_cannot_be_asked_is_refused_and_leaves_nothing(fields, error, start) -> None:
    with pytest.raises(error):
        start(**fields)

    assert (Poll.objects.count(), Message.objects.count()) == (0, 0)


def test_adding_somebody_mails_only_them_and_only_once(poll, owner) -> None:
    add_guest(poll, Guest("Kim Vale", "kim@home.example"), by=owner, at=AT)
    with pytest.raises(PollGuestTwiceError):
        add_guest(poll, Guest("Kim Vale", "KIM@home.example"), by=owner, at=AT)

    assert [to for to, _status in mails("poll-invitation")] == [DANA, NOOR, "kim@home.example"]
    assert verbs() == ["poll.created", "poll.asked"]


def test_asking_again_ends_the_old_link_once_per_click(poll, owner) -> None:
    noor = asked(poll, NOOR)
    old = address(noor)

    again = invite_again(noor, invitations=1, by=owner, at=AT + HOUR)
    with pytest.raises(AlreadyAskedError):
        invite_again(noor, invitations=1, by=owner, at=AT + HOUR)

    assert address(again) != old
    assert mails("poll-invitation") == [(DANA, "queued"), (NOOR, "cancelled"), (NOOR, "queued")]
    assert (PollLink.objects.filter(participant=noor).count(), again.invitations) == (2, 2)
    assert verbs() == ["poll.created", "poll.asked_again"]


def test_taking_somebody_out_ends_the_link_and_the_vote(poll, owner) -> None:
    noor = asked(poll, NOOR)
    first = poll.options.all()[0]
    answer_poll(noor, choices={first.public_id: Choice.YES}, at=AT)

    revoke_link(noor, by=owner, at=AT)
    revoke_link(noor, by=owner, at=AT)

    with pytest.raises(PollOverError):
        answer_poll(noor, choices={first.public_id: Choice.NO}, at=AT)
    grid = grid_of(poll)
    assert [each.email for each in grid.participants] == [DANA]
    assert [row.choices for row in grid.rows] == [[""], [""], [""]]
    assert verbs() == ["poll.created", "poll.answered", "poll.revoked"]
    assert mails("poll-invitation") == [(DANA, "queued"), (NOOR, "cancelled")]
    back = invite_again(noor, invitations=1, by=owner, at=AT)
    assert (back.revoked_at, len(grid_of(poll).participants)) == (None, 2)


def test_answers_are_kept_once_and_the_newest_counts(poll) -> None:
    dana = asked(poll, DANA)
    first, second, third = poll.options.all()
    said = {first.public_id: Choice.YES, second.public_id: Choice.NO}

    done = answer_poll(dana, choices=said, answered_by="Sam Ito", note="After\nlunch", at=AT)
    same = answer_poll(dana, choices=said, answered_by="Sam Ito", note="After\nlunch", at=AT + HOUR)
    more = answer_poll(dana, choices={third.public_id: Choice.IF_NEED_BE, "x": Choice.YES}, at=AT + 2 * HOUR)

    assert (done, same, more) == (True, False, True)
    assert list(dana.answers.order_by("option__starts_at").values_list("choice", flat=True)) == [
        "yes",
        "no",
        "if_need_be",
    ]
    dana.refresh_from_db()
    assert (dana.answered_by, dana.note, dana.answered_at) == ("", "", AT + 2 * HOUR)
    assert verbs() == ["poll.created", "poll.answered", "poll.answered"]


def test_an_answer_without_a_choice_or_too_late_is_refused(poll) -> None:
    dana = asked(poll, DANA)
    key = poll.options.all()[0].public_id

    with pytest.raises(NoChoiceError):
        answer_poll(dana, choices={}, note="Hello", at=AT)
    with pytest.raises(PollOverError):
        answer_poll(dana, choices={key: Choice.YES}, at=poll.deadline_at)

    assert PollAnswer.objects.count() == 0


def test_options_of_another_poll_cannot_be_answered_or_chosen(poll, start, owner) -> None:
    other = start(title="Another").options.all()[0]

    with pytest.raises(NoChoiceError):
        answer_poll(asked(poll, DANA), choices={other.public_id: Choice.YES}, at=AT)
    with pytest.raises(PollOverError):
        close_poll(poll, option=other, version=poll.version, by=owner, at=AT)


def test_best_times_stand_first(poll) -> None:
    first, second, third = poll.options.all()
    for email, choices in ((DANA, ("no", "if_need_be", "yes")), (NOOR, ("yes", "yes", "yes"))):
        said = {each.public_id: Choice(c) for each, c in zip((first, second, third), choices, strict=True)}
        answer_poll(asked(poll, email), choices=said, at=AT)

    assert [row.option for row in grid_of(poll).rows] == [third, second, first]


def test_reminders_go_once_a_day_to_those_who_are_silent(poll, owner) -> None:
    answer_poll(asked(poll, DANA), choices={poll.options.all()[0].public_id: Choice.YES}, at=AT)
    noor = asked(poll, NOOR)

    count = remind(poll, on=AT.date(), by=owner, at=AT)
    with pytest.raises(AlreadyRemindedError):
        remind(poll, on=AT.date(), by=owner, at=AT + HOUR)
    remind(poll, on=(AT + DAY).date(), by=owner, at=AT + DAY)

    assert (count, mails("poll-reminder")) == (1, [(NOOR, "queued"), (NOOR, "queued")])
    assert address(noor) in Message.objects.filter(template_key="poll-reminder")[0].text


def test_deciding_offers_the_time_closes_and_tells_everybody_once(poll, owner) -> None:
    option = poll.options.all()[1]
    request = poll.request

    closed = close_poll(poll, option=option, version=1, by=owner, at=AT)
    with pytest.raises(PollOverError):
        close_poll(closed, option=option, version=closed.version, by=owner, at=AT)

    offer = OfferedTime.objects.get(request=request)
    request.refresh_from_db()
    assert (closed.state, closed.decided) == (PollState.CLOSED, option)
    assert (offer.starts_at, offer.ends_at, offer.time_zone) == TIMES[1]
    assert request.state == "offered"
    assert mails("poll-result") == [(DANA, "queued"), (NOOR, "queued")]
    assert mails("poll-invitation") == [(DANA, "cancelled"), (NOOR, "cancelled")]
    assert mails("meeting-offer") == []
    assert "Thursday 29 October 2026, 15:00–15:30" in Message.objects.filter(template_key="poll-result")[0].text
    assert verbs() == ["poll.created", "meeting_request.offered", "poll.decided"]


def test_deciding_from_an_old_page_is_refused(poll, owner) -> None:
    with pytest.raises(StaleVersionError):
        close_poll(poll, option=None, version=poll.version + 1, by=owner, at=AT)

    assert mails("poll-result") == []


def test_the_end_of_the_request_ends_its_poll_once(poll, owner) -> None:
    request = poll.request
    close_request(request, state=RequestState.DECLINED, version=request.version, by=owner, at=AT)
    release_offers(request, None, by=owner, at=AT)

    poll.refresh_from_db()
    assert (poll.state, poll.decided) == (PollState.CLOSED, None)
    assert mails("poll-result") == [(DANA, "queued"), (NOOR, "queued")]
    assert "without choosing one" in Message.objects.filter(template_key="poll-result")[0].text


def test_confirming_a_time_of_the_poll_tells_that_time(poll, owner) -> None:
    request = offer_times(poll.request, times=TIMES[2:], version=1, by=owner, at=AT)
    confirm_meeting(
        request,
        title="Clean air",
        format=MeetingFormat.ONLINE,
        join_url="https://meet.example/1",
        offered_time=request.offered_times.get(),
        version=request.version,
        by=owner,
        at=AT,
    )

    poll.refresh_from_db()
    assert (poll.state, poll.decided) == (PollState.CLOSED, poll.options.all()[2])
    assert len(mails("poll-result")) == 2


def test_ending_without_a_time_says_so(poll, owner) -> None:
    close_poll(poll, option=None, version=1, by=owner, at=AT)

    assert "without choosing one" in Message.objects.filter(template_key="poll-result")[0].text
    assert (OfferedTime.objects.count(), verbs()) == (0, ["poll.created", "poll.closed"])
    assert PollParticipant.objects.count() == 2
