"""The default lane: SQLite, local outbox, no account, no network."""

from campaigns_site.settings.base import *  # noqa: F403
from campaigns_site.settings.environment import env

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="development-only-key-never-accepted-in-production")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver", *env.list("ALLOWED_HOSTS", default=[])]
WAGTAILAPI_DOCS_ENABLED = True
DEV_PAGES = True

# The demo's invented organisation, unless the environment names yours.
ORGANISATION_NAME = env.str("ORGANISATION_NAME", default="Clear Harbour Alliance")
MAIL_FROM_NAME = WAGTAIL_SITE_NAME = ORGANISATION_NAME
