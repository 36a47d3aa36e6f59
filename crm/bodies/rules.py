"""Pure rules about what a page of a person or a body tells."""

from dataclasses import dataclass
from datetime import date

OLD_AFTER_DAYS = 365


@dataclass(frozen=True, order=True)
class SourceRead:
    """A source and the newest day on which something here was read there."""

    name: str
    url: str
    days: int | None

    @property
    def is_old(self) -> bool:
        """Read longer ago than a year: it may no longer hold."""
        return self.days is not None and self.days > OLD_AFTER_DAYS


def sources_read(facts: set[tuple[str, str, date | None]], on: date) -> list[SourceRead]:
    """Each source once, the one read last first; those nobody dated come last."""
    newest: dict[tuple[str, str], date | None] = {}
    for name, url, day in facts:
        if name or url:
            known = newest.get((name, url))
            newest[name, url] = max(filter(None, (known, day)), default=None)
    found = [
        SourceRead(name, url, None if day is None else max(0, (on - day).days)) for (name, url), day in newest.items()
    ]
    return sorted(found, key=lambda source: (source.days is None, source.days or 0, source.name, source.url))
