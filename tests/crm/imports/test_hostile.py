"""Whatever a file holds, the answer is a sentence or a report; never a crash, never half an import."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from crm.base.errors import ParleyError
from crm.imports.models import ImportBatch
from tests.crm.imports.steps import load

JUNK: tuple[Any, ...] = (
    *(None, True, 7, -1, 1e300, "", " ", "x" * 600, "\u202edrow", "\x07", "2025-13-40", "9999-12-31", "0000-00-00"),
    *([], {}, [[]], [None, 3], {"a": {"b": []}}, "=HYPERLINK()", "<script>", "٣", "²", "１"),
)


def spoil(value: Any, chance: random.Random) -> Any:
    """The same data with some values swapped for junk, dropped or doubled."""
    if chance.random() < 0.03:
        return chance.choice(JUNK)
    if isinstance(value, dict):
        return {key: spoil(each, chance) for key, each in value.items() if chance.random() > 0.02}
    if isinstance(value, list):
        doubled = value[:1] if chance.random() < 0.1 else []
        return [spoil(each, chance) for each in (*value, *doubled)]
    return value


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(25))
@pytest.mark.slow
def test_spoiled_folder_gives_a_sentence_or_a_report(congress: Path, seed: int) -> None:
    chance = random.Random(seed)
    for path in congress.glob("*.json"):
        path.write_text(json.dumps(spoil(json.loads(path.read_text()), chance)))

    try:
        with transaction.atomic():
            report, _batch = load(congress)
            again, _second = load(congress)
    except ParleyError as refusal:
        assert str(refusal.sentence).endswith(".")
        assert ImportBatch.objects.count() == 0
    else:
        written = [row for row in report["rows"] if row["act"] in ("created", "updated")]
        rewritten = [row for row in again["rows"] if row["act"] in ("created", "updated")]
        assert (bool(written), rewritten) == (True, [])
