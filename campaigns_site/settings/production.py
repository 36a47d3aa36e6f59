"""Production: refuses to start when it would not be safe."""

from django.core.exceptions import ImproperlyConfigured

from campaigns_site.settings.base import *  # noqa: F403
from campaigns_site.settings.base import ALLOWED_HOSTS, ANYMAIL, MAIL_PROVIDER, PUBLIC_URL, SECRET_KEY
from campaigns_site.settings.environment import env

if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5 or SECRET_KEY.startswith(("django-insecure", "development")):
    raise ImproperlyConfigured("Set SECRET_KEY to a random value of at least 50 characters before you start Parley.")
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS or any(host.startswith(".") and len(host) < 3 for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the host names this site answers to; '*' is not accepted.")
if not PUBLIC_URL.startswith("https://"):
    raise ImproperlyConfigured("Set PUBLIC_URL to the https address of this site; mailed links are built from it.")
if MAIL_PROVIDER and len(ANYMAIL["WEBHOOK_SECRET"]) < 20:
    raise ImproperlyConfigured(
        "Set ANYMAIL_WEBHOOK_SECRET (at least 20 characters) for your mail provider, or unset MAIL_PROVIDER."
    )

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
