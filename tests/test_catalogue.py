"""The Spanish catalogue says everything the public, a supporter or an office can meet."""

import ast
import gettext
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FOLDER = Path(settings.LOCALE_PATHS[0]) / "es" / "LC_MESSAGES"
PUBLIC = (
    "cms",
    "crm/base",
    "crm/briefings",
    "crm/consent",
    "crm/messaging",
    "crm/outbox",
    "crm/petitions",
    "crm/sequences",
    "meetings/agendas",
    "meetings/holds/actions.py",
    "meetings/invitations",
    "meetings/polls/enums.py",
    "meetings/polls/errors.py",
    "meetings/polls/forms.py",
    "meetings/polls/views.py",
    "meetings/replies",
    "meetings/requests",
    "meetings/scheduling",
    "templates/403.html",
    "templates/404.html",
    "templates/409.html",
    "templates/500.html",
    "templates/base.html",
    "templates/csrf.html",
    "templates/cms",
    "templates/components",
    "templates/email",
    "templates/links",
    "templates/meetings/poll_answer.html",
)
"""Files and folders whose words leave the staff screens."""

CALLS = {"_": 0, "gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "ngettext": 0, "ngettext_lazy": 0}
CALLS_WITH_CONTEXT = {"pgettext": 1, "pgettext_lazy": 1, "npgettext": 1, "npgettext_lazy": 1}
TAG = re.compile(
    r"""\{%\s*trans(?:late)?\s+(?:"(?P<double>[^"]+)"|'(?P<single>[^']+)')(?P<options>.*?)%\}"""
    r"""|\{%\s*blocktrans(?:late)?\b(?P<block>.*?)%\}(?P<body>.*?)\{%\s*endblocktrans(?:late)?\s*%\}""",
    re.DOTALL,
)
CONTEXT = re.compile(r"""context\s+["']([^"']+)["']""")
PLURAL = re.compile(r"\{%\s*plural\s*%\}")
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{%.*?%\}|(?<!%)%[sd]")


class Entry(NamedTuple):
    """One message as it stands in the file; `translations` has one text, or one for each plural form."""

    context: str
    msgid: str
    plural: str
    translations: tuple[str, ...]
    is_fuzzy: bool


def read_po(path: Path) -> Iterator[Entry]:
    """Every message of a .po file but its header and the obsolete ones."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        lines = block.strip().splitlines()
        texts: dict[str, str] = {}
        name = ""
        for line in lines:
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                name, line = line.split(" ", 1)
            texts[name] = texts.get(name, "") + ast.literal_eval(line)
        if texts.get("msgid"):
            translations = tuple(text for key, text in texts.items() if key.startswith("msgstr"))
            is_fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
            yield Entry(texts.get("msgctxt", ""), texts["msgid"], texts.get("msgid_plural", ""), translations, is_fuzzy)


@cache
def catalogue() -> dict[tuple[str, str], Entry]:
    return {(entry.context, entry.msgid): entry for entry in read_po(FOLDER / "django.po")}


def words_of_python(path: Path) -> Iterator[tuple[str, str]]:
    """(context, msgid) of each call that marks a constant text for translation."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        at = CALLS.get(name, CALLS_WITH_CONTEXT.get(name))
        texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if at is not None and len(texts) > at:
            yield texts[0] if at else "", texts[at]


def words_of_template(path: Path) -> Iterator[tuple[str, str]]:
    """(context, msgid) of each translate and blocktranslate tag."""
    for found in TAG.finditer(path.read_text(encoding="utf-8")):
        options = found["options"] or found["block"] or ""
        context = CONTEXT.search(options)
        text = found["double"] or found["single"]
        if text is None:
            singular = PLURAL.split(found["body"])[0]
            lines = singular.split("\n")
            singular = " ".join(line.strip() for line in lines).strip() if "trimmed" in options else singular
            text = VARIABLE.sub(r"%(\1)s", singular)
        yield context[1] if context else "", text


def public_words() -> Iterator[tuple[str, tuple[str, str]]]:
    """(file, (context, msgid)) of every marked text under `PUBLIC`."""
    for start in (ROOT / each for each in PUBLIC):
        for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
            if path.suffix == ".py" and "migrations" not in path.parts:
                yield from ((str(path.relative_to(ROOT)), words) for words in words_of_python(path))
            elif path.suffix in {".html", ".txt"}:
                yield from ((str(path.relative_to(ROOT)), words) for words in words_of_template(path))


def test_public_paths_exist() -> None:
    gone = [each for each in PUBLIC if not (ROOT / each).exists()]

    assert gone == []


def test_public_words_are_translated() -> None:
    known = catalogue()

    missing = {
        f"{name}: {words[1]}"
        for name, words in public_words()
        if words not in known or known[words].is_fuzzy or not all(known[words].translations)
    }

    assert sorted(missing) == [], "Run `manage.py catalogue`, then translate these lines in django.po."


def test_translations_keep_placeholders() -> None:
    broken = []
    for entry in catalogue().values():
        wanted = sorted(PLACEHOLDER.findall(entry.plural or entry.msgid))
        broken += [text for text in entry.translations if text and sorted(PLACEHOLDER.findall(text)) != wanted]

    assert broken == []


def test_plural_messages_have_two_forms() -> None:
    wrong = [entry.msgid for entry in catalogue().values() if len(entry.translations) != (2 if entry.plural else 1)]

    assert wrong == []


def test_compiled_catalogue_equals_its_source() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]

    source: dict[object, str] = {}
    for entry in catalogue().values():
        key = f"{entry.context}\x04{entry.msgid}" if entry.context else entry.msgid
        if not all(entry.translations) or entry.is_fuzzy:
            continue
        if entry.plural:
            source |= {(key, number): text for number, text in enumerate(entry.translations)}
        else:
            source[key] = entry.translations[0]
    compiled.pop("", None)

    assert compiled == source, "Run `manage.py catalogue` and commit both files."
