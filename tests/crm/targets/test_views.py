from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.access.rules import STAFF_ROLES
from crm.issues.models import Stance
from crm.people.enums import OrganizationClassification, Visibility
from crm.targets.models import Quota, Target, TargetList
from tests.factories.access import user
from tests.factories.issues import ask, stance
from tests.factories.people import membership, organization, person
from tests.factories.targets import quota, target, target_list

pytestmark = pytest.mark.django_db
SECRET = "Xylophone"
BLIND = [
    pytest.param(role, marks=() if role == Role.COORDINATOR else pytest.mark.slow)
    for role in sorted(STAFF_ROLES - {Role.DIRECTOR})
]
"""The fast suite looks as the role that sees most; `make test-all` as every one."""


def page(board: TargetList, name: str = "page", *more: Any) -> str:
    return reverse(f"whip_boards:{name}", args=[board.public_id, *more])


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def move(**values: str) -> dict[str, str]:
    return {"was": "", "position": "support", "source": "Hearing", "observed_on": "2026-04-01"} | values


def test_a_board_is_made_with_a_body_and_opens(sign_in: Any) -> None:
    wanted, body = ask(), organization(name="Harbour Committee")
    values = {"name": "Mark-up", "ask": wanted.pk, "organization": f"Harbour Committee #{body.public_id}"}

    response = sign_in(Role.COORDINATOR).post(reverse("whip_boards:add"), values)

    board = TargetList.objects.get()
    assert (response.status_code, response.url) == (302, page(board))
    assert (board.name, board.ask, board.organization) == ("Mark-up", wanted, body)


def test_one_click_adds_the_members_and_a_second_adds_nobody(sign_in: Any) -> None:
    body = organization(name="Harbour Committee")
    board, member = target_list(organization=body), membership(organization=body)
    client = sign_in(Role.COORDINATOR)

    texts = [text_of(client.post(page(board, "members"), follow=True)) for _time in range(2)]

    assert [row.person for row in Target.objects.all()] == [member.person]
    assert ("1 person was added." in texts[0], "Everybody is on the board already." in texts[1]) == (True, True)
    assert "Add all members of Harbour Committee" in texts[0]


def test_somebody_is_added_by_name(sign_in: Any) -> None:
    board, who = target_list(), person(name="Ada Byron")

    response = sign_in(Role.COORDINATOR).post(page(board, "person"), {"person-person": "ada byron"})

    assert (response.status_code, [row.person for row in Target.objects.all()]) == (302, [who])


def test_a_name_nobody_has_is_refused_on_the_board_with_what_was_typed(sign_in: Any) -> None:
    board = target_list()

    response = sign_in(Role.COORDINATOR).post(page(board, "person"), {"person-person": "Nobody Atall"})

    assert (response.status_code, "Nobody Atall" in text_of(response), Target.objects.count()) == (422, True, 0)


def test_a_quota_is_set_shown_and_removed(sign_in: Any) -> None:
    board = target_list()
    client = sign_in(Role.COORDINATOR)
    values = {"quota-needed": "3", "quota-milestone": "mark-up", "quota-due_on": "2035-03-04"}

    shown = text_of(client.post(page(board, "quota"), values, follow=True))
    again = client.post(page(board, "quota"), values | {"quota-needed": "4"})
    client.post(page(board, "quota_remove", Quota.objects.get().pk))

    assert ("3 more before mark-up" in shown, "0 of 3 with us, 0 leaning" in shown) == (True, True)
    assert (again.status_code, "There is already a quota" in text_of(again)) == (422, True)
    assert Quota.objects.count() == 0


def test_moving_a_card_records_a_stance_with_its_source(sign_in: Any) -> None:
    row = target()
    client = sign_in(Role.COORDINATOR)

    response = client.post(page(row.target_list, "move", row.public_id), move())

    assert response.url == f"{page(row.target_list)}#t-{row.public_id}"
    assert [(found.position, found.source, found.confidence) for found in Stance.objects.all()] == [
        ("support", "Hearing", "likely")
    ]


def test_moving_a_card_that_somebody_moved_meanwhile_answers_409(sign_in: Any) -> None:
    row = target()
    stance(person=row.person, ask=row.target_list.ask, position="oppose")

    response = sign_in(Role.COORDINATOR).post(page(row.target_list, "move", row.public_id), move())

    assert (response.status_code, "opposes" in text_of(response), "supports" in text_of(response)) == (409, True, True)
    assert Stance.objects.count() == 1


def test_a_move_without_a_source_is_asked_for_it_and_keeps_what_was_typed(sign_in: Any) -> None:
    row = target()
    values = move(source="", evidence="Nodded twice")

    response = sign_in(Role.COORDINATOR).post(page(row.target_list, "move", row.public_id), values)

    assert (response.status_code, "Nodded twice" in text_of(response), Stance.objects.count()) == (422, True, 0)


def test_the_work_on_a_target_is_saved_once_per_version(sign_in: Any) -> None:
    row = target()
    client = sign_in(Role.COORDINATOR)
    values = {"wanted": "champion", "is_champion": "on", "note": "Chairs it", "version": "1"}

    first = client.post(page(row.target_list, "target", row.public_id), values)
    second = client.post(page(row.target_list, "target", row.public_id), values | {"note": "Late"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert [(found.wanted, found.is_champion, found.note) for found in Target.objects.all()] == [
        ("champion", True, "Chairs it")
    ]


def test_leaving_and_returning_from_the_board(sign_in: Any) -> None:
    row = target(person=person(name="Ada Byron"))
    client = sign_in(Role.COORDINATOR)

    gone = text_of(client.post(page(row.target_list, "leave", row.public_id), follow=True))
    back = text_of(client.post(page(row.target_list, "return", row.public_id), follow=True))

    assert ("Put back" in gone, "Put back" in back) == (True, False)


def test_an_auditor_reads_a_board_and_changes_nothing(sign_in: Any) -> None:
    row = target()
    client = sign_in(Role.AUDITOR)

    text = text_of(client.get(page(row.target_list)))
    answers = [
        client.post(page(row.target_list, name, *more), move()).status_code
        for name, more in (("members", ()), ("leave", (row.public_id,)), ("move", (row.public_id,)))
    ]

    assert ("Move to" in text, answers, Stance.objects.count()) == (False, [403, 403, 403], 0)


@pytest.mark.parametrize("name", ["page", "table"])
@pytest.mark.parametrize("count", [1, 3])
def test_boards_take_as_many_queries_for_one_as_for_many(
    name: str, count: int, sign_in: Any, django_assert_num_queries: Any
) -> None:
    board = target_list()
    for _place in range(count):
        stance(person=target(target_list=board).person, ask=board.ask)
    client = sign_in(Role.COORDINATOR)
    client.get(page(board, name))

    with django_assert_num_queries(BOARD_QUERIES):
        client.get(page(board, name))


BOARD_QUERIES = 18


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_boards_takes_the_same_queries(count: int, sign_in: Any, django_assert_num_queries: Any) -> None:
    for _place in range(count):
        target(target_list=target_list(organization=organization()))
    client = sign_in(Role.COORDINATOR)
    client.get(reverse("whip_boards:index"))

    with django_assert_num_queries(12):
        client.get(reverse("whip_boards:index"))


@pytest.fixture
def secret() -> Target:
    """A hidden person on a visible board, and a board of a body whose name gives her away."""
    hidden = person(name=f"{SECRET} Person", search_text="xylophone", visibility=Visibility.TEAM, owner=user())
    office = organization(name=f"Office of {SECRET}", classification=OrganizationClassification.OFFICE)
    membership(person=hidden, organization=office, role="principal")
    target_list(name=f"{SECRET} board", organization=office)
    row = target(person=hidden, note=f"{SECRET} note")
    quota(target_list=row.target_list)
    stance(person=hidden, ask=row.target_list.ask, source=f"{SECRET} source")
    return row


@pytest.mark.parametrize("role", BLIND)
@pytest.mark.slow
def test_no_screen_of_boards_shows_or_moves_a_hidden_target(role: Role, secret: Target, sign_in: Any) -> None:
    client: Client = sign_in(role)
    board, hidden = secret.target_list, TargetList.objects.get(name__startswith=SECRET)
    cards = [page(board, name, secret.public_id) for name in ("target", "move", "leave", "return")]
    lists = [
        reverse("whip_boards:index"),
        f"{reverse('whip_boards:index')}?q={SECRET}",
        page(board),
        page(board, "table"),
    ]
    others = [page(hidden), page(hidden, "table"), reverse("whip_boards:edit", args=[hidden.pk])]

    texts = [client.get(url).content.decode().replace(f'value="{SECRET}"', "") for url in [*lists, *others, *cards]]
    answers = {client.post(url, move()).status_code for url in cards}
    client.post(page(board, "person"), {"person-person": f"#{secret.person.public_id}"})

    assert [SECRET in text for text in texts] == [False] * len(texts)
    assert answers <= {403, 404}
    assert list(Target.objects.values_list("pk", "left_at")) == [(secret.pk, None)]
    assert Stance.objects.count() == 1
