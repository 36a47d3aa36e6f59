"""The search index of people on SQLite: one FTS5 table of trigrams, kept right by triggers.

https://www.sqlite.org/fts5.html §4.3.5 (trigram) and §4.4.3 (contentless). Its text is `search_text` with every
line break doubled and one in front, so that what begins a line has three characters even for a word of one.
"""

from collections.abc import Iterable
from typing import Any

TABLE = "crm_person_fts"
INDEXED = "replace(char(10) || {row}.search_text, char(10), char(10) || char(10))"
SHORT_WORD = 2

_add = f"INSERT INTO {TABLE}(rowid, document) VALUES (new.id, {INDEXED.format(row='new')});"
_drop = f"INSERT INTO {TABLE}({TABLE}, rowid, document) VALUES ('delete', old.id, {INDEXED.format(row='old')});"
TRIGGERS = {
    "crm_person_fts_added": f"AFTER INSERT ON crm_person BEGIN {_add} END",
    "crm_person_fts_deleted": f"AFTER DELETE ON crm_person BEGIN {_drop} END",
    "crm_person_fts_changed": (
        f"AFTER UPDATE OF search_text ON crm_person WHEN old.search_text <> new.search_text BEGIN {_drop} {_add} END"
    ),
}


def create(connection: Any) -> bool:
    """Make and fill the index unless it is there; says whether it was made.

    Django rebuilds a table of SQLite to alter it, which drops its triggers: then the index is made anew.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'crm_person_fts_%%'")
        if cursor.fetchone()[0] == len(TRIGGERS):
            return False
        drop(connection)
        cursor.execute(
            f"CREATE VIRTUAL TABLE {TABLE} USING fts5(document, content='', tokenize='trigram case_sensitive 1')"
        )
        cursor.execute(
            f"INSERT INTO {TABLE}(rowid, document) SELECT id, {INDEXED.format(row='crm_person')} FROM crm_person"
        )
        for name, body in TRIGGERS.items():
            cursor.execute(f"CREATE TRIGGER {name} {body}")
    return True


def drop(connection: Any) -> None:
    """Take the index away."""
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def phrase(text: str) -> str:
    """Exactly these characters, as an FTS5 string."""
    return '"' + text.replace('"', '""') + '"'


def expression(words: Iterable[str]) -> str:
    """The FTS5 question for every word; a short one begins a line or stands between spaces."""
    asked = []
    for word in words:
        short = f"({phrase(f'{chr(10) * 2}{word}')} OR {phrase(f' {word} ')})"
        asked.append(phrase(word) if len(word) > SHORT_WORD else short)
    return " AND ".join(asked)


def all_keys(words: Iterable[str]) -> tuple[str, list[str]]:
    """The question for the keys of all people whose search text holds every word, and its parameter."""
    return f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s", [expression(words)]


def first_keys(connection: Any, words: Iterable[str], limit: int) -> list[int]:
    """The keys of at most `limit` people whose search text holds every word."""
    with connection.cursor() as cursor:
        question, params = all_keys(words)
        cursor.execute(f"{question} LIMIT %s", [*params, limit])
        return [key for (key,) in cursor.fetchall()]
