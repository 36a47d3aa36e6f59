from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from crm.access.enums import Role
from crm.activity.queries import timeline_of
from crm.followups.models import Commitment, Task
from crm.issues.models import Stance
from crm.messaging.models import Message
from meetings.outcomes.models import Outcome
from meetings.scheduling.models import Attendee, Meeting
from tests.meetings.conftest import CONSTITUENT, LEAD, SCHEDULER, Delegation

pytestmark = pytest.mark.django_db
AFTER = datetime(2026, 10, 28, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AFTER, tick=False):
        yield


def url(delegation: Delegation, name: str = "meeting_outcome") -> str:
    return reverse(name, args=[delegation.meeting.public_id])


def filled(delegation: Delegation, **fields: object) -> dict[str, object]:
    return {
        "how": "held",
        "came": [delegation.attendee(email).public_id for email in (SCHEDULER, LEAD)],
        "position": "support",
        "promise0-direction": "theirs",
        "promise0-words": "I will co-sponsor the bill.",
        "promise0-due_on": "2026-12-01",
        "promise1-direction": "ours",
        "promise1-words": "We send the district figures.",
        "promise1-due_on": "",
        "promise2-direction": "theirs",
        "promise2-words": "",
        "promise2-due_on": "",
        "questions": "What does it cost?\nWho pays?",
        "next_step": "Call the chief of staff",
        "next_step_on": "2026-11-04",
        "summary": "A friendly talk.",
    } | fields


def test_outcome_is_recorded_in_one_post_and_shows_what_it_made(delegation, client) -> None:
    client.force_login(delegation.coordinator)

    response = client.post(url(delegation), filled(delegation), follow=True)

    text = response.content.decode()
    outcome = Outcome.objects.get()
    assert response.redirect_chain == [(url(delegation, "meeting_outcome_done"), 302)]
    assert (Meeting.objects.get().state, outcome.position, outcome.summary) == ("held", "support", "A friendly talk.")
    assert list(Attendee.objects.filter(came=True).values_list("email", flat=True)) == [SCHEDULER, LEAD]
    assert [(each.direction, each.words) for each in Commitment.objects.order_by("id")] == [
        ("theirs", "I will co-sponsor the bill."),
        ("ours", "We send the district figures."),
    ]
    made = ["Answer: What does it cost?", "Answer: Who pays?", "Call the chief of staff", "I will co-sponsor the bill."]
    assert [words in text for words in made] == [True] * 4
    assert "Thank-you mail, a draft" in text
    assert [entry.verb for entry in timeline_of(delegation.meeting)][:1] == ["meeting.outcome_recorded"]
    assert (Stance.objects.count(), Message.objects.filter(status="draft").count()) == (1, 1)


def test_who_said_yes_is_ticked_before(delegation, client) -> None:
    Attendee.objects.filter(email=LEAD).update(partstat="ACCEPTED")
    client.force_login(delegation.coordinator)

    text = client.get(url(delegation)).content.decode()

    ticked = f'value="{delegation.attendee(LEAD).public_id}" id="id_came_2" checked'
    assert (ticked in text, text.count("checked") - text.count("checked value")) == (True, 3)


def test_nobody_came(delegation, client) -> None:
    client.force_login(delegation.coordinator)

    client.post(url(delegation), {"how": "no_show", "came": [delegation.attendee(LEAD).public_id]})

    assert (Meeting.objects.get().state, Attendee.objects.filter(came=True).count()) == ("no_show", 0)


def test_staff_instead_of_the_policymaker(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    everybody = list(Attendee.objects.values_list("public_id", flat=True))

    client.post(url(delegation), filled(delegation, how="staff", came=everybody))

    assert Meeting.objects.get().state == "held"
    assert [each.role for each in Attendee.objects.filter(came=False)] == ["policymaker"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"how": ""}, "Choose how it went."),
        ({"came": []}, "Tick everybody who came, or choose that nobody came."),
        ({"promise0-words": ""}, "Write down what was promised by that day, or empty the day."),
    ],
)
def test_a_refused_outcome_keeps_the_words_and_says_what_to_do(fields, sentence, delegation, client) -> None:
    client.force_login(delegation.coordinator)

    response = client.post(url(delegation), filled(delegation, **fields))

    text = response.content.decode()
    assert response.status_code == 422
    assert (sentence in text, "We send the district figures." in text) == (True, True)
    assert (Outcome.objects.count(), Meeting.objects.get().state) == (0, "confirmed")


def test_an_outcome_before_the_meeting_is_refused(delegation, client) -> None:
    client.force_login(delegation.coordinator)

    with time_machine.travel(AFTER - timedelta(days=9), tick=False):
        response = client.post(url(delegation), filled(delegation))

    assert response.status_code == 422
    assert "The meeting has not begun." in response.content.decode()


def test_recording_twice_from_two_phones_shows_both_versions(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    client.post(url(delegation), filled(delegation))

    again = client.post(url(delegation), filled(delegation, summary="My own words."))

    text = again.content.decode()
    assert again.status_code == 409
    assert ("My own words." in text, "A friendly talk." in text) == (True, True)
    assert (Commitment.objects.count(), Outcome.objects.get().version) == (2, 1)


def test_correcting_the_outcome_makes_nothing_twice(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    client.post(url(delegation), filled(delegation))
    tasks = Task.objects.count()

    shown = client.get(url(delegation)).content.decode()
    client.post(url(delegation), filled(delegation, summary="Better words.", version="1"))

    assert ("A friendly talk." in shown, "Promises already noted" in shown) == (True, True)
    assert Outcome.objects.get().summary == "Better words."
    assert (Task.objects.count(), Commitment.objects.count()) == (tasks, 2)


def test_meeting_page_asks_for_the_outcome_once_it_has_begun(delegation, client) -> None:
    client.force_login(delegation.coordinator)
    page = url(delegation, "meeting_page")

    after = client.get(page).content.decode()
    with time_machine.travel(AFTER - timedelta(days=9), tick=False):
        client.force_login(delegation.coordinator)
        before = client.get(page).content.decode()

    assert (url(delegation) in after, url(delegation) in before) == (True, False)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.VOLUNTEER])
def test_others_cannot_record(role: Role, delegation, sign_in) -> None:
    client = sign_in(role)
    attending = Attendee.objects.get(email=CONSTITUENT)
    Attendee.objects.filter(pk=attending.pk).update(user=client.session["_auth_user_id"])

    response = client.post(url(delegation), filled(delegation))

    assert response.status_code in {403, 404}
    assert Outcome.objects.count() == 0
