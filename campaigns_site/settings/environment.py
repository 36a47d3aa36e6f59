"""The one place that reads the environment. Every other module asks here."""

from pathlib import Path
from typing import Any

import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)

SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # Each connection keeps 8 MB of pages: a feed of 2,000 meetings is asked for in three quarters of the time.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000;",
}

# Compiling a query of nested row rules takes PostgreSQL seconds; running it takes milliseconds. And who asks for the
# first few thousand rows wants them from the start of a table, not from where another scan happens to be.
POSTGRES_OPTIONS: dict[str, Any] = {"options": "-c jit=off -c synchronize_seqscans=off"}


def database() -> dict[str, Any]:
    """The default database: SQLite with the options that lose nobody, or `DATABASE_URL`."""
    VAR_DIR.mkdir(exist_ok=True)
    config: dict[str, Any] = dict(env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'parley.sqlite3'}"))
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["OPTIONS"] = {**SQLITE_OPTIONS, **config.get("OPTIONS", {})}
    else:
        config["OPTIONS"] = {**POSTGRES_OPTIONS, **config.get("OPTIONS", {})}
    config["CONN_MAX_AGE"] = None
    config["CONN_HEALTH_CHECKS"] = True
    return config


def caches() -> dict[str, Any]:
    """Local memory, or Redis when `REDIS_URL` is set. Nothing that must not be lost is kept here."""
    url = env.str("REDIS_URL", default="")
    if not url:
        return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    return {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}}


def tasks() -> dict[str, Any]:
    """Jobs live in the database, or on RQ workers when `TASKS_BACKEND=rq`."""
    if env.str("TASKS_BACKEND", default="database") == "rq":
        return {"default": {"BACKEND": "django_tasks_rq.RQBackend", "QUEUES": ["default"]}}
    return {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def anymail() -> dict[str, str]:
    """What anymail asks for: every variable `ANYMAIL_…`, such as ANYMAIL_WEBHOOK_SECRET or a provider's key."""
    given = {name: value for name, value in env.ENVIRON.items() if name.startswith("ANYMAIL_")}
    return {"WEBHOOK_SECRET": ""} | {name.removeprefix("ANYMAIL_"): value for name, value in given.items()}
