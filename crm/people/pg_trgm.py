"""The search index of people on PostgreSQL: trigrams for words, a list of beginnings for one and two letters.

https://www.postgresql.org/docs/current/pgtrgm.html; a GIN index of trigrams cannot tell where a line begins.
"""

from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import BooleanField, Func

TRIGRAMS = "crm_person_search_trigrams"
BEGINNINGS = "crm_person_search_beginnings"

FUNCTION = r"""
CREATE OR REPLACE FUNCTION crm_beginnings(document text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array(
        SELECT left(line, length)
        FROM unnest(string_to_array(document, chr(10))) AS line, generate_series(1, 2) AS length
        UNION
        SELECT word[1] FROM regexp_matches(document, '(?<= )([^ \n]{1,2})(?= )', 'g') AS word
    )
$$
"""


class HasBeginning(Func):
    """Whether a line of a text begins with one or two letters, or has them as a word; the index answers."""

    function = "crm_beginnings"
    arg_joiner = ") @> ARRAY["
    template = "(%(function)s(%(expressions)s]::text[])"
    output_field = BooleanField()


def create(connection: Any) -> bool:
    """Make the indexes unless they are there; says whether one was made.

    Without the right to create the extension the search works, slower: the next `migrate` tries again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname IN (%s, %s)", [TRIGRAMS, BEGINNINGS])
        if cursor.fetchone()[0] == 2:
            return False
        cursor.execute(FUNCTION)
        cursor.execute(f"CREATE INDEX IF NOT EXISTS {BEGINNINGS} ON crm_person USING gin (crm_beginnings(search_text))")
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except DatabaseError:
            return False
        cursor.execute(f"CREATE INDEX IF NOT EXISTS {TRIGRAMS} ON crm_person USING gin (search_text gin_trgm_ops)")
    return True


def drop(connection: Any) -> None:
    """Take the indexes away; the extension stays, others may use it."""
    with connection.cursor() as cursor:
        for name in (TRIGRAMS, BEGINNINGS):
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
        cursor.execute("DROP FUNCTION IF EXISTS crm_beginnings(text)")
