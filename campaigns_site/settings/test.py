"""What the suite runs on: dev without debug, fast hashing, tasks run in place."""

from campaigns_site.settings.dev import *  # noqa: F403
from campaigns_site.settings.environment import VAR_DIR, env

DEBUG = False
ORGANISATION_NAME = MAIL_FROM_NAME = WAGTAIL_SITE_NAME = "Parley"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
MEDIA_ROOT = VAR_DIR / "test-media"
IMPORTS_ROOT = VAR_DIR / "test-imports"
EXPORTS_ROOT = VAR_DIR / "test-exports"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
LOGGING = {"version": 1, "disable_existing_loggers": False}
# Two workers of the suite have a database each, so what they cache must not meet either.
CACHES["default"]["KEY_PREFIX"] = env.str("PYTEST_XDIST_WORKER", default="")
RUN_MIGRATIONS = env.bool("TEST_MIGRATIONS", default=False)
if not RUN_MIGRATIONS:

    class _NoMigrations(dict[str, None]):
        """Makes Django build every table straight from the models."""

        def __contains__(self, item: object) -> bool:
            return True

        def __getitem__(self, item: str) -> None:
            return None

    MIGRATION_MODULES = _NoMigrations()
MEETING_REMINDER_MINUTES = []
