import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.bench_kill import ROOT, Figures

GOOD = {
    "planned": 3,
    "arrived": 2,
    "accepted": 2,
    "doubled": 0,
    "silently_lost": 0,
    "unknown": 1,
    "unknown_arrived": 0,
    "kills": 1,
    "seconds": 1.0,
    "states": {"accepted": 2, "unknown": 1},
}


@pytest.mark.slow
def test_killed_dispatchers_double_and_lose_nothing(tmp_path: Path) -> None:
    """In a process of its own: the mails must be in a database that other processes see."""
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'kill.sqlite3'}"}

    answer = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_kill", "--mails=200", "--kills=6"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "planned 200," in answer.stdout
    assert "doubled 0, silently lost 0," in answer.stdout
    assert "States add up to 200:" in answer.stdout


@pytest.mark.slow
def test_killed_dispatchers_send_no_version_of_an_invitation_twice(tmp_path: Path) -> None:
    """One in ten acknowledgements is lost as well: an invitation in doubt waits for a person, it never goes again."""
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'kill.sqlite3'}"}

    answer = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_kill", "--invitations", "--mails=200", "--kills=6"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "planned 200," in answer.stdout
    assert "doubled 0, silently lost 0," in answer.stdout
    assert "States add up to 200:" in answer.stdout


def test_figures_that_add_up_are_good() -> None:
    assert Figures(**GOOD).is_good


@pytest.mark.parametrize(
    "bad",
    [
        {"doubled": 1},
        {"silently_lost": 1},
        {"states": {"accepted": 2}},
        {"states": {"accepted": 2, "claimed": 1}},
    ],
)
def test_figures_that_do_not_add_up_are_bad(bad: dict[str, object]) -> None:
    assert not Figures(**GOOD | bad).is_good
