"""Whatever a table holds, the answer is a sentence or a report, and the second run changes nothing."""

import csv
import random
from pathlib import Path

import pytest

from crm.base.errors import ParleyError
from crm.imports.models import ImportBatch
from tests.crm.imports.tables import CIVICRM, GOOGLE, NATIONBUILDER, bring, changed

JUNK = (
    *("", " ", "x" * 600, "'", '"', "=1+1", "'+27 21", "\u202edrow", "\x07", "2025-13-40", "0000-00-00", "9999-12-31"),
    *(
        "a@b",
        "a@x.example; b@x.example",
        "A@X.EXAMPLE",
        "@",
        " ::: ",
        ";;;",
        ",",
        "[]",
        "x []",
        "[mobile]",
        "No",
        "yes",
    ),
    *("<script>", "{{ 7*7 }}", "٣", "１", "\u2028", "é" * 300, "a:b:c", ":", "name", "﷽", "-" * 22, "🙂"),
)
OWN = "Parley ID,Name,Sort name,E-mail,Phone,Address,Tags,Identifiers,Organization,Organization ID,Job since,Category"


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.slow
def test_table_of_junk_gives_a_sentence_or_a_report(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    header = chance.choice((NATIONBUILDER, CIVICRM, GOOGLE, OWN)).split(",")
    path = tmp_path / "people.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for _row in range(25):
            width = len(header) + chance.choice((0, 0, 0, 0, -3, 2))
            writer.writerow([chance.choice(JUNK) for _cell in range(width)])

    try:
        bring(path)
        report, _batch = bring(path)
    except ParleyError as refusal:
        assert str(refusal.sentence).endswith(".")
        assert ImportBatch.objects.count() == 0
    else:
        assert changed(report) == []


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("name", ["people.csv", "people.xlsx"])
def test_random_bytes_are_no_table(tmp_path: Path, name: str, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / name
    path.write_bytes(chance.choice((b"", b"PK\x03\x04", b"\xff\xfe", b'name,"email\n')) + chance.randbytes(400))

    with pytest.raises(ParleyError) as caught:
        bring(path)

    assert str(caught.value.sentence).endswith(".")
