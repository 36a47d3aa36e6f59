"""Settings shared by every lane. Values come from `environment`, never from os.environ."""

from csp.constants import NONCE, NONE, SELF  # noqa: F401  (NONCE is for subclasses)
from django.utils.translation import gettext_lazy as _

from campaigns_site.settings.environment import BASE_DIR, VAR_DIR, anymail, caches, database, env, tasks

SECRET_KEY = env.str("SECRET_KEY", default="")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
WAGTAILADMIN_BASE_URL = PUBLIC_URL
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

ORGANISATION_NAME = env.str("ORGANISATION_NAME", default="Parley")
ORGANISATION_POSTAL_ADDRESS = env.str("ORGANISATION_POSTAL_ADDRESS", default="1 Harbour Row, Fairhaven")
WAGTAIL_SITE_NAME = ORGANISATION_NAME

INSTALLED_APPS = [
    "campaigns_site",
    "cms",
    "meetings",
    "crm",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail_modeladmin",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.api.v3",
    "wagtail",
    "modelcluster",
    "taggit",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "campaigns_site.middleware.SecurityHeadersMiddleware",
    "campaigns_site.middleware.CSPByAreaMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "campaigns_site.middleware.PageLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "campaigns_site.middleware.AccessRuleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "campaigns_site.urls"
WSGI_APPLICATION = "campaigns_site.wsgi.application"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "campaigns_site.context.organisation",
            ],
        },
    },
]

DATABASES = {"default": database()}
CACHES = caches()
TASKS = tasks()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "crm.User"
LOGIN_URL = "wagtailadmin_login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "campaigns_site" / "locale"]
WAGTAIL_I18N_ENABLED = True
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="America/New_York")

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# Files handed in for an import: never below MEDIA_ROOT, which the web server hands out.
IMPORTS_ROOT = VAR_DIR / env.str("IMPORTS_ROOT", default="imports")
# Files that were asked for leave here through a view that checks who fetches them.
EXPORTS_ROOT = VAR_DIR / env.str("EXPORTS_ROOT", default="exports")

# No page may make a browser talk to a third party.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILAPI_RICH_TEXT_FORMAT = "html"
WAGTAILAPI_LIMIT_MAX = 100
WAGTAILAPI_DOCS_ENABLED = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "modelsearch.backends.database"}}
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {"features": ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]},
    }
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "campaigns_site.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60

# Mail. `MAIL_TRANSPORT`: "outbox" keeps every mail on the outbox page; "smtp" sends.
MAIL_TRANSPORT = env.str("MAIL_TRANSPORT", default="outbox")
MAIL_DOMAIN = env.str("MAIL_DOMAIN", default="parley.example")
MAIL_FROM_NAME = env.str("MAIL_FROM_NAME", default=ORGANISATION_NAME)
MAIL_FROM_TRANSACTIONAL = env.str("MAIL_FROM_TRANSACTIONAL", default=f"hello@{MAIL_DOMAIN}")
MAIL_FROM_SEQUENCE = env.str("MAIL_FROM_SEQUENCE", default=f"team@{MAIL_DOMAIN}")
# Minutes before its start at which our side is reminded of every new meeting; each meeting may differ.
MEETING_REMINDER_MINUTES: list[int] = env.list("MEETING_REMINDER_MINUTES", cast=int, default=[1440])
MAIL_FROM_INVITATION = env.str("MAIL_FROM_INVITATION", default=f"meetings@{MAIL_DOMAIN}")
SMTP_HOST = env.str("SMTP_HOST", default="127.0.0.1")
SMTP_PORT = env.int("SMTP_PORT", default=25)
SMTP_USERNAME = env.str("SMTP_USERNAME", default="")
SMTP_PASSWORD = env.str("SMTP_PASSWORD", default="")
SMTP_USE_TLS = env.bool("SMTP_USE_TLS", default=False)
SMTP_USE_SSL = env.bool("SMTP_USE_SSL", default=False)
SMTP_TIMEOUT = env.int("SMTP_TIMEOUT", default=30)
SMTP_FINAL_TIMEOUT = env.int("SMTP_FINAL_TIMEOUT", default=120)
MAIL_LEASE_SECONDS = env.int("MAIL_LEASE_SECONDS", default=300)
# The name our own mail server writes into Authentication-Results; without it no sender counts as proven.
MAIL_AUTH_SERVER = env.str("MAIL_AUTH_SERVER", default="")
EMAIL_BACKEND = "campaigns_site.mail.OutboxEmailBackend"
INVITE_EMAIL_BACKEND = env.str("INVITE_EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")
DEFAULT_FROM_EMAIL = MAIL_FROM_TRANSACTIONAL
MAIL_PROVIDER = env.str("MAIL_PROVIDER", default="")
ANYMAIL = anymail()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"keys": {"()": "campaigns_site.logs.WithoutKeys"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["keys"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {name: {"level": "WARNING"} for name in ("wagtail", "wagtail_localize", "django_tasks")},
}
