from types import SimpleNamespace
from typing import Any

import pytest

from crm.base.tasks import call_worker

pytestmark = pytest.mark.django_db


def test_a_worker_is_called_after_the_commit(django_capture_on_commit_callbacks) -> None:
    called: list[int] = []
    job: Any = SimpleNamespace(name="job", enqueue=called.append)

    with django_capture_on_commit_callbacks(execute=True):
        call_worker(job, 7)
        before = list(called)

    assert (before, called) == ([], [7])


def test_a_queue_that_is_away_is_logged_and_stops_nobody(django_capture_on_commit_callbacks, caplog) -> None:
    def refuse(_pk: int) -> None:
        raise ConnectionError

    job: Any = SimpleNamespace(name="job", enqueue=refuse)

    with django_capture_on_commit_callbacks(execute=True):
        call_worker(job, 7)

    assert "No worker could be called for job of 7" in caplog.text
