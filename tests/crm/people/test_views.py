from datetime import date

import pytest
from django.urls import reverse

from crm.access.enums import Role
from crm.activity.models import ActivityEntry
from crm.followups.models import Commitment, Task
from crm.issues.models import Stance
from crm.notes.models import InternalNote
from crm.people.enums import PersonCategory
from crm.people.models import ContactDetail, Person
from crm.people.queries import schedulers_of
from tests.factories.issues import ask as make_ask
from tests.factories.people import legislator, office, office_scheduler

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def page_of(person: Person) -> str:
    return reverse("people:page", args=[person.public_id])


def test_person_page_shows_seat_office_and_scheduler(sign_in) -> None:
    person = legislator(name="Ada Byron")
    office(person=person, voice="202-555-0100")
    office_scheduler(person, name="Lee Diary")

    text = sign_in(Role.COORDINATOR).get(page_of(person)).content.decode()

    assert [word in text for word in ("Ada Byron", "Representative", "FH-", "202-555-0100", "Lee Diary")] == [True] * 5


def test_adding_a_scheduler_makes_the_person_the_job_and_the_address(sign_in) -> None:
    person = legislator()
    values = {"staff-name": "Lee Diary", "staff-role": "scheduler", "staff-email": "lee@office.example"}

    response = sign_in(Role.COORDINATOR).post(reverse("crm_add_staff", args=[person.public_id]), values)

    staff = Person.objects.get(category=PersonCategory.OFFICE_STAFF)
    assert (response.status_code, response.url) == (302, page_of(person) + "#staff")
    assert list(schedulers_of(person, TODAY)) == [staff]
    assert [row.value for row in ContactDetail.objects.filter(person=staff)] == ["lee@office.example"]


def test_a_scheduler_without_any_address_is_refused_with_a_sentence(sign_in) -> None:
    person = legislator()

    response = sign_in(Role.COORDINATOR).post(
        reverse("crm_add_staff", args=[person.public_id]), {"staff-name": "Lee Diary", "staff-role": "scheduler"}
    )

    assert response.status_code == 422
    assert "Give an e-mail address or a phone number, so that we can reach her." in response.content.decode()
    assert "Lee Diary" in response.content.decode()
    assert Person.objects.count() == 1


def test_recording_a_position_shows_it_with_day_and_source(sign_in) -> None:
    person, ask = legislator(), make_ask()
    values = {
        "stances-ask": ask.pk,
        "stances-position": "support",
        "stances-observed_on": "2026-03-01",
        "stances-source": "floor speech",
    }
    client = sign_in(Role.COORDINATOR)

    client.post(reverse("crm_add_stance", args=[person.public_id]), values)

    assert [(row.position, row.source) for row in Stance.objects.all()] == [("support", "floor speech")]
    assert [entry.verb for entry in ActivityEntry.objects.filter(verb__startswith="stance")] == ["stance.recorded"]
    text = client.get(page_of(person)).content.decode()
    assert ("floor speech" in text, "March 1, 2026" in text) == (True, True)


def test_a_commitment_posted_twice_is_one_commitment_and_one_task(sign_in) -> None:
    person = legislator()
    values = {
        "commitments-nonce": "abc",
        "commitments-direction": "theirs",
        "commitments-words": "We will cosponsor",
        "commitments-made_on": "2026-03-01",
        "commitments-due_on": "2026-04-01",
    }
    client = sign_in(Role.COORDINATOR)

    for _time in range(2):
        client.post(reverse("crm_add_commitment", args=[person.public_id]), values)

    assert [row.words for row in Commitment.objects.all()] == ["We will cosponsor"]
    assert Task.objects.count() == 1


def test_settling_a_commitment_from_the_page_closes_it(sign_in) -> None:
    person = legislator()
    client = sign_in(Role.COORDINATOR)
    values = {
        "commitments-nonce": "abc",
        "commitments-direction": "ours",
        "commitments-words": "Send the study",
        "commitments-made_on": "2026-03-01",
    }
    client.post(reverse("crm_add_commitment", args=[person.public_id]), values)
    row = Commitment.objects.get()

    client.post(
        reverse("crm_settle_commitment", args=[row.public_id]),
        {f"c{row.pk}-state": "kept", f"c{row.pk}-version": row.version},
    )

    assert [found.state for found in Commitment.objects.all()] == ["kept"]


def test_a_task_is_added_and_done_with_one_click_each(sign_in) -> None:
    person = legislator()
    client = sign_in(Role.COORDINATOR)
    client.post(
        reverse("crm_add_task", args=[person.public_id]), {"tasks-nonce": "abc", "tasks-title": "Call the office"}
    )
    task = Task.objects.get()

    response = client.post(
        reverse("crm_finish_task", args=[task.public_id]), {"version": task.version, "next": "https://evil.example/"}
    )

    assert response.url == reverse("wagtailadmin_home")
    assert [row.state for row in Task.objects.all()] == ["done"]


def test_an_internal_note_is_shown_to_the_team_and_to_nobody_else(sign_in) -> None:
    person = legislator()
    client = sign_in(Role.COORDINATOR)

    client.post(reverse("crm_add_note", args=[person.public_id]), {"notes-text": "Prefers mornings"})

    assert [row.text for row in InternalNote.objects.all()] == ["Prefers mornings"]
    assert "Prefers mornings" in client.get(page_of(person)).content.decode()
    for role in (Role.VOLUNTEER, Role.EDITOR, Role.MODERATOR, Role.AUDITOR):
        assert "Prefers mornings" not in sign_in(role).get(page_of(person)).content.decode()


def test_a_merged_person_leads_to_the_survivor(sign_in) -> None:
    kept = legislator()
    gone = legislator(merged_into=kept)

    response = sign_in(Role.COORDINATOR).get(page_of(gone))

    assert (response.status_code, response.url) == (302, page_of(kept))


def test_the_home_page_shows_my_open_tasks(sign_in) -> None:
    person = legislator()
    client = sign_in(Role.COORDINATOR)
    me = client.session["_auth_user_id"]
    client.post(
        reverse("crm_add_task", args=[person.public_id]),
        {"tasks-nonce": "a", "tasks-title": "Call the office", "tasks-due_on": "2020-01-02", "tasks-assignee": me},
    )

    text = client.get("/admin/").content.decode()

    assert ("Call the office" in text, "Overdue (1)" in text) == (True, True)
