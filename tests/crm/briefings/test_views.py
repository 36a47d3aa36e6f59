import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.briefings.enums import Audience, TalkingPointState
from crm.briefings.models import BriefingSnapshot, TalkingPoint
from crm.people.enums import Visibility
from crm.people.models import Person
from tests.crm.briefings.rows import meeting
from tests.factories.access import user as make_user
from tests.factories.briefings import snapshot, talking_point
from tests.factories.issues import ask as make_ask
from tests.factories.people import legislator
from tests.factories.people import person as make_person

pytestmark = pytest.mark.django_db
SignIn = Callable[[Role], Client]


@pytest.fixture
def hidden(db: None) -> Person:
    return make_person(name="CANARY Hidden", visibility=Visibility.TEAM, owner=make_user(role=Role.DIRECTOR))


def user_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def new(person: Person) -> str:
    return f"/admin/briefings/person/{person.public_id}/new/"


def test_empty_post_makes_a_delegation_pack(sign_in: SignIn) -> None:
    client, person = sign_in(Role.COORDINATOR), legislator()

    answer = client.post(new(person))

    made = BriefingSnapshot.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/admin/briefings/{made.public_id}/")
    assert (made.person, made.audience, made.language, made.anchor_id) == (person, "delegation", "en", None)
    assert made.created_by == user_of(client)
    assert list(ActivityEntry.objects.values_list("verb", flat=True)) == ["briefing.created"]


def test_post_for_a_meeting_takes_its_ask(sign_in: SignIn) -> None:
    client, person = sign_in(Role.COORDINATOR), legislator()
    anchor = meeting(person, user_of(client), ask=make_ask(title="Co-sponsor the bill"))

    client.post(f"{new(person)}?anchor={anchor.public_id}", {"audience": "internal", "language": "es", "ask": ""})

    made = BriefingSnapshot.objects.get()
    assert (made.anchor_type, made.anchor_id) == ("meetings.meeting", anchor.pk)
    assert (made.audience, made.language, made.content["ask"]["title"]) == (
        Audience.INTERNAL,
        "es",
        "Co-sponsor the bill",
    )


def test_get_shows_the_form_and_makes_nothing(sign_in: SignIn) -> None:
    person = legislator()

    page = sign_in(Role.COORDINATOR).get(new(person))

    assert page.status_code == 200
    assert "Make the briefing" in page.content.decode()
    assert BriefingSnapshot.objects.count() == 0


def test_wrong_choice_is_shown_again_with_a_sentence(sign_in: SignIn) -> None:
    answer = sign_in(Role.COORDINATOR).post(new(legislator()), {"audience": "everybody"})

    assert answer.status_code == 422
    assert "Select a valid choice" in answer.content.decode()
    assert BriefingSnapshot.objects.count() == 0


def test_meeting_with_somebody_else_or_hidden_does_not_exist(sign_in: SignIn) -> None:
    client, person = sign_in(Role.COORDINATOR), legislator()
    other = meeting(legislator(), user_of(client))
    secret = meeting(person, make_user(role=Role.DIRECTOR), is_confidential=True)

    answers = [client.post(f"{new(person)}?anchor={row.public_id}").status_code for row in (other, secret)]

    assert answers == [404, 404]
    assert BriefingSnapshot.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.AUDITOR, 403), (Role.EDITOR, 404), (Role.VOLUNTEER, 404), (Role.ADVOCATE, 302)],
)
def test_only_those_who_work_with_meetings_make_briefings(sign_in: SignIn, role: Role, status: int) -> None:
    answer = sign_in(role).post(new(legislator()))

    assert answer.status_code == status
    assert BriefingSnapshot.objects.count() == 0


def test_page_shows_the_frozen_words(sign_in: SignIn) -> None:
    made = snapshot(legislator(name="Zoë Ångström"))

    page = sign_in(Role.AUDITOR).get(f"/admin/briefings/{made.public_id}/")

    assert page.status_code == 200
    assert page.headers["Cache-Control"].startswith("private, no-store")
    assert '<h1 class="briefing__name" dir="auto">Zoë Ångström</h1>' in page.content.decode()
    assert f"/admin/briefings/{made.public_id}/briefing.pdf" in page.content.decode()


def test_pdf_downloads_as_a_tagged_file(sign_in: SignIn) -> None:
    made = snapshot(legislator(name="Zoë Ångström"))

    answer = sign_in(Role.COORDINATOR).get(f"/admin/briefings/{made.public_id}/briefing.pdf")

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"].startswith("private, no-store")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="briefing-zoe-angstrom-2026-03-09.pdf"'
    root = PdfReader(io.BytesIO(answer.content)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True


def test_hidden_person_gives_nothing_away(sign_in: SignIn, hidden: Person) -> None:
    made = snapshot(hidden, by=hidden.owner)
    client = sign_in(Role.COORDINATOR)

    answers = [
        client.get(path)
        for path in (
            f"/admin/briefings/{made.public_id}/",
            f"/admin/briefings/{made.public_id}/briefing.pdf",
            f"/admin/briefings/person/{hidden.public_id}/",
            new(hidden),
        )
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
    assert [answer for answer in answers if b"CANARY" in answer.content] == []
    assert client.post(new(hidden)).status_code == 404
    assert BriefingSnapshot.objects.count() == 1


def test_list_shows_the_briefings_of_the_person_or_of_the_meeting(sign_in: SignIn) -> None:
    client, person = sign_in(Role.COORDINATOR), legislator()
    anchor = meeting(person, user_of(client), title="School meals")
    plain, anchored = snapshot(person), snapshot(person, anchor=anchor)

    everything = client.get(f"/admin/briefings/person/{person.public_id}/").content.decode()
    for_meeting = client.get(f"/admin/briefings/person/{person.public_id}/?anchor={anchor.public_id}").content.decode()

    assert [row.public_id in everything for row in (plain, anchored)] == [True, True]
    assert [row.public_id in for_meeting for row in (plain, anchored)] == [False, True]


def test_list_takes_as_many_queries_for_three_rows_as_for_one(sign_in: SignIn, django_assert_num_queries: Any) -> None:
    client, person = sign_in(Role.COORDINATOR), legislator()
    path = f"/admin/briefings/person/{person.public_id}/"
    snapshot(person)
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    snapshot(person)
    snapshot(person)

    with django_assert_num_queries(len(one)):
        client.get(path)


def test_person_page_offers_a_briefing(sign_in: SignIn) -> None:
    person = legislator()

    page = sign_in(Role.COORDINATOR).get(f"/admin/people/{person.public_id}/")

    assert new(person) in page.content.decode()


def test_talking_points_are_written_on_their_screen(sign_in: SignIn) -> None:
    client, ask = sign_in(Role.EDITOR), make_ask()
    words = {"ask": ask.pk, "text": "Nine of ten.", "source": "Census", "sourced_on": "2026-01-15", "position": 0}

    refused = client.post("/admin/talking-points/new/", words | {"audience": "delegation", "source": ""})
    made = client.post("/admin/talking-points/new/", words | {"audience": "delegation"})

    point = TalkingPoint.objects.get()
    assert (refused.status_code, made.status_code) == (200, 302)
    assert (point.text, point.author, point.state) == ("Nine of ten.", user_of(client), TalkingPointState.DRAFT)


def test_stale_edit_shows_both_versions(sign_in: SignIn) -> None:
    client, point = sign_in(Role.COORDINATOR), talking_point()
    words = {"text": "Ours", "source": "Census", "sourced_on": "2026-01-15", "position": 0, "audience": "delegation"}
    address = f"/admin/talking-points/edit/{point.pk}/"
    client.post(address, words | {"text": "Theirs", "version": 1})

    answer = client.post(address, words | {"version": 1})

    assert answer.status_code == 409
    assert [word in answer.content.decode() for word in ("Ours", "Theirs")] == [True, True]


def test_approve_button_is_for_others_than_the_author(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    own, others = talking_point(by=user_of(client)), talking_point()
    pages = [client.get(f"/admin/talking-points/edit/{p.pk}/").content.decode() for p in (own, others)]

    client.post(f"/admin/talking-points/{own.pk}/approve/", {"version": 1})
    client.post(f"/admin/talking-points/{others.pk}/approve/", {"version": 1})

    own.refresh_from_db()
    others.refresh_from_db()
    assert [">Approve<" in page for page in pages] == [False, True]
    assert (own.state, others.state) == (TalkingPointState.DRAFT, TalkingPointState.APPROVED)


def test_refused_approval_says_why(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    own = talking_point(by=user_of(client))

    page = client.post(f"/admin/talking-points/{own.pk}/approve/", follow=True).content.decode()

    assert "Somebody else than the author approves a talking point. Ask a colleague to read it." in page


def test_auditor_decides_nothing_and_get_changes_nothing(sign_in: SignIn) -> None:
    point = talking_point()
    address = f"/admin/talking-points/{point.pk}/retire/"

    refused = sign_in(Role.AUDITOR).post(address).status_code
    read = sign_in(Role.DIRECTOR).get(address).status_code

    point.refresh_from_db()
    assert (refused, read, point.state) == (403, 405, TalkingPointState.DRAFT)


def test_talking_points_list_takes_as_many_queries_for_three_rows_as_for_one(
    sign_in: SignIn, django_assert_num_queries: Any
) -> None:
    client = sign_in(Role.COORDINATOR)
    talking_point()
    client.get("/admin/talking-points/")
    with CaptureQueriesContext(connection) as one:
        client.get("/admin/talking-points/")
    talking_point()
    talking_point()

    with django_assert_num_queries(len(one)):
        client.get("/admin/talking-points/")
