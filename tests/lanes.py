"""Run the fast suite and the screens on PostgreSQL built by the migrations, with Redis. `python -m tests.lanes`.

Addresses come from TEST_POSTGRES_URL and TEST_REDIS_URL; a server that does not answer is said, not hidden.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/parley")
CHOICE = "not slow and not browser and not bench"
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/1")


def postgres_answers() -> bool:
    """Whether the server accepts a connection."""
    if silence := postgres_silence():
        print(silence)
    return not silence


def postgres_silence() -> str:
    """Why the server accepts no connection (to its own maintenance database), as a sentence; empty when it does."""
    import psycopg

    try:
        psycopg.connect(_address("postgres"), connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return f"PostgreSQL does not answer, so this lane did not run: {str(error).splitlines()[0]}"
    return ""


@contextmanager
def own_postgres() -> Iterator[str]:
    """The address of a new, empty PostgreSQL database, for tests whose workers are processes; dropped afterwards."""
    import psycopg

    name = f"parley_own_{uuid4().hex}"
    with psycopg.connect(_address("postgres"), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield _address(name)
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _address(database: str) -> str:
    return f"{POSTGRES.rsplit('/', 1)[0]}/{database}"


def redis_url() -> dict[str, str]:
    """REDIS_URL when Redis answers; the suite also passes without it."""
    import redis

    try:
        redis.Redis.from_url(REDIS, socket_connect_timeout=3).ping()
    except redis.ConnectionError as error:
        print(f"Redis does not answer, so the suite runs without it: {error}")
        return {}
    return {"REDIS_URL": REDIS}


def main() -> int:
    if not postgres_answers():
        return 0
    env = os.environ | {"DATABASE_URL": POSTGRES, "TEST_MIGRATIONS": "1"} | redis_url()
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-q", "-m", CHOICE]
    return subprocess.run(command, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
