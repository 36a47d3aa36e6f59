"""Calling a worker. The state of a job is in our own rows; the queue is only an alarm clock."""

import logging
from typing import Any

from django.db import transaction
from django_tasks.base import Task

logger = logging.getLogger(__name__)


def call_worker(task: Task[Any, Any], pk: int) -> None:
    """Let a worker run this task for this row once the transaction is committed.

    A queue that is away costs time, not the job: that is logged, and `run_due` takes it up. The second call lets the
    task run twice, so a task does nothing for a row that is over.
    """

    def enqueue() -> None:
        try:
            task.enqueue(pk)
        except Exception:
            logger.exception("No worker could be called for %s of %s", task.name, pk)

    transaction.on_commit(enqueue)
