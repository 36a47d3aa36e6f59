import pytest

from crm.people.rules import full_name, search_document, sort_name_of


def test_search_document_folds_and_keeps_each_text_once() -> None:
    document = search_document(
        names=["José Ñandú", "José", ""],
        emails=["J@Office.Example"],
        organizations=["Committee on Rivers", "Committee on Rivers"],
        areas=["CA-12", "California"],
    )

    assert document == "jose nandu\njose\nj@office.example\ncommittee on rivers\nca-12\ncalifornia"


def test_full_name_leaves_out_what_is_empty() -> None:
    assert full_name("Ada", "", "Umber", "Jr.") == "Ada Umber Jr."


@pytest.mark.parametrize(
    ("name", "given", "family", "sorted_as"),
    [
        ("Ada Umber", "Ada", "Umber", "Umber, Ada"),
        ("Ada Umber", "", "", "Ada Umber"),
        ("Ada Umber", "", "Umber", "Umber"),
    ],
)
def test_sort_name_never_guesses(name: str, given: str, family: str, sorted_as: str) -> None:
    assert sort_name_of(name, given, family) == sorted_as
