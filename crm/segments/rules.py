"""How the steps of a segment are written and who may change it."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from django.contrib.auth.models import AnonymousUser
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.access.enums import Act, Role
from crm.access.models import User
from crm.access.rules import can, role_of
from crm.segments.enums import StepAct
from crm.segments.models import Segment

MAX_STEPS = 20
SEGMENT_FILTER = "segment"
"""The filter that means another segment; its argument `segment` is that segment's public id."""


class Step(TypedDict):
    """One step as it is kept."""

    act: str
    filter: str
    args: dict[str, Any]


def read_step(raw: Any) -> Step | None:
    """A kept step in its known shape; None for anything else, whoever wrote it."""
    if not isinstance(raw, Mapping) or raw.get("act") not in StepAct.values:
        return None
    key, args = raw.get("filter"), raw.get("args")
    if not isinstance(key, str) or not isinstance(args, Mapping):
        return None
    return Step(act=str(raw["act"]), filter=key, args={str(name): _as_sent(value) for name, value in args.items()})


def _as_sent(value: Any) -> Any:
    """A kept argument as a browser would send it: the form expects text."""
    if isinstance(value, list):
        return [str(each) for each in value]
    return value if isinstance(value, bool) else str(value)


def step_words(act: StepAct, phrase: str, *, first: bool) -> str:
    """A step as it reads in the pill: “members of …”, “without …”, “only …”."""
    if act == StepAct.ADD:
        return str(capfirst(phrase)) if first else _("and %(people)s") % {"people": phrase}
    if act == StepAct.REMOVE:
        return _("without %(people)s") % {"people": phrase}
    return _("limited to %(people)s") % {"people": phrase}


def moved(steps: Sequence[Any], position: int, by: int) -> list[Any]:
    """The steps with the one at `position` (from 0) moved by so many places, as far as that goes."""
    found = list(steps)
    if 0 <= position < len(found):
        step = found.pop(position)
        found.insert(max(0, min(len(found), position + by)), step)
    return found


def may_change(user: User | AnonymousUser, segment: Segment) -> bool:
    """The owner and the directors; a segment whose owner left belongs to the directors."""
    if not can(user, Act.CHANGE, segment):
        return False
    return role_of(user) == Role.DIRECTOR or segment.owner_id == user.pk
