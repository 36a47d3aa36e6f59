import os
import subprocess
import sys

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


def figures_of(database_url: str, *words: str) -> str:
    """What the benchmark says, in a process of its own: the mails must be in a database that other processes see."""
    command = [sys.executable, "-m", "tests.bench.bench_kill", "--mails=200", "--kills=6", *words]
    environment = os.environ | {"DATABASE_URL": database_url}
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    print(answer.stdout)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.mark.slow
def test_killed_dispatchers_double_and_lose_nothing(own_database_url: str) -> None:
    said = figures_of(own_database_url)

    assert "planned 200," in said
    assert "doubled 0, silently lost 0," in said
    assert "States add up to 200:" in said


@pytest.mark.slow
def test_killed_dispatchers_send_no_version_of_an_invitation_twice(own_database_url: str) -> None:
    """One in ten acknowledgements is lost as well: an invitation in doubt waits for a person, it never goes again."""
    said = figures_of(own_database_url, "--invitations")

    assert "planned 200," in said
    assert "doubled 0, silently lost 0," in said
    assert "States add up to 200:" in said


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
