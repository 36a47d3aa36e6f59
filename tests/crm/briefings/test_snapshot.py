import copy
from collections.abc import Callable
from typing import Any

import pytest

from crm.briefings.snapshot import validate_content
from tests.crm.briefings.sample import briefing_content

FACT = "briefing.sections[0].facts[0]"
TABLE = "briefing.sections[1].table"
CHART = "briefing.sections[5].chart"
JOIN = "briefing.meeting.join_url"


def test_content_that_is_whole_is_accepted() -> None:
    validate_content(briefing_content())
    validate_content(briefing_content(meeting=None, ask=None, sections=[]))


def _set(*path: Any, to: Any) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        for step in path[:-1]:
            content = content[step]
        content[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_set("title", to=" "), "briefing.title must not be empty"),
        (_set("title", to=3), "briefing.title must be text"),
        (_set("subject", "name", to=""), "briefing.subject.name must not be empty"),
        (_set("extra", to=1), "briefing has an unknown part 'extra'"),
        (_set("sections", 0, "facts", 0, "source", to=""), f"{FACT}.source must not be empty"),
        (_set("sections", 0, "facts", 0, "as_of", to="May"), f"{FACT}.as_of must be a date"),
        (_set("sections", 0, "facts", 0, "age_days", to=True), f"{FACT}.age_days must be a whole number"),
        (_set("sections", 0, "facts", 0, "stale", to=1), f"{FACT}.stale must be true or false"),
        (_set("sections", 1, "table", "rows", 0, to=["x"]),
         f"{TABLE} has a row that is longer or shorter than its columns"),
        (_set("sections", 5, "chart", "points", 0, to=["x", "1"]), f"{CHART}.points[0] must be a label and a number"),
        (_set("sections", 5, "chart", "points", 0, 1, to=float("nan")),
         f"{CHART}.points[0][1] must be a finite number"),
        (_set("meeting", "join_url", to="javascript:alert(1)"),
         f"{JOIN} must be a web address that starts with https://"),
        (_set("generated_at", to="2026-03-09T14:05:00"),
         "briefing.generated_at must be a date and time with its UTC offset"),
        (_set("language", to="../en"), "briefing.language must be a language code such as 'en' or 'pt-br'"),
        (_set("classification", to="secret"),
         "briefing.classification must be one of 'internal', 'delegation', 'leave-behind'"),
        (_set("sections", to={}), "briefing.sections must be a list"),
    ],
)  # fmt: skip
def test_content_that_is_wrong_is_refused_with_a_sentence(change: Callable[[Any], None], problem: str) -> None:
    content = copy.deepcopy(briefing_content())
    change(content)

    with pytest.raises(ValueError) as refusal:
        validate_content(content)

    assert str(refusal.value) == f"The briefing cannot be used: {problem}. Make a new briefing."


def test_content_of_another_version_or_without_a_part_is_refused() -> None:
    content = briefing_content()
    del content["ask"]

    with pytest.raises(ValueError, match="briefing lacks the part 'ask'"):
        validate_content(content)
    with pytest.raises(ValueError, match="format version 2, but this program reads version 1"):
        validate_content(briefing_content(version=2))
    with pytest.raises(ValueError, match="briefing must be an object"):
        validate_content([])
