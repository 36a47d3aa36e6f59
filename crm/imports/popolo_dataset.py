"""How one Popolo dataset names its rows, and what we call them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from crm.imports import ocd
from crm.imports.json_yaml_csv import text
from crm.imports.popolo import Record, partial_date
from crm.people.models import Membership

Rows = Mapping[str, list[dict[str, Any]]]
PERIOD_LIMIT = Membership._meta.get_field("legislative_period").max_length or 60


class Dataset:
    """A file of which we know no more than that it is Popolo."""

    level = ""

    def __init__(self, name: str, found: Rows) -> None:
        self.name = name
        self.notes: list[str] = []
        self.elsewhere: dict[str, tuple[str, str]] = {}
        self.areas = {text(row, "id"): self.area_id(row) for row in found["areas"]}
        self.posts = {text(row, "id"): row for row in found["posts"]}
        self.periods = {text(row, "id"): row for row in found["events"] if text(row, "id")}
        labels = Counter((text(row, "organization_id"), text(row, "label")) for row in found["posts"])
        self._shared_labels = {key for key, number in labels.items() if number > 1}
        names = Counter(text(row, "name") for row in self.periods.values())
        self._shared_periods = {name for name, number in names.items() if number > 1}

    @property
    def scheme(self) -> str:
        """The scheme of ids that mean nothing outside this dataset."""
        return f"popolo:{self.name}"[:60]

    def ref(self, kind: str, local: str) -> str:
        """The ref of a person, organization or post; notes under which id one of another file may be here."""
        if kind in ("person", "organization"):
            self.elsewhere[f"{kind}:{local}"] = self.own_pair(kind, local)
        return f"{kind}:{local}"

    def own_pair(self, kind: str, local: str) -> tuple[str, str]:
        """The id of a row that is only named."""
        return self.scheme, f"{kind}/{local}"

    def own_id(self, kind: str, row: Mapping[str, Any]) -> tuple[str, str] | None:
        """The id of a row as we keep it."""
        local = text(row, "id").strip()
        return self.own_pair(kind, local) if local else None

    def area_id(self, row: Mapping[str, Any]) -> str:
        """The division id of an area, or an id that holds in this dataset only."""
        for value in (text(row, "id"), text(row, "identifier")):
            if ocd.is_division(value):
                return value
        return f"{self.scheme}/{text(row, 'id')}"[:200]

    def area_ref(self, local: str) -> str:
        """The area a row names; a division may be here although the file does not hold it."""
        return self.areas.get(local) or (local if ocd.is_division(local) else f"{self.scheme}/{local}")

    def seat_area(self, row: Mapping[str, Any], post: str) -> str:
        """The area of a post or of a membership: its own, or that of its post; empty when neither has one."""
        local = text(row, "area_id") or text(self.posts.get(post, {}), "area_id")
        return self.area_ref(local) if local else ""

    def more_areas(self) -> Iterator[Record]:
        """Areas we need beside those of the file."""
        yield from ()

    def post_label(self, row: Mapping[str, Any]) -> str:
        """The label, told apart by the id when two posts of a body share one."""
        label = text(row, "label") or text(row, "role") or text(row, "id")
        shared = (text(row, "organization_id"), text(row, "label")) in self._shared_labels
        return f"{label} ({text(row, 'id')})" if shared else label

    def post_role(self, row: Mapping[str, Any]) -> str:
        return text(row, "role") or text(row, "label") or text(row, "id")

    def period(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """The name of the legislative period of a membership and its last day; the id when names are not enough."""
        local = text(row, "legislative_period_id")
        event = self.periods.get(local, {})
        name = text(event, "name")
        usable = name and len(name) <= PERIOD_LIMIT and name not in self._shared_periods
        return (name if usable else local[:PERIOD_LIMIT]), partial_date(text(event, "end_date"))

    def title(self, row: Mapping[str, Any]) -> str:
        """What the holder is called; a plain member needs no title."""
        title = text(row, "label") or text(row, "role")
        return "" if title.lower() == "member" else title
