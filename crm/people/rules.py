"""Pure rules about people: what a search finds them by, how a name is put together."""

from collections.abc import Iterable

from crm.base.text import fold, one_line


def search_document(
    *,
    names: Iterable[str],
    emails: Iterable[str] = (),
    organizations: Iterable[str] = (),
    areas: Iterable[str] = (),
) -> str:
    """What `search_text` holds: every distinct text folded, names first, one per line."""
    texts = (fold(text) for group in (names, emails, organizations, areas) for text in group)
    return "\n".join(dict.fromkeys(text for text in texts if text))


def full_name(given: str, middle: str, family: str, suffix: str = "") -> str:
    """The name in reading order, from its parts."""
    return one_line(" ".join(part for part in (given, middle, family, suffix) if part))


def sort_name_of(name: str, given: str = "", family: str = "") -> str:
    """Family name first when the parts are known, else the name as it stands: nobody guesses where it splits."""
    return f"{family}, {given}" if family and given else family or name
