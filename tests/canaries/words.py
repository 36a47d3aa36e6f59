"""Words that stand nowhere but in planted rows, and how to write one into every text column of a row."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from django.db.models import CharField, JSONField, Model, TextField

PROBE = "zyxq"
"""What searches ask for: the beginning of every word, but itself none of them, so a page may repeat it."""
HIDDEN, PRIVATE, SUPPORTER = f"{PROBE}hid", f"{PROBE}own", f"{PROBE}sup"
"""Of somebody hidden; of a colleague's private segment; of a supporter, whom only some roles see."""
CANARY = re.compile(rf"{PROBE}(?:hid|own|sup)\d{{4}}", re.IGNORECASE)
STEERING = frozenset(
    "language time_zone partstat calendar_method object_type anchor_type verb act kind file_format profile scheme key "
    "template_key content_hash source_hash plan_digest sha256 folder state birth_date death_date start_date end_date "
    "valid_from valid_until founding_date dissolution_date gender stop_reason indicator model column "
    "legislative_period lease_owner owner outcome".split()
)
"""Columns code reads as a code, a date or a hash; nobody's words."""

ORIGIN: dict[str, str] = {}
"""Which column of which table each word stands in."""

_number = count(1)


def word(stem: str, origin: str = "") -> str:
    made = f"{stem}{next(_number):04d}"
    ORIGIN[made] = origin
    return made


def text_columns(model: type[Model]) -> Iterator[Any]:
    """The columns of a table that hold words."""
    for field in model._meta.concrete_fields:
        if isinstance(field, (CharField, TextField)) and not field.choices and field.name not in STEERING:
            yield field


def fill(row: Any, stem: str) -> Any:
    """Write a word of its own into every text column of the row and every text of its JSON; gives the row anew."""
    name = type(row).__name__
    told = {each.name: spelled(each.name, word(stem, f"{name}.{each.name}")) for each in text_columns(type(row))}
    for field in row._meta.concrete_fields:
        if isinstance(field, JSONField) and field.name not in {"steps", "params", "read_roles", "ids"}:
            told[field.name] = in_json(getattr(row, field.name), stem, f"{name}.{field.name}")
    type(row)._base_manager.filter(pk=row.pk).update(**told)
    row.refresh_from_db()
    return row


def spelled(column: str, canary: str) -> str:
    """The word as the column wants it."""
    if "email" in column or column == "reply_to":
        return f"{canary}@office.example"
    if column.endswith("_url") or column in {"sources"}:
        return f"https://{canary}.example/"
    if column in {"public_id", "uid", "identifier", "origin_key", "search_text", "hash_key"}:
        return canary
    return canary.capitalize()


def in_json(value: Any, stem: str, origin: str) -> Any:
    """The same structure with every text in it replaced, but for keys of other rows and codes."""
    if isinstance(value, dict):
        return {key: in_json(each, stem, origin) for key, each in value.items()}
    if isinstance(value, list):
        return [in_json(each, stem, origin) for each in value]
    return word(stem, origin).capitalize() if isinstance(value, str) and " " in value else value


def words_in(text: str) -> set[str]:
    """The planted words a text holds, in lower case."""
    return {found.lower() for found in CANARY.findall(text)}
