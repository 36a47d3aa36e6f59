from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from crm.access.enums import Role
from crm.messaging.actions import receive_mail
from crm.messaging.models import Message
from meetings.invitations.models import ReplyReview
from meetings.scheduling.models import Attendee, AttendeeAnswer, Meeting
from tests.factories.access import user as make_user
from tests.factories.meetings import attendee, meeting
from tests.meetings.conftest import LEAD, SCHEDULER, Delegation
from tests.meetings.replies.test_actions import ARRIVED, STRANGER, reply

pytestmark = pytest.mark.django_db
LIST = "/admin/meetings/answers/"
COUNTER = {
    "method": "COUNTER",
    "extra": "DTSTART:20261029T190000Z\nDTEND:20261029T193000Z\nSUMMARY:Clean air\nCOMMENT:Can we do Thursday?\n",
}


def decide(review: ReplyReview, **values: str) -> tuple[str, dict[str, str]]:
    version = str(review.meeting.version) if review.meeting else ""
    return reverse("answer_decide", args=[review.public_id]), {"version": version} | values


@pytest.fixture
def counter(delegation: Delegation) -> ReplyReview:
    receive_mail(reply(delegation, **COUNTER), at=ARRIVED)
    return ReplyReview.objects.get()


@pytest.fixture
def crasher(delegation: Delegation) -> ReplyReview:
    receive_mail(reply(delegation, STRANGER), at=ARRIVED)
    return ReplyReview.objects.get()


def test_a_card_says_why_what_came_and_what_may_be_done(delegation, counter, client) -> None:
    client.force_login(delegation.coordinator)

    text = client.get(LIST).content.decode()

    assert "They propose another time." in text
    assert "Wednesday 28 October 2026, 15:00–15:30 (America/New_York, UTC-04:00)" in text
    assert "Thursday 29 October 2026, 15:00–15:30 (America/New_York, UTC-04:00)" in text
    assert ("Can we do Thursday?" in text, "Move the meeting to this time" in text) == (True, True)


def test_accepting_their_time_moves_the_meeting(delegation, counter, client) -> None:
    client.force_login(delegation.coordinator)
    url, values = decide(counter, decision="accept_time")

    response = client.post(url, values)

    counter.refresh_from_db()
    assert (response.status_code, response.url) == (302, LIST)
    assert Meeting.objects.get().starts_at == datetime(2026, 10, 29, 19, tzinfo=UTC)
    assert (counter.state, counter.resolved_by) == ("resolved", delegation.coordinator)


def test_refusing_their_time_tells_them(delegation, counter, client, deliver) -> None:
    deliver()
    client.force_login(delegation.coordinator)
    url, values = decide(counter, decision="refuse_time")

    client.post(url, values)

    assert [(each.to_email, each.calendar_method) for each in deliver()] == [(LEAD, "DECLINECOUNTER")]


def test_inviting_who_was_not_invited(delegation, crasher, client) -> None:
    client.force_login(delegation.coordinator)
    url, values = decide(crasher, decision="invite", role="expert")

    client.post(url, values)

    assert Attendee.objects.get(email=STRANGER).role == "expert"


def test_words_count_only_with_the_answer_chosen(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    receive_mail(reply(delegation, partstat="X-MAYBE"), at=ARRIVED)
    review = ReplyReview.objects.get()
    url, values = decide(review, decision="record_answer")

    refused = client.post(url, values, follow=True)
    client.post(url, values | {"partstat": "ACCEPTED"})

    assert "Choose what they answered, then press the button again." in refused.content.decode()
    assert [answer.partstat for answer in AttendeeAnswer.objects.all()] == ["ACCEPTED"]


def test_a_second_press_says_that_it_is_done(delegation, crasher, client) -> None:
    client.force_login(delegation.coordinator)
    dismiss = reverse("answer_dismiss", args=[crasher.public_id])

    client.post(dismiss)
    again = client.post(dismiss, follow=True)

    crasher.refresh_from_db()
    assert (crasher.state, Attendee.objects.filter(email=STRANGER).count()) == ("dismissed", 0)
    assert "Somebody has already dealt with this answer." in again.content.decode()


def test_a_card_made_before_the_meeting_moved_shows_both_versions(delegation, counter, client) -> None:
    client.force_login(delegation.coordinator)
    Meeting.objects.update(version=9)
    url, values = decide(counter, decision="accept_time")

    response = client.post(url, values | {"version": "1"})

    counter.refresh_from_db()
    assert response.status_code == 409
    assert "Wednesday 28 October 2026" in response.content.decode()
    assert (counter.state, Meeting.objects.get().version) == ("open", 9)


def test_noting_an_answer_by_phone_says_so_and_mails_nobody(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    ada = delegation.attendee(LEAD)
    url = reverse("meeting_answer", args=[delegation.meeting.public_id, ada.public_id])
    mails = Message.objects.count()

    client.post(url, {"version": "1", "answer": "DECLINED", "comment": "Ill"})

    answer = AttendeeAnswer.objects.get()
    assert (answer.source, answer.partstat, answer.comment, answer.noted_by) == (
        "phone",
        "DECLINED",
        "Ill",
        delegation.coordinator,
    )
    assert Message.objects.count() == mails


def test_an_answer_to_an_older_time_is_not_noted(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    url = reverse("meeting_answer", args=[delegation.meeting.public_id, delegation.attendee(LEAD).public_id])
    Meeting.objects.update(version=2)

    response = client.post(url, {"version": "1", "answer": "ACCEPTED", "comment": "Glad to"})

    assert response.status_code == 409
    assert ("Glad to" in response.content.decode(), AttendeeAnswer.objects.count()) == (True, 0)


def test_answers_about_a_hidden_meeting_are_hidden(delegation, crasher, client) -> None:
    Meeting.objects.update(is_confidential=True)
    client.force_login(make_user())
    url, values = decide(crasher, decision="invite")

    assert STRANGER not in client.get(LIST).content.decode()
    assert client.post(url, values).status_code == 404
    assert ReplyReview.objects.get().state == "open"


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 403), (Role.VOLUNTEER, 404)])
def test_whoever_only_reads_cannot_decide(role: Role, status: int, crasher, sign_in) -> None:
    client = sign_in(role)
    url, values = decide(crasher, decision="invite")

    assert client.post(url, values).status_code == status
    assert "Set aside" not in client.get(LIST).content.decode()
    assert ReplyReview.objects.get().state == "open"


def test_list_asks_as_many_queries_for_three_cards_as_for_one(
    delegation, crasher, client, django_assert_max_num_queries
) -> None:
    client.force_login(delegation.coordinator)
    client.get(LIST)
    with django_assert_max_num_queries(40) as one:
        client.get(LIST)
    for number in ("7", "8"):
        receive_mail(reply(delegation, f"s{number}@else.example", number=number), at=ARRIVED)

    with django_assert_max_num_queries(len(one)):
        client.get(LIST)

    assert ReplyReview.objects.count() == 3


def test_mails_of_a_confidential_meeting_are_not_in_the_log_of_others(delegation, client, deliver) -> None:
    deliver()
    answer = receive_mail(reply(delegation), at=ARRIVED)
    Meeting.objects.update(is_confidential=True)
    client.force_login(make_user(role=Role.COORDINATOR))

    sent = client.get(reverse("mails:index")).content.decode()
    came = client.get(reverse("received_mails:index")).content.decode()

    assert [address in sent + came for address in (LEAD, "Clean air in schools")] == [False, False]
    assert client.get(reverse("received_mails:inspect", args=[answer.pk])).status_code == 404
    client.force_login(delegation.coordinator)
    assert LEAD in client.get(reverse("received_mails:index")).content.decode()


def busy(delegation, **fields):
    """Dana and somebody else meet about another matter at the time that is proposed."""
    starts_at = datetime(2026, 10, 29, 19, 15, tzinfo=UTC)
    other = meeting(title="Budget hearing", starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), **fields)
    attendee(meeting=other, name="Ada at the hearing", email=LEAD.upper())
    return other


def test_a_proposal_says_who_is_taken_at_that_time(delegation, counter, client) -> None:
    busy(delegation)
    client.force_login(delegation.coordinator)

    text = client.get(LIST).content.decode()

    when = "Budget hearing</a></dd><dd>Thursday 29 October 2026, 15:15"
    assert [when in text, "taken</span> Ada Mensah</dd>" in text] == [True, True]


def test_a_proposal_nothing_stands_against_says_so(delegation, counter, client) -> None:
    busy(delegation, state="cancelled")
    client.force_login(delegation.coordinator)

    assert "Nobody invited has another meeting of ours." in client.get(LIST).content.decode()


def test_a_hidden_meeting_is_no_reason_shown(delegation, counter, client) -> None:
    busy(delegation, is_confidential=True)
    client.force_login(delegation.coordinator)

    text = client.get(LIST).content.decode()

    assert ["Budget hearing" in text, "Nobody invited has another meeting" in text] == [False, True]


def test_three_proposals_ask_as_many_queries_as_one(delegation, counter, client, django_assert_max_num_queries) -> None:
    busy(delegation)
    client.force_login(delegation.coordinator)
    client.get(LIST)
    with django_assert_max_num_queries(50) as one:
        client.get(LIST)
    for number in ("7", "8"):
        receive_mail(
            reply(delegation, SCHEDULER, number=number, dtstamp=f"2026080{number}T101112Z", **COUNTER), at=ARRIVED
        )

    with django_assert_max_num_queries(len(one)):
        text = client.get(LIST).content.decode()

    assert text.count("They propose another time.") == 3


def test_a_delegation_names_who_comes_instead_and_offers_to_invite(delegation, client) -> None:
    params = ';DELEGATED-TO="mailto:bo@office.example"'
    receive_mail(reply(delegation, partstat="DELEGATED", params=params), at=ARRIVED)
    review = ReplyReview.objects.get()
    client.force_login(delegation.coordinator)

    text = client.get(LIST).content.decode()
    client.post(*decide(review, decision="invite", role="office_staff"))

    assert ["They send" in text, "bo@office.example" in text, "Invite the person they name" in text] == [True] * 3
    assert Attendee.objects.get(email="bo@office.example").role == "office_staff"
    assert delegation.attendee(LEAD).partstat == "NEEDS-ACTION"
