from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.activity.models import ActivityEntry
from crm.activity.registry import register_kind, register_verb
from crm.bulk.registry import BulkActKind, register_act
from crm.people.models import Person
from crm.segments.registry import Args, SegmentFilter, register_filter
from crm.targets.actions import add_targets
from crm.targets.forms import BoardForm
from crm.targets.models import Target, TargetList
from crm.targets.queries import on_board

VERBS = {
    "target_list.created": _("The whip board was made."),
    "target_list.edited": _("The whip board was edited."),
    "quota.set": _("A quota of %(needed)s votes was set."),
    "quota.removed": _("A quota of %(needed)s votes was removed."),
    "targets.added": _("%(count)s people came onto a whip board."),
    "target.edited": _("The work on a target was changed."),
    "target.left": _("No longer a target on a whip board."),
    "target.returned": _("A target on a whip board again."),
    "target.moved": _("Moved to another position on a whip board: %(position)s."),
    "target.repointed": _("A whip board follows the seat to its new holder."),
}


def board_words(args: Args) -> str:
    return gettext("targets on the whip board %(board)s") % {"board": args["board"]}


def add_to_board(
    people: Sequence[Person], params: dict[str, Any], by: User, at: datetime, entry: ActivityEntry
) -> Iterable[int]:
    """The bulk act: who is on the board already stays as they are."""
    board = TargetList.objects.get(pk=params["board"])
    added = add_targets(board, [(person, None) for person in people], by=by, at=at, entry=entry)
    return [target.person_id for target in (*added.new, *added.back)]


def may_add_targets(user: User) -> bool:
    return can(user, Act.ADD, Target)


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_kind("target", _("Work on targets"))
    register_filter(SegmentFilter("on_board", _("On a whip board"), "positions", BoardForm, on_board, board_words))
    label = _("Add to a whip board")
    register_act(BulkActKind("whip_board", label, BoardForm, add_to_board, permitted=may_add_targets, order=60))
