import pytest

from crm.messaging.markdown import text_to_html
from crm.messaging.merge import (
    MergeRenderError,
    MergeSyntaxError,
    MissingFieldError,
    Part,
    UnsafeLinkError,
    compile_merge,
)

FIELDS = {"person.first_name", "person.note", "link", "code"}
VALUES = {
    "person.first_name": "Zoë <b>",
    "person.note": "",
    "link": "https://campaign.example/l/t/?a=1&b=2",
    "code": "a b&c/d",
}


def rendered(source: str, part: Part = Part.TEXT, **changes: str) -> str:
    return compile_merge(source, fields=FIELDS, part=part).render({**VALUES, **changes})


@pytest.mark.parametrize(
    ("part", "source", "expected"),
    [
        (Part.TEXT, "Dear {{ person.first_name }},", "Dear Zoë <b>,"),
        (Part.HTML, "Dear {{person.first_name}},", "Dear Zoë &lt;b&gt;,"),
        (Part.SUBJECT, "For {{ person.first_name }}", "For Zoë <b>"),
        (Part.URL, "https://x.example/{{ code }}?q={{ code }}", "https://x.example/a%20b%26c%2Fd?q=a%20b%26c%2Fd"),
        (Part.URL, "{{ link }}", "https://campaign.example/l/t/?a=1&b=2"),
        (Part.HTML, '<a href="{{ link }}">x</a>', '<a href="https://campaign.example/l/t/?a=1&amp;b=2">x</a>'),
        (
            Part.HTML,
            '<a href="{{ link }}/x/{{ code }}">',
            '<a href="https://campaign.example/l/t/?a=1&amp;b=2/x/a%20b%26c%2Fd">',
        ),
        (Part.HTML, '<a href="https://x.example/?q={{ code }}">', '<a href="https://x.example/?q=a%20b%26c%2Fd">'),
        (Part.HTML, '<img alt="{{ person.first_name }}">', '<img alt="Zoë &lt;b&gt;">'),
        (Part.HTML, "<style>@media x{p{a:b}}</style>{{ code }}", "<style>@media x{p{a:b}}</style>a b&amp;c/d"),
        (Part.TEXT, '{{ person.note | default: "friend" }}', "friend"),
        (Part.TEXT, '{{ person.note|default:"" }}.', "."),
        (Part.HTML, '{{ person.note | default: "a<b" }}', "a&lt;b"),
        (Part.TEXT, "{% if person.note %}note {{ person.note }}{% endif %}end", "end"),
        (Part.TEXT, "{% if code %}code {{ code }}{% endif %}.", "code a b&c/d."),
        (Part.TEXT, "plain { braces } and % signs 100%", "plain { braces } and % signs 100%"),
        (Part.TEXT, "", ""),
    ],
)
def test_merge_fills_and_escapes_for_the_part(part: Part, source: str, expected: str) -> None:
    assert rendered(source, part) == expected


def test_merge_names_the_fields_it_uses() -> None:
    merge = compile_merge("{{ code }}{% if link %}{{ link }}{% endif %}", fields=FIELDS, part=Part.TEXT)

    assert merge.fields == frozenset({"code", "link"})


def test_merge_renders_the_same_twice() -> None:
    merge = compile_merge("{{ code }}", fields=FIELDS, part=Part.TEXT)

    assert (merge.render({"code": "1"}), merge.render({"code": "2"}), merge.render({"code": "1"})) == ("1", "2", "1")


@pytest.mark.parametrize("values", [{}, {"code": ""}, {"code": " \t\n"}, {"code": "\0\u202e"}])
def test_missing_or_empty_field_holds_the_message(values: dict[str, str]) -> None:
    merge = compile_merge("Dear {{ code }},", fields=FIELDS, part=Part.TEXT)

    with pytest.raises(MissingFieldError) as caught:
        merge.render(values)

    assert caught.value.field == "code"
    assert caught.value.sentence == "“code” is empty for this person; fill it in or give it a default."


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("Dear {{ nobody }}", 1, 6),
        ("one\ntwo {{ person.first_nam }}", 2, 5),
        ("a\nb\n  {% if code %}", 3, 3),
        ("a {% endif %}", 1, 3),
        ("{% if code %}\n {% if link %}x{% endif %}{% endif %}", 2, 2),
        ("x }} y", 1, 3),
        ("x\n %}", 2, 2),
        ("{{ code", 1, 1),
        ("{{ code\n}}", 1, 1),
        ("a\x07b", 1, 2),
    ],
)
def test_fault_is_named_with_line_and_column(source: str, line: int, column: int) -> None:
    with pytest.raises(MergeSyntaxError) as caught:
        compile_merge(source, fields=FIELDS, part=Part.TEXT)

    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize(
    "source",
    [
        "{{ settings.SECRET_KEY }}",
        "{{ code.__class__ }}",
        "{{ code.__init__.__globals__ }}",
        "{{ person.first_name.__class__.__mro__ }}",
        "{{ _code }}",
        "{{ code()}}",
        "{{ code[0] }}",
        "{{ code|safe }}",
        "{{ code|add:link }}",
        "{{ code | default: link }}",
        "{{ code | default: 'x' }}",
        "{{ code | default: “x” }}",
        '{{ code | default: "a"b" }}',
        '{{ code | default: "x" | upper }}',
        "{{ 7*7 }}",
        "{{{ code }}}",
        "{{ {{ code }} }}",
        "{{ }}",
        "{{ lipsum.__globals__['os'].popen('id').read() }}",
        "{% load static %}",
        '{% include "/etc/passwd" %}',
        "{% debug %}",
        "{% for x in code %}{{ x }}{% endfor %}",
        "{% if code %}a{% else %}b{% endif %}",
        "{% if not code %}a{% endif %}",
        '{% if code == "1" %}a{% endif %}',
        "{% if code and link %}a{% endif %}",
        "{% if code %}" * 1000,
        "{% csrf_token %}",
        "{%" * 30_000,
        "{{" * 30_000,
        "{{ " + "code." * 12_000 + " }}",
        "{{ code " + "|" * 200 + " }}",
        "a" * (64 * 1024 + 1),
        "é" * (32 * 1024 + 1),
    ],
)
def test_hostile_source_is_refused(source: str) -> None:
    with pytest.raises(MergeSyntaxError):
        compile_merge(source, fields=FIELDS, part=Part.TEXT)


@pytest.mark.parametrize(
    "source",
    [
        "<script>{{ code }}</script>",
        "<style>p{color:{{ code }}}</style>",
        "<p {{ code }}>",
        "<p title={{ code }}>",
        "<{{ code }}>",
        "<p{{ code }}>",
        '<p onclick="{{ code }}">',
        '<p style="color:{{ code }}">',
        '<iframe srcdoc="{{ code }}">',
        '<a href="javascript:{{ code }}">',
        '<a href="https://{{ code }}">',
        '<a href="https://{{ code }}.example/">',
        '<a href="https://user@{{ code }}/">',
        '<a href="/{{ code }}">',
        '<a href="{{ link }}{{ code }}">',
        "<!-- {{ code }} -->",
        "<title>{{ code }}</title>",
        '<a {% if code %}href="x"{% endif %}>',
        '{% if code %}<a href="{% endif %}{{ code }}">',
    ],
)
def test_html_places_that_cannot_be_escaped_are_refused(source: str) -> None:
    with pytest.raises(MergeSyntaxError):
        compile_merge(source, fields=FIELDS, part=Part.HTML)


@pytest.mark.parametrize(
    "source", ["javascript:{{ code }}", "/x/{{ code }}", "https://x y/{{ code }}", 'https://x"{{ code }}']
)
def test_url_source_must_be_a_web_address(source: str) -> None:
    with pytest.raises(MergeSyntaxError):
        compile_merge(source, fields=FIELDS, part=Part.URL)


@pytest.mark.parametrize(
    "value",
    [
        "{{ link }}",
        "{% if link %}x{% endif %}",
        "{0.__class__}",
        "%(link)s",
        "${link}",
        "\\g<0>",
        "<script>alert(1)</script>",
        "\"'><img src=x onerror=alert(1)>",
        "&lt;script&gt;",
        "=HYPERLINK(1)",
    ],
)
def test_hostile_value_stays_plain_words(value: str) -> None:
    text = rendered("[{{ code }}]", Part.TEXT, code=value)
    html = rendered("[{{ code }}]", Part.HTML, code=value)

    assert text == f"[{value}]"
    assert not set(html) & set("<>\"'")


def test_value_loses_control_and_direction_characters() -> None:
    assert rendered("{{ code }}", code="a\0b\u202ec\x1b\x9bd\u2066e") == "abcde"


def test_subject_value_stays_on_one_line() -> None:
    assert rendered("Re: {{ code }}", Part.SUBJECT, code="a\r\nBcc: b@c.example") == "Re: a Bcc: b@c.example"


@pytest.mark.parametrize(
    "value",
    ["javascript:alert(1)", "//x.example", "x.example", "https://x y", 'https://x"onclick=', " data:text/html,x"],
)
@pytest.mark.parametrize(("part", "source"), [(Part.HTML, '<a href="{{ link }}">'), (Part.URL, "{{ link }}")])
def test_link_value_must_be_an_address(part: Part, source: str, value: str) -> None:
    with pytest.raises(UnsafeLinkError) as caught:
        rendered(source, part, link=value)

    assert caught.value.field == "link"


def test_endless_output_holds_the_message() -> None:
    merge = compile_merge("{{ code }}" * 5000, fields=FIELDS, part=Part.HTML)

    with pytest.raises(MergeRenderError) as caught:
        merge.render({"code": "<" * 100_000})

    assert caught.value.sentence == "The finished text is larger than 256 kB; shorten it."


def test_light_text_of_an_editor_merges_into_safe_html() -> None:
    source = (
        'Dear {{ person.note | default: "friend" }},\n\n[Answer]({{ link }}) or [see](https://x.example/?c={{ code }}).'
    )

    html = rendered(text_to_html(source), Part.HTML, code='"><script>')

    assert html == (
        "<p>Dear friend,</p>\n"
        '<p><a href="https://campaign.example/l/t/?a=1&amp;b=2">Answer</a> or '
        '<a href="https://x.example/?c=%22%3E%3Cscript%3E">see</a>.</p>'
    )
