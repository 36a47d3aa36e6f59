from xml.etree import ElementTree

from crm.briefings.svg import trend_svg, trend_text

SVG = "{http://www.w3.org/2000/svg}"


def test_trend_text_says_first_last_lowest_and_highest() -> None:
    points = [["May", 12], ["June", 4], ["July", 1480]]

    assert trend_text(points, unit="Signatures") == (
        "Signatures: from 12 (May) to 1,480 (July). Lowest 4 (June), highest 1,480 (July)."
    )
    assert trend_text(points[:1], unit="Signatures") == "Signatures: 12 (May)."
    assert trend_text([]) == "There are no numbers to show yet."


def test_trend_svg_draws_one_bar_per_point_above_and_below_zero() -> None:
    picture = ElementTree.fromstring(trend_svg([["a", 30], ["b", -10], ["c", 0]], title="Trend"))

    bars = [(bar.get("y"), bar.get("height")) for bar in picture.iter(f"{SVG}rect")]
    assert bars == [("8", "60"), ("68", "20"), ("68", "0")]
    assert picture.get("role") == "img"


def test_trend_svg_escapes_labels_and_names_itself() -> None:
    picture = trend_svg([["<script>", 1], ["&", 2]], title='"><b>', unit="<i>")

    root = ElementTree.fromstring(picture)
    title, text = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and title.text == '"><b>'
    assert text is not None
    assert text.text == "<i>: from 1 (<script>) to 2 (&). Lowest 1 (<script>), highest 2 (&)."
    assert root.get("aria-labelledby") == f"{title.get('id')} {text.get('id')}"
    assert " style=" not in picture


def test_trend_svg_without_points_is_an_empty_picture() -> None:
    root = ElementTree.fromstring(trend_svg([]))

    assert list(root.iter(f"{SVG}rect")) == []
