import pytest

from crm.messaging.markdown import text_to_html, text_to_plain
from crm.messaging.merge import MergeSyntaxError, Part, compile_merge

SOURCE = """## What we ask

Dear {{ name | default: "friend & <ally>" }},
thank you.
- read [the bill](https://x.example/?a=1&b=2)
- write to [us@x.example](mailto:us@x.example)

{% if note %}
A note: {{ note }}
{% endif %}
Yours
"""


def test_light_text_becomes_html() -> None:
    assert text_to_html(SOURCE) == (
        "<h2>What we ask</h2>\n"
        '<p>Dear {{ name | default: "friend & <ally>" }},<br>\nthank you.</p>\n'
        '<ul><li>read <a href="https://x.example/?a=1&amp;b=2">the bill</a></li>'
        '<li>write to <a href="mailto:us@x.example">us@x.example</a></li></ul>\n'
        "{% if note %}\n<p>A note: {{ note }}</p>\n{% endif %}\n<p>Yours</p>"
    )


def test_light_text_becomes_plain_text() -> None:
    assert text_to_plain(SOURCE) == (
        "What we ask\n\n"
        'Dear {{ name | default: "friend & <ally>" }},\nthank you.\n\n'
        "- read the bill (https://x.example/?a=1&b=2)\n- write to us@x.example\n\n"
        "{% if note %}A note: {{ note }}\n\n{% endif %}Yours\n"
    )


@pytest.mark.parametrize("convert", [text_to_html, text_to_plain])
def test_merge_fields_survive_and_compile(convert: object) -> None:
    merge = compile_merge(convert(SOURCE), fields={"name", "note"}, part=Part.TEXT)  # type: ignore[operator]

    assert merge.fields == frozenset({"name", "note"})


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</p></body>",
        "&lt;b&gt;",
        "## <b>",
        "- <b>",
        "\"'",
        "{{ a\n<b> }}",
        "{{ <b>",
    ],
)
def test_markup_of_an_editor_is_escaped(text: str) -> None:
    allowed = {"<p>", "</p>", "<br>", "<h2>", "</h2>", "<ul>", "</ul>", "<li>", "</li>"}
    rest = text_to_html(text)
    for tag in allowed:
        rest = rest.replace(tag, "")

    assert not set(rest) & set("<>\"'")


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("[x](javascript:alert)", 1, 1),
        ("[x](javascript:alert(1))", 1, 1),
        ("a\n\nb [x](data:text/html,x)", 3, 3),
        ("[x](//x.example)", 1, 1),
        ("[x](/local)", 1, 1),
        ("[x]( https://x.example)", 1, 1),
        ('[x](https://x.example" onclick=")', 1, 1),
        ("[x](https://x.example", 1, 1),
        ("[x]()", 1, 1),
    ],
)
def test_bad_link_is_named_with_line_and_column(text: str, line: int, column: int) -> None:
    for convert in (text_to_html, text_to_plain):
        with pytest.raises(MergeSyntaxError) as caught:
            convert(text)

        assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "text", ["[" * 60_000, "[a](" * 15_000, "[x](https://" + "a" * 60_000, "{{" * 30_000, "x" * 65_537]
)
def test_endless_text_ends_quickly(text: str) -> None:
    try:
        html = text_to_html(text)
    except MergeSyntaxError as error:
        html = error.sentence

    assert html


def test_empty_text_gives_empty_parts() -> None:
    assert (text_to_html(" \n\n"), text_to_plain("")) == ("", "\n")
