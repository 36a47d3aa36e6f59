"""Undo of what is too long to wait for, as work with a page of its own."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.bulk.models import BulkAct
from crm.bulk.registry import BulkActKind, for_nobody, register_work
from crm.bulk.tasks import wake
from crm.changes.registry import register_long_undo
from crm.undos.actions import start_undo, undo_next


def undone(act: BulkAct) -> Iterable[tuple[int, Any]]:
    """What was set back so far, and what stayed as it is."""
    yield act.params.get("set_back", 0), _("set back")
    yield act.params.get("kept", 0), _("stayed: changed again since, or something else refers to it")


def _back(_act: BulkAct) -> tuple[str, Any]:
    return reverse("wagtailadmin_home"), _("Home")


UNDO = BulkActKind(
    "undo",
    _("Take an act back"),
    forms.Form,
    for_nobody,
    work=undo_next,
    told=undone,
    counted=_("%(done)s of %(total)s changes"),
    back=_back,
)


def undo_in_parts(entry: ActivityEntry, by: User, at: datetime) -> str:
    """Begin it and call a worker; answers the page that shows how far it is."""
    act = start_undo(UNDO, entry, by=by, at=at)
    wake(act)
    return reverse("crm_bulk_act", args=[act.public_id])


def declare() -> None:
    """Offer it to whoever takes acts back; called once when the app is ready."""
    register_work(UNDO)
    register_long_undo(undo_in_parts)
