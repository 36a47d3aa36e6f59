import io
import re
import time
from typing import Any

import pytest
import typst
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from crm.briefings.typst import FONTS, render_pdf
from tests.crm.briefings.sample import briefing_content, fact, section

HOSTILE = '#read("/etc/passwd") *b* _i_ $x^2$ @ref <label> `raw` = h // c /* [x] #{1+1} \\u{41}'


def _read(content: Any, *, title: str = "Briefing", language: str = "en") -> PdfReader:
    return PdfReader(io.BytesIO(render_pdf(content, title=title, language=language)))


def _words(reader: PdfReader) -> str:
    """The text of all pages with every gap made one space."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def _tags(node: Any, seen: list[DictionaryObject]) -> list[DictionaryObject]:
    node = node.get_object()
    for child in node if isinstance(node, list) else [node]:
        child = child.get_object()
        if isinstance(child, DictionaryObject):
            seen.append(child)
            if "/K" in child:
                _tags(child["/K"], seen)
    return seen


def test_pdf_is_tagged_and_says_what_it_is() -> None:
    reader = _read(briefing_content(), title="Briefing: Zoë O’Neill-Ångström", language="en")

    root = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/StructTreeRoot"]["/Type"] == "/StructTreeRoot"
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert reader.metadata is not None
    assert reader.metadata.title == "Briefing: Zoë O’Neill-Ångström"
    assert reader.metadata.creation_date_raw == "D:20260309130500Z"
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "Briefing: Zoë O’Neill-Ångström" in xmp


def test_pdf_has_headings_header_cells_lists_and_one_described_figure() -> None:
    reader = _read(briefing_content())

    tags = _tags(reader.trailer["/Root"]["/StructTreeRoot"]["/K"], [])
    kinds = [tag.get("/S") for tag in tags]
    figures = [tag.get("/Alt") for tag in tags if tag.get("/S") == "/Figure"]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 11
    assert kinds.count("/Table") == 8
    assert kinds.count("/TH") == 25
    assert kinds.count("/L") == 3
    assert figures == [
        "Verified signatures added each week. Signatures: from 41 (22 Dec) to 96 (9 Mar). "
        "Lowest 12 (29 Dec), highest 210 (9 Feb)."
    ]


def test_first_page_holds_what_the_corridor_needs() -> None:
    reader = _read(briefing_content())

    text = re.sub(r"\s+", " ", reader.pages[0].extract_text())
    for part in (
        "Zoë O’Neill-Ångström",
        "Thursday 12 March 2026, 10:30–11:00",
        "Portcullis House, room 4.12, Westminster",
        "Co-sponsor the School Meals Bill before second reading",
        "Her district gains most",
        "Teachers back it",
        "District figures by school. Due 20 March 2026.",
        "Open commitments",
        "2 facts are out of date: check them before you use them.",
        "Made 9 Mar 2026, 14:05 UTC+01:00 by Amara Okafor",
    ):
        assert part in text
    assert text.index("Teachers back it") < text.index("Talking points, continued")


def test_every_fact_stands_with_its_source_date_and_age() -> None:
    content = briefing_content()

    text = _words(_read(content))

    for part in content["sections"]:
        for one in part["facts"]:
            assert one["value"] in text
            assert one["source"] in text
    assert "Electoral Commission 5 Jul 2024 · 20 months old Out of date" in text
    assert "Department for Education, school census 15 Jan 2026 · 53 days old" in text
    assert text.count("Out of date") == 2


def test_each_page_carries_classification_time_and_number() -> None:
    reader = _read(briefing_content())

    for number, page in enumerate(reader.pages, start=1):
        text = re.sub(r"\s+", " ", page.extract_text())
        assert "Internal Do not hand over or forward." in text
        assert "Made 9 Mar 2026, 14:05 UTC+01:00" in text
        assert f"Page {number} of {len(reader.pages)}" in text


def test_chart_numbers_stand_in_a_table_beside_it() -> None:
    text = _words(_read(briefing_content()))

    assert "Period Signatures 22 Dec 41 29 Dec 12 5 Jan 78" in text


def test_leave_behind_does_not_name_who_made_it() -> None:
    text = _words(_read(briefing_content(classification="leave-behind", meeting=None)))

    assert "Leave-behind May be given to the office." in text
    assert "Made 9 Mar 2026, 14:05 UTC+01:00 by" not in text


def test_hostile_text_comes_out_as_written() -> None:
    content = briefing_content(title=HOSTILE, sections=[
        section("posts", HOSTILE, facts=[fact(HOSTILE, HOSTILE, HOSTILE, "2026-03-09", 0)]),
        section("agenda", "Agenda", table={"columns": [HOSTILE], "rows": [[HOSTILE]]}),
        section("logistics", "Logistics", paragraphs=[HOSTILE]),
        section("signatures", "Trend", chart={"title": HOSTILE, "unit": HOSTILE, "points": [[HOSTILE, 1]]}),
    ])  # fmt: skip
    content["subject"] |= {"name": HOSTILE, "role_line": HOSTILE}

    reader = _read(content, title=HOSTILE)

    assert reader.metadata is not None and reader.metadata.title == HOSTILE
    joined = "".join(page.extract_text() for page in reader.pages)
    assert re.sub(r"\s", "", joined).count(re.sub(r"\s", "", HOSTILE)) >= 14
    assert "root:" not in joined


def test_control_letters_and_direction_overrides_are_dropped() -> None:
    value = "A\x00B\x07C \u202eD\u2066E \ud800F\nG"
    content = briefing_content(
        meeting=None, ask=None,
        sections=[section("posts", "Posts", facts=[fact("Odd", value, "Notes", "2026-03-09", 0)])],
    )  # fmt: skip

    text = _words(_read(content))

    assert "A B C DE \ufffdF G Notes" in text


def test_long_word_without_a_gap_stays_on_the_page() -> None:
    content = briefing_content(sections=[section("logistics", "Logistics", paragraphs=["x" * 400])])
    right_edges: list[float] = []

    def note(text: str, cm: list[float], tm: list[float], *_: Any) -> None:
        if text.strip("x\n ") == "" and text.strip():
            right_edges.append(tm[4] * cm[0] + cm[4])

    for page in _read(content).pages:
        page.extract_text(visitor_text=note)

    assert right_edges
    assert max(right_edges) < 595 - 45


def test_arabic_and_hebrew_are_set_with_our_own_fonts() -> None:
    content = briefing_content(title="إحاطة قبل الاجتماع", sections=[])
    content["subject"] |= {"name": "ليلى الحسن", "role_line": "שלום"}

    reader = _read(content, language="ar")

    names = {
        str(font.get_object()["/BaseFont"]).split("+")[1]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert {name.split("-")[0] for name in names} <= {"Inter", "NotoSansArabic", "NotoSansHebrew"}
    assert reader.trailer["/Root"]["/Lang"] == "ar"
    assert "U+" not in _words(reader)


def test_letter_that_no_font_has_appears_as_its_code() -> None:
    content = briefing_content(sections=[section("posts", "Posts", paragraphs=["Tally \U0001fbf5 end"])])

    text = _words(_read(content))

    assert "Tally [U+1FBF5] end" in text
    assert "Some letters could not be printed and appear as codes such as [U+4E2D]." in text


def test_shipped_fonts_have_their_licence_and_the_names_the_template_asks_for() -> None:
    families = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)]).families()

    assert {"Inter", "Noto Sans Arabic", "Noto Sans Hebrew"} <= set(families)
    assert "OFL-1.1" in (FONTS / "Inter.LICENSE.txt").read_text()
    assert "OFL-1.1" in (FONTS / "NotoSans.LICENSE.txt").read_text()


def test_same_content_gives_the_same_bytes_and_is_not_changed() -> None:
    content = briefing_content()

    first = render_pdf(content, title="Briefing", language="en")
    second = render_pdf(briefing_content(), title="Briefing", language="en")

    assert first == second
    assert content == briefing_content()


def test_content_that_is_wrong_gives_a_sentence_and_no_pdf() -> None:
    with pytest.raises(ValueError, match=r"^The briefing cannot be used: briefing.title must be text"):
        render_pdf(briefing_content(title=None), title="Briefing", language="en")


@pytest.mark.parametrize("language", ["en", "es", "pt-br", "zh-hant"])
def test_smallest_briefing_has_a_page_in_each_language(language: str) -> None:
    content = briefing_content(language=language, meeting=None, ask=None, sections=[])

    reader = _read(content, language=language)

    assert len(reader.pages) == 1


def test_pdf_is_ready_within_a_second() -> None:
    content = briefing_content()
    render_pdf(content, title="Briefing", language="en")

    started = time.perf_counter()
    content["sections"][2]["table"]["rows"] *= 20
    render_pdf(content, title="Briefing, longer", language="en")

    assert time.perf_counter() - started < 1
