"""Running acts on many people. The state is in our own rows; the queue is only an alarm clock."""

import logging
from datetime import datetime

from django.utils import timezone
from django_tasks import task

from crm.base.errors import ParleyError
from crm.base.tasks import call_worker
from crm.bulk.actions import fail_act, forget_plans, work_chunk
from crm.bulk.models import BulkAct
from crm.bulk.queries import forgotten_plans, silent_acts

logger = logging.getLogger(__name__)


@task()
def run_bulk_act(pk: int) -> None:
    """Do chunk after chunk until nothing is left or somebody pressed Stop. A second run finds nothing to do."""
    try:
        while work_chunk(pk, at=timezone.now()):
            pass
    except ParleyError as error:
        fail_act(pk, at=timezone.now(), sentence=str(error.sentence))
    except Exception:
        logger.exception("The bulk act %s broke off", pk)
        fail_act(pk, at=timezone.now())


def wake(act: BulkAct) -> None:
    """Call a worker once the transaction is committed."""
    call_worker(run_bulk_act, act.pk)


def continue_bulk_acts(at: datetime) -> int:
    """Take up, here and now, what lost its worker, and throw away what nobody started; says how many went on."""
    forget_plans(forgotten_plans(at))
    waiting = list(silent_acts(at))
    for act in waiting:
        run_bulk_act.func(act.pk)
    return len(waiting)
