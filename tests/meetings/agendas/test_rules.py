import pytest

from meetings.agendas.errors import AgendaDocumentError
from meetings.agendas.rules import DocumentInput, moved, read_documents


def test_documents_are_read_line_by_line() -> None:
    text = "Our paper https://a.example/paper\r\n\nhttps://b.example/x"

    assert read_documents(text) == (
        DocumentInput("Our paper", "https://a.example/paper"),
        DocumentInput("b.example/x", "https://b.example/x"),
    )


@pytest.mark.parametrize(
    "text", ["Our paper", "x http://a.example", "x javascript:alert(1)", 'x https://a"b', "x https://"]
)
def test_other_documents_are_refused(text: str) -> None:
    with pytest.raises(AgendaDocumentError):
        read_documents(text)


@pytest.mark.parametrize(
    ("number", "up", "expected"),
    [
        (0, True, [0, 1, 2, 3]),
        (0, False, [3, 0, 1, 2]),
        (3, True, [3, 0, 1, 2]),
        (3, False, [0, 1, 2, 3]),
        (2, True, [0, 2, 1, 3]),
        (9, True, [0, 1, 2, 3]),
    ],
)
def test_points_take_their_parts_along(number: int, up: bool, expected: list[int]) -> None:
    assert moved([False, True, True, False], number, up) == expected
