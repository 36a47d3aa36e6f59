"""Where higher slices plug into mail: what a step is counted from, what an inbound mail does."""

from collections.abc import Callable
from datetime import datetime

from crm.messaging.enums import InboundKind, InboundState, StepAnchor
from crm.messaging.models import Enrolment, InboundMessage

StepAnchorResolver = Callable[[Enrolment], datetime | None]
"""The moment a step is counted from; None when there is nothing to count from (the step is skipped)."""

InboundHandler = Callable[[InboundMessage, datetime], tuple[InboundState, str] | None]
"""Applies one stored mail. Answers (state, reason code), or None when it is not for this handler."""

_anchors: dict[StepAnchor, StepAnchorResolver] = {}
_inbound: dict[str, tuple[frozenset[InboundKind], InboundHandler]] = {}


def register_step_anchor(anchor: StepAnchor, resolver: StepAnchorResolver) -> None:
    """Say what an anchor means. A second call replaces the first."""
    _anchors[anchor] = resolver


def step_anchor(anchor: StepAnchor) -> StepAnchorResolver | None:
    return _anchors.get(anchor)


def register_inbound(name: str, kinds: frozenset[InboundKind], handler: InboundHandler) -> None:
    """Ask to see inbound mail of these kinds. Handlers are asked in the order of their names."""
    _inbound[name] = (kinds, handler)


def inbound_handlers(kind: InboundKind) -> list[InboundHandler]:
    return [handler for _name, (kinds, handler) in sorted(_inbound.items()) if kind in kinds]
