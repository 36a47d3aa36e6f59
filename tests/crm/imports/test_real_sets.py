"""The shared real data beyond Congress, against reference counts that were made without our code."""

from pathlib import Path

import pytest

from tests.real_counts import checks

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_every_set_equals_the_reference_counts_in_any_order(shared_data: Path) -> None:
    differing = {}

    for title, work in checks(shared_data):
        expected, got = work()
        differing |= {f"{title}: {name}": got.get(name) for name, wanted in expected.items() if got.get(name) != wanted}

    assert differing == {}
