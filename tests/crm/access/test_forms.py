import pytest

from crm.base.text import safe_cell


@pytest.mark.parametrize(
    "payload",
    [
        "=1+1",
        "==1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "'=1",
        '"=1',
        "＝1",
        "＋1",
        "－1",
        "＠1",
        " '\" =1",
    ],
)
def test_no_formula_survives_in_a_cell(payload: str) -> None:
    assert safe_cell(payload) == f"'{payload}"


@pytest.mark.parametrize("plain", ["", "Ada", "a=b", "1-2", "O'Neill", "é"])
def test_plain_text_stays_as_it_is(plain: str) -> None:
    assert safe_cell(plain) == plain
