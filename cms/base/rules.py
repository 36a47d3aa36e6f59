"""How the texts of a page are found and replaced."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from wagtail.fields import StreamField
from wagtail.models import Page

WORDS = ("title", "slug", "seo_title", "search_description")


def translated(page: Page, strings: Mapping[str, str]) -> dict[str, Any]:
    """The texts of a page in other words, by field; a text `strings` does not hold is left out or kept."""
    found: dict[str, Any] = {}
    for field in page._meta.concrete_fields:
        own = field.model is not Page
        if field.name in WORDS or (own and isinstance(field, models.CharField | models.TextField)):
            found |= _changed(field.name, getattr(page, field.name), strings)
        elif isinstance(field, StreamField):
            raw = replaced(list(getattr(page, field.name).get_prep_value()), strings)
            found[field.name] = field.stream_block.to_python(raw)
    return found


def _changed(name: str, value: Any, strings: Mapping[str, str]) -> dict[str, str]:
    return {name: strings[value]} if isinstance(value, str) and value in strings else {}


def replaced(raw: Any, strings: Mapping[str, str]) -> Any:
    """Stored blocks with every text replaced that `strings` holds; types and ids stay."""
    if isinstance(raw, str):
        return strings.get(raw, raw)
    if isinstance(raw, list):
        return [replaced(item, strings) for item in raw]
    if isinstance(raw, Mapping):
        return {key: value if key in {"type", "id"} else replaced(value, strings) for key, value in raw.items()}
    return raw
