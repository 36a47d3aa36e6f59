from html.parser import HTMLParser

from django.template.loader import render_to_string

from crm.briefings.html import age_text, presented
from tests.crm.briefings.sample import briefing_content, fact, section


def _page(content: object, **parts: object) -> str:
    return render_to_string("crm/briefing_snapshot.html", {"content": presented(content), **parts})  # type: ignore[arg-type]


def test_front_holds_three_points_and_six_commitments_and_the_rest_follows() -> None:
    entries = [fact(f"Entry {n}", "v", "s", "2026-03-09", 0) for n in range(8)]
    content = briefing_content(sections=[
        section("posts", "Posts", empty="None known."),
        section("commitments", "Open commitments", facts=entries),
        section("talking_points", "Talking points", facts=entries[:2], paragraphs=["One", "Two"]),
    ])  # fmt: skip

    shown = presented(content)

    points, commitments = shown["front"]
    assert [one["label"] for one in points["facts"]] == ["Entry 0", "Entry 1"]
    assert points["paragraphs"] == ["One"]
    assert len(commitments["facts"]) == 6
    assert [(part["title"], len(part["facts"]), part["paragraphs"]) for part in shown["sections"]] == [
        ("Talking points, continued", 0, ["Two"]),
        ("Open commitments, continued", 2, []),
        ("Posts", 0, []),
    ]


def test_commitments_given_as_a_table_are_cut_after_six_rows() -> None:
    table = {"columns": ["Who"], "rows": [[str(n)] for n in range(7)]}

    shown = presented(briefing_content(sections=[section("commitments", "Open", table=table)]))

    assert [row[0] for row in shown["front"][0]["table"]["rows"]] == ["0", "1", "2", "3", "4", "5"]
    assert shown["sections"][0]["table"]["rows"] == [["6"]]


def test_section_without_entries_says_so() -> None:
    shown = presented(briefing_content(sections=[section("x", "X"), section("y", "Y", empty="Ask.")]))

    assert [part["empty"] for part in shown["sections"]] == ["Nothing is recorded yet.", "Ask."]


def test_age_text_grows_from_days_to_months_to_years() -> None:
    ages = [age_text(days) for days in (0, 1, 59, 60, 729, 730, 1200)]

    assert ages == [
        "today", "1 day old", "59 days old", "2 months old", "24 months old", "2 years old", "3 years old",
    ]  # fmt: skip


def test_page_shows_facts_with_source_and_age_and_stale_ones_in_words() -> None:
    page = " ".join(_page(briefing_content(), pdf_url="/b.pdf").split())

    assert page.startswith("<!doctype html>")
    assert '<h1 class="briefing__name" dir="auto">Zoë O’Neill-Ångström</h1>' in page
    assert 'Electoral Commission, <time datetime="2024-07-05">5 Jul 2024</time> · 20 months old' in page
    assert page.count("Out of date") == 2
    assert '<a href="/b.pdf">Download as PDF</a>' in page
    assert page.count("<svg ") == 1
    assert '<th scope="row" dir="auto">22 Dec</th><td>41</td>' in page


class _Strict(HTMLParser):
    """Collects what our CSP and HTML forbid: inline code and ids used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}")
        if tag in ("script", "style", "b"):
            self.inline.append(tag)


def test_page_escapes_hostile_text_and_repeats_no_id() -> None:
    hostile = '<script>alert("x")</script><b onclick="x">{{ 7|add:7 }}'
    content = briefing_content(title=hostile)
    content["subject"]["name"] = hostile
    content["sections"][0]["facts"][0] |= {"label": hostile, "value": hostile, "source": hostile}
    content["sections"][1]["table"]["rows"][0][0] = hostile
    content["sections"][5]["chart"] |= {"title": hostile, "unit": hostile}

    parser = _Strict()
    page = _page(content)
    parser.feed(page)

    assert parser.inline == []
    assert sorted(set(parser.ids)) == sorted(parser.ids)
    assert "{{ 7|add:7 }}" in page


def test_page_in_arabic_runs_from_right_to_left() -> None:
    page = _page(briefing_content(language="ar"))

    assert '<html lang="ar" dir="rtl">' in page
