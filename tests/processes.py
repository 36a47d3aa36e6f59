"""Two workers that are real processes on one database."""

import os
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

BEGIN = "import django; django.setup()\n"
TABLES = """
from django.core.management import call_command
call_command("migrate", run_syncdb=True, verbosity=0)
"""
GATE = """
import pathlib, sys, time
gate = pathlib.Path(sys.argv[1])
pathlib.Path(f"{gate}.{sys.argv[2]}").touch()
while not gate.exists():
    time.sleep(0.001)
"""


def race(database_url: str, folder: Path, *, set_up: str, work: str, count: str) -> tuple[list[int], str]:
    """Let two processes do `work` at the same moment, in a database `set_up` filled.

    Gives the number each of them printed last, and what `count` prints afterwards. `work` is a script whose first
    part imports what it needs and whose last line does it.
    """
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "campaigns_site.settings.test",
    }

    def start(script: str, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", BEGIN + script, *words]
        return subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def end(process: subprocess.Popen[str]) -> str:
        said, wrong = process.communicate(timeout=300)
        assert process.returncode == 0, wrong[-2000:]
        return said.strip().splitlines()[-1] if said.strip() else ""

    end(start(TABLES + set_up))
    gate = folder / "gate"
    needed, _line, last = work.strip().rpartition("\n")
    workers = [start(f"{needed}\n{GATE}\n{last}\n", str(gate), str(number)) for number in range(2)]
    while any(worker.poll() is None for worker in workers) and len(list(folder.glob("gate.*"))) < 2:
        time.sleep(0.01)
    gate.touch()
    done = [int(end(worker)) for worker in workers]
    return done, end(start(count))
