"""The columns of a table of people, cell by cell, and there and back."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from crm.base.dates import read_partial_date
from crm.base.text import plain_cell, safe_cell
from crm.people.models import Person
from crm.people.resources import PersonResource, header_key, join_cell, read_cell, split_cell
from tests.factories.people import contact_detail, membership, organization, person

FIELDS = PersonResource().fields


def cell(key: str, value: str, **hints: Any) -> tuple[Any, str]:
    return read_cell(FIELDS[key], value, **hints)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1975", "1975"),
        ("1975-06", "1975-06"),
        ("1975-00-00", "1975"),
        ("1975-06-00", "1975-06"),
        ("06/1975", "1975-06"),
        ("1958-10-13T00:00:00", "1958-10-13"),
        ("2024-01-15 09:30:00", "2024-01-15"),
        ("13.10.1958", "1958-10-13"),
        ("3. 4. 1958", "1958-04-03"),
        ("13/10/1958", "1958-10-13"),
        ("10/13/1958", "1958-10-13"),
        ("4/4/1958", "1958-04-04"),
        ("13 October 1958", "1958-10-13"),
        ("Oct 13, 1958", "1958-10-13"),
        ("June 1975", "1975-06"),
        ("19581013", "1958-10-13"),
        ("", ""),
    ],
)
def test_date_is_as_precise_as_it_was_written(written: str, kept: str) -> None:
    assert read_partial_date(written) == kept


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("31.02.1980", "That day does not exist in the calendar; check the date."),
        ("1975-13", "That day does not exist in the calendar; check the date."),
        ("03/04/1958", "This may be two days, for the day or the month may come first; write 1975-06-21."),
        ("0000-00-00", "This is no date we can read; write it like 1975, 1975-06 or 1975-06-21."),
        ("1975-00-05", "This is no date we can read; write it like 1975, 1975-06 or 1975-06-21."),
        ("--10-13", "This is no date we can read; write it like 1975, 1975-06 or 1975-06-21."),
        ("soon", "This is no date we can read; write it like 1975, 1975-06 or 1975-06-21."),
    ],
)
def test_date_that_is_none_or_two_is_refused(written: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read_partial_date(written)

    assert caught.value.messages == [sentence]


@pytest.mark.parametrize("text", ["+27 21 555 0100", "=1+1", "-2+3", "@SUM(1)", "'=x", "'t Hooft", "\tx", "Ann", "＝1"])
def test_quote_against_formulas_comes_off_again(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("name", "  Ann \n Lee ", ("Ann Lee", "")),
        ("name", "'=HYPERLINK(1)", ("=HYPERLINK(1)", "")),
        ("name", " ", (None, "")),
        ("gender", "x" * 21, ("", "This is longer than 20 characters; shorten it.")),
        ("birth_date", "1975-06", ("1975-06", "")),
        ("category", "Office_Staff", ("office_staff", "")),
        ("category", "staff of an office", ("office_staff", "")),
        ("level", "galactic", ("", "This is not one of the known values: local, state, national, international.")),
        ("phone", "+27 21 555 0100", ([("+27 21 555 0100", "")], "")),
        (
            "phone",
            "'+27 21 555 0100 [mobile]; 020 7946 0005",
            ([("+27 21 555 0100", "mobile"), ("020 7946 0005", "")], ""),
        ),
        ("phone", "1 ::: 2\n3", ([("1", ""), ("2", ""), ("3", "")], "")),
        ("mobile", "1", ([("1", "mobile")], "")),
        ("address", "1 Long Street; Unit 2 ::: 2 Row", ([("1 Long Street; Unit 2", ""), ("2 Row", "")], "")),
        ("email", "Ann@Example.ORG ; b@x.example", ([("ann@example.org", ""), ("b@x.example", "")], "")),
        ("email", "a@x.example, b@x.example", ([("a@x.example", ""), ("b@x.example", "")], "")),
        ("email", "a@x.example; nonsense", ([("a@x.example", "")], "“nonsense” is no e-mail address; mend it.")),
        ("other_names", 'Annie; "Lee; the elder"', (["Annie", "Lee; the elder"], "")),
    ],
)  # fmt: skip
def test_cell_is_read_by_its_column(key: str, value: str, found: tuple[Any, str]) -> None:
    assert cell(key, value) == found


def test_label_beside_a_cell_is_kept_with_its_values() -> None:
    assert cell("email", "a@x.example ::: b@x.example", label="work") == (
        [("a@x.example", "work"), ("b@x.example", "work")],
        "",
    )


@pytest.mark.parametrize("values", [[], ["a"], ["a", "b"], ["a; b", 'say "c"', "d"]])
def test_several_values_share_a_cell(values: list[str]) -> None:
    assert split_cell(join_cell(values), ";") == values


def test_names_of_columns_are_compared_without_case_accents_and_signs() -> None:
    assert [header_key(name) for name in ("E-mail 1 - Value", "Prénom", "can2_user_city", "Tag(s)")] == [
        "e mail 1 value",
        "prenom",
        "can2 user city",
        "tag s",
    ]


def exported(*people: Person) -> list[dict[str, str]]:
    found: list[dict[str, str]] = PersonResource().export(Person.objects.filter(pk__in=[p.pk for p in people])).dict
    return found


@pytest.mark.django_db
def test_row_of_an_export_says_what_is_known() -> None:
    ann = person(name="Ann Lee", given_name="Ann", family_name="Lee", sort_name="Lee, Ann", birth_date="1975-06")
    contact_detail(person=ann, value="ann@x.example", label="work")
    contact_detail(person=ann, type="voice", value="+27 21 555 0100")
    contact_detail(person=ann, type="voice", value="020", valid_until="2024")
    membership(person=ann, organization=organization(name="River Trust"), role="employee", label="Clerk")

    (row,) = exported(ann)

    said = {name: value for name, value in row.items() if value}
    assert said == {
        "Parley ID": ann.public_id,
        "Name": "Ann Lee",
        "Given name": "Ann",
        "Family name": "Lee",
        "Sort name": "Lee, Ann",
        "Category": "policymaker",
        "Who sees this person": "organisation",
        "Birth date": "1975-06",
        "E-mail": "ann@x.example [work]",
        "Phone": "+27 21 555 0100",
        "Organization": "River Trust",
        "Organization ID": ann.memberships.get().organization.public_id,
        "Job title": "Clerk",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_export_asks_the_database_a_constant_number_of_times(count: int, django_assert_num_queries: Any) -> None:
    people = [person() for _number in range(count)]
    for each in people:
        contact_detail(person=each)
        membership(person=each, role="employee")

    with django_assert_num_queries(6):
        rows = exported(*people)

    assert len(rows) == count
