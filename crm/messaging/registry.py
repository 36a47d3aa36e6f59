"""Where higher slices plug into mail: what a step is counted from, what an inbound mail does."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm.messaging.enums import InboundKind, InboundState, StepAnchor
from crm.messaging.models import Enrolment, InboundMessage
from crm.messaging.rules import StepInput, TemplateSource

StepAnchorResolver = Callable[[Enrolment], datetime | None]
"""The moment a step is counted from; None when there is nothing to count from (the step is skipped)."""

InboundHandler = Callable[[InboundMessage, datetime], tuple[InboundState, str] | None]
"""Applies one stored mail. Answers (state, reason code), or None when it is not for this handler."""

DueJob = Callable[[datetime], object]
"""Plans everything of one kind that is due at a moment. Must be safe to run twice and side by side."""


@dataclass(frozen=True)
class DefaultTemplate:
    """The words a mail has before anybody edits them; `sample` fills the fields in the pattern library."""

    source: TemplateSource
    fields: frozenset[str] = frozenset()
    sample: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DefaultSequence:
    key: str
    name: Any
    steps: tuple[StepInput, ...]


_anchors: dict[StepAnchor, StepAnchorResolver] = {}
_inbound: dict[str, tuple[frozenset[InboundKind], InboundHandler]] = {}
_templates: dict[str, dict[tuple[str, str], DefaultTemplate]] = {}
_sequences: dict[str, DefaultSequence] = {}
_jobs: dict[str, DueJob] = {}
_drafts: dict[str, str] = {}


def register_default_templates(slice_name: str, templates: Iterable[Mapping[str, Any]]) -> None:
    """Words to use until the comms team writes its own. A second call for a slice replaces its first.

    Each mapping: key, language, name, subject, body; perhaps `fields` (names beyond those in the words)
    and `sample` (name → value for the pattern library).
    """
    found = {}
    for each in templates:
        key, language, name, subject, body = (
            str(each[part]) for part in ("key", "language", "name", "subject", "body")
        )
        found[key, language] = DefaultTemplate(
            TemplateSource(key, language, name, subject, body),
            frozenset(each.get("fields", ())),
            dict(each.get("sample", {})),
        )
    _templates[slice_name] = found


def default_templates() -> dict[tuple[str, str], DefaultTemplate]:
    """(key, language) → default words, of every slice."""
    return {pair: default for found in _templates.values() for pair, default in found.items()}


def register_default_sequence(key: str, *, name: Any, steps: Sequence[StepInput]) -> None:
    """A sequence that `enrol` makes by itself when nobody has yet. A second call replaces the first."""
    _sequences[key] = DefaultSequence(key, name, tuple(steps))


def default_sequences() -> dict[str, DefaultSequence]:
    return dict(_sequences)


def register_draft_of_step(step_template: str, draft_template: str) -> None:
    """A step says what a draft about the same thing says: whichever goes first, the other never does."""
    _drafts[step_template] = draft_template


def draft_of_step(step_template: str) -> str | None:
    return _drafts.get(step_template)


def register_due_job(name: str, job: DueJob) -> None:
    """Have `run_due` call `job(at)`. Jobs run in the order of their names; a second call replaces the first."""
    _jobs[name] = job


def due_jobs() -> list[tuple[str, DueJob]]:
    return sorted(_jobs.items())


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
