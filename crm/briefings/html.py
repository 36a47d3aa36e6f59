"""The briefing made ready to read: ages in words, front page chosen, chart drawn.

``templates/components/briefing.html`` shows the result; the PDF is laid out from the same one.
"""

import datetime
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .snapshot import ChartPart, Content, Fact, Section, validate_content
from .svg import number, trend_svg, trend_text

FRONT_LIMITS = {"talking_points": 3, "commitments": 6}
"""How many entries of which sections the first page carries, in this order."""

Shown = dict[str, Any]


def presented(content: Content, *, language: str | None = None) -> Shown:
    """The content with every word a reader sees, in its own language unless another is asked for.

    Sections of the first page are under ``front``; what did not fit there follows in ``sections``.
    Raises ValueError like ``validate_content``.
    """
    validate_content(content)
    with translation.override(language or content["language"]):
        front, rest = _split(content["sections"])
        subject = content["subject"]
        return {
            **content,
            "is_rtl": translation.get_language_bidi(),
            "generated_text": _moment(content["generated_at"]),
            "generated_by": "" if _leaves_us(content) else content["generated_by"],
            "classification_text": _classification(content),
            "subject_line": " · ".join(filter(None, [subject["party"], subject["area"]])),
            "stale_text": _stale_count(content["sections"]),
            "front": [_section(section) for section in front],
            "sections": [_section(section) for section in rest],
        }


def _leaves_us(content: Content) -> bool:
    """A leave-behind goes to the office: it does not say who of us made it."""
    return content["classification"] == "leave-behind"


def _classification(content: Content) -> Shown:
    texts = {
        "internal": (_("Internal"), _("Do not hand over or forward.")),
        "delegation": (_("Delegation"), _("Only for the people who attend for us.")),
        "leave-behind": (_("Leave-behind"), _("May be given to the office.")),
    }
    name, rule = texts[content["classification"]]
    return {"name": name, "rule": rule}


def _moment(text: str) -> str:
    at = datetime.datetime.fromisoformat(text)
    offset = at.strftime("%z")
    return f"{_day(at)}, {at:%H:%M} UTC{offset[:3]}:{offset[3:5]}"


def _day(day: datetime.date) -> str:
    return date_format(day, "j M Y")


def _split(sections: list[Section]) -> tuple[list[Section], list[Section]]:
    front: list[Section] = []
    continued: list[Section] = []
    by_key = {section["key"]: section for section in sections}
    for key, limit in FRONT_LIMITS.items():
        if section := by_key.get(key):
            front.append(_cut(section, 0, limit))
            if _length(section) > limit:
                title = _("%(title)s, continued") % {"title": section["title"]}
                continued.append({**_cut(section, limit, None), "title": title})
    others = [section for section in sections if section["key"] not in FRONT_LIMITS]
    return front, continued + others


def _length(section: Section) -> int:
    rows = section["table"]["rows"] if section["table"] else []
    return len(section["facts"]) + len(section["paragraphs"]) + len(rows)


def _cut(section: Section, start: int, stop: int | None) -> Section:
    """Entries ``start`` to ``stop``, counted through facts, then paragraphs, then table rows."""
    facts, paragraphs, table = section["facts"], section["paragraphs"], section["table"]
    rows = table["rows"] if table else []
    entries = [("f", i) for i in range(len(facts))]
    entries += [("p", i) for i in range(len(paragraphs))]
    entries += [("r", i) for i in range(len(rows))]
    kept = entries[start:stop]
    kept_rows = [rows[i] for kind, i in kept if kind == "r"]
    return {
        **section,
        "facts": [facts[i] for kind, i in kept if kind == "f"],
        "paragraphs": [paragraphs[i] for kind, i in kept if kind == "p"],
        "table": {"columns": table["columns"], "rows": kept_rows} if table and kept_rows else None,
        "chart": section["chart"] if start == 0 else None,
    }


def _section(section: Section) -> Shown:
    blank = not (_length(section) or section["chart"])
    return {
        **section,
        "facts": [_fact(fact) for fact in section["facts"]],
        "chart": _chart(section["chart"]) if section["chart"] else None,
        "empty": (section["empty"] or _("Nothing is recorded yet.")) if blank else None,
    }


def _fact(fact: Fact) -> Shown:
    day = datetime.date.fromisoformat(fact["as_of"])
    return {**fact, "as_of_text": _day(day), "age_text": age_text(fact["age_days"])}


def _chart(chart: ChartPart) -> Shown:
    points, unit = chart["points"], chart["unit"]
    return {
        **chart,
        "svg": trend_svg(points, title=chart["title"], unit=unit),
        "text": trend_text(points, unit=unit),
        "rows": [[label, number(value)] for label, value in points],
    }


def _stale_count(sections: list[Section]) -> str:
    count = sum(fact["stale"] for section in sections for fact in section["facts"])
    if not count:
        return ""
    return ngettext(
        "%(count)s fact is out of date: check it before you use it.",
        "%(count)s facts are out of date: check them before you use them.",
        count,
    ) % {"count": count}


def age_text(days: int) -> str:
    """``days`` in words: days up to two months, months up to two years, then years."""
    if days <= 0:
        return _("today")
    if days < 60:
        return ngettext("%(n)s day old", "%(n)s days old", days) % {"n": days}
    if days < 730:
        return ngettext("%(n)s month old", "%(n)s months old", days // 30) % {"n": days // 30}
    return ngettext("%(n)s year old", "%(n)s years old", days // 365) % {"n": days // 365}
