import re

import pytest
from django.urls import reverse

from crm.access.enums import Role
from meetings.lobbydays.models import Delegate
from tests.factories.lobbydays import delegate, lobby_day
from tests.meetings.rosters.tables import csv_file, xlsx_file

pytestmark = pytest.mark.django_db
KIM, LOU = "Kim Vale,kim@home.example", "Lou Third,lou@home.example"


def page(day) -> str:
    return reverse("lobby_roster", args=[day.public_id])


def sealed(answer) -> str:
    found = re.search(r'name="rows" value="([^"]+)"', answer.content.decode())
    return found[1] if found else ""


def names() -> list[str]:
    return sorted(Delegate.objects.values_list("name", flat=True))


def test_a_table_is_looked_at_then_taken_without_javascript(sign_in) -> None:
    day, client = lobby_day(), sign_in(Role.COORDINATOR)
    assert page(day) in client.get(reverse("lobby_day", args=[day.public_id])).content.decode()
    assert 'enctype="multipart/form-data"' in client.get(page(day)).content.decode()

    look = client.post(page(day), {"file": csv_file(KIM, LOU)})
    assert (look.status_code, names()) == (200, [])
    assert "Error: Delegates" not in look.content.decode()
    done = client.post(page(day), {"rows": sealed(look)})
    twice = client.post(page(day), {"rows": sealed(look)})

    assert (done.status_code, twice.status_code, names()) == (302, 302, ["Kim Vale", "Lou Third"])
    again = client.post(page(day), {"file": xlsx_file(["Kim Vale", "kim@home.example"])})
    assert "Nobody in this table is new" in again.content.decode()
    assert sealed(again) == ""


def test_errors_are_shown_with_row_column_and_value_and_nothing_can_be_pressed(sign_in) -> None:
    day = lobby_day()

    answer = sign_in(Role.COORDINATOR).post(page(day), {"file": csv_file(KIM, "Lou,lou@", "<b>x</b>,,Nowhere")})

    shown = " ".join(answer.content.decode().split())
    assert (answer.status_code, sealed(answer)) == (422, "")
    assert '<th scope="row">3</th>' in shown
    assert "E-mail “lou@”: Enter an e-mail address like name@example.org." in shown
    assert "District “Nowhere”: No district has this code or name." in shown
    assert "&lt;b&gt;x" in shown
    assert "Nobody is added while a row has an error." in shown


def test_what_changed_meanwhile_is_shown_again(sign_in) -> None:
    day, client = lobby_day(), sign_in(Role.COORDINATOR)
    look = client.post(page(day), {"file": csv_file(KIM, LOU)})
    delegate(lobby_day=day, email="lou@home.example", name="Lou Third")

    refused = client.post(page(day), {"rows": sealed(look)})

    assert (refused.status_code, names()) == (409, ["Lou Third"])
    assert "changed since you looked" in refused.content.decode()
    assert client.post(page(day), {"rows": sealed(refused)}).status_code == 302
    assert names() == ["Kim Vale", "Lou Third"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"rows": ""},
        {"rows": "x"},
        {"rows": "x:y:z"},
        {"file": "no file"},
        {"file": lambda: csv_file(header="")},
        {"file": lambda: csv_file("red", header="Colour")},
        {"file": lambda: csv_file('"Kim')},
        {"file": lambda: csv_file("x", name="a.exe")},
        {"file": lambda: csv_file("x", name="a.xlsx")},
    ],
)
def test_what_is_no_table_comes_back_with_a_sentence(sign_in, given) -> None:
    sent = {key: value() if callable(value) else value for key, value in given.items()}

    answer = sign_in(Role.COORDINATOR).post(page(lobby_day()), sent)

    assert (answer.status_code, "There is a problem." in answer.content.decode()) == (422, True)
    assert names() == []


def test_a_preview_of_another_day_is_refused(sign_in) -> None:
    client = sign_in(Role.COORDINATOR)
    look = client.post(page(lobby_day()), {"file": csv_file(KIM)})

    answer = client.post(page(lobby_day()), {"rows": sealed(look)})

    assert (answer.status_code, names()) == (422, [])
    assert "This preview is too old." in answer.content.decode()


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 403), (Role.VOLUNTEER, 404)])
def test_only_planners_hand_tables_in(sign_in, role: Role, status: int) -> None:
    assert sign_in(role).post(page(lobby_day()), {"file": csv_file(KIM)}).status_code == status


def test_a_long_table_is_cut_on_the_screen_only(sign_in, django_assert_max_num_queries) -> None:
    day, client = lobby_day(), sign_in(Role.COORDINATOR)
    lines = [f"Kim {n},kim{n}@home.example" for n in range(260)]
    client.post(page(day), {"file": csv_file(KIM)})

    with django_assert_max_num_queries(60) as one:
        client.post(page(day), {"file": csv_file(KIM)})
    with django_assert_max_num_queries(60) as many:
        look = client.post(page(day), {"file": csv_file(*lines)})
    client.post(page(day), {"rows": sealed(look)})

    assert len(many) == len(one)
    assert "60 more rows are not shown" in look.content.decode()
    assert len(names()) == 260
