import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.petitions.models import Petition
from tests.factories.petitions import signature

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_counts", *arguments, stdout=out)
    return out.getvalue()


def test_right_counters_are_reported_right() -> None:
    signature()

    assert run() == "Every counter equals its rows.\n"
    assert json.loads(run("--json")) == {"mismatches": [], "repaired": False}


def test_a_wrong_counter_ends_with_a_sentence() -> None:
    owner = signature().petition
    Petition.objects.update(signature_count=9)

    with pytest.raises(CommandError) as caught:
        run()

    assert (caught.value.returncode, str(caught.value)) == (
        1,
        "Counters that differ from their rows: 1. "
        f"The first is total of petition {owner.public_id}: 9 stored, 1 counted. "
        "Run the command again with --repair to set them right.",
    )


def test_repairing_sets_the_counters_right_and_a_second_time_finds_nothing() -> None:
    owner = signature().petition
    Petition.objects.update(signature_count=9)

    first, second = run("--repair", "--json"), run("--repair")

    assert json.loads(first) == {
        "mismatches": [{"petition": owner.public_id, "counter": "total", "stored": 9, "counted": 1}],
        "repaired": True,
    }
    assert second == "Every counter equals its rows.\n"
    assert Petition.objects.get().signature_count == 1
