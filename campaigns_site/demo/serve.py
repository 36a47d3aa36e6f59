"""Run everything the demo needs as children of one command, and stop all of them together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from django.conf import settings

from campaigns_site.settings.environment import BASE_DIR

RUN_DUE_SECONDS = 30


def child(*arguments: str) -> "subprocess.Popen[bytes]":
    """Start one management command beside us; it mails the same links as we do."""
    env = os.environ | {"PUBLIC_URL": settings.PUBLIC_URL}
    return subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=BASE_DIR, env=env)


def serve(port: int, *, say: Callable[[str], object]) -> int:
    """Site, worker and dispatcher until Ctrl-C; what is due is planned every half minute.

    Answers the exit code: 0 after Ctrl-C, 1 when a child stopped by itself.
    """
    running = {
        "site": child("runserver", "--noreload", f"127.0.0.1:{port}"),
        "worker": child("db_worker", "--no-reload", "--no-startup-delay", "--verbosity", "0"),
        "dispatcher": child("deliver"),
    }
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return watch(running, say=say)
    except KeyboardInterrupt:
        say("Stopping.")
        return 0
    finally:
        stop(list(running.values()))


def watch(running: "dict[str, subprocess.Popen[bytes]]", *, say: Callable[[str], object]) -> int:
    """Wait while all children live; plan what is due now and then."""
    planned_at = 0.0
    while True:
        for name, process in running.items():
            if process.poll() is not None:
                say(f"The {name} stopped with code {process.returncode}. Read its last lines above.")
                return 1
        if time.monotonic() - planned_at > RUN_DUE_SECONDS:
            planned_at = time.monotonic()
            child("run_due", "--verbosity", "0").wait()
        time.sleep(0.5)


def stop(processes: "Sequence[subprocess.Popen[bytes]]") -> None:
    """Ask each child to finish, then wait; kill one that does not listen."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
