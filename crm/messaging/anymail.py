"""Invitations through a Django mail backend, and which of anymail's backends can carry them (RFC 6047).

`INVITE_EMAIL_BACKEND` is SMTP unless somebody names another one. Most providers' APIs have no room for a
text/calendar alternative: anymail raises then or, with IGNORE_UNSUPPORTED_FEATURES, drops the invitation.
"""

from email import message_from_bytes
from email.charset import BASE64, Charset
from email.policy import default

import requests
from anymail.exceptions import AnymailAPIError, AnymailError
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.dummy import EmailBackend as DummyBackend
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from crm.messaging.smtp import Outcome, SendResult

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
ANYMAIL = "anymail.backends."
CARRIES = frozenset({"amazon_ses", "sendgrid"})
"""Anymail 15 backends that send the calendar part as what it is; a test sends through every one there is."""

OURS = frozenset({401, 403, 429})
"""Answers about our key or our pace: the recipient is not to blame, another try may work."""
KEPT_APART = frozenset({"from", "to", "subject", "reply-to", "date", "mime-version", "content-type"})


def check_invite_backend(dotted_path: str) -> str | None:
    """The sentence for a system check when this Django backend would lose invitations, else None."""
    if dotted_path == SMTP_BACKEND:
        return None
    try:
        backend = import_string(dotted_path)
    except (ImportError, ImproperlyConfigured) as error:
        why = " ".join(str(error).split())
        return _("The backend for invitations cannot be loaded: %(why)s") % {"why": why}
    if not (isinstance(backend, type) and issubclass(backend, BaseEmailBackend)):
        return _("%(path)s is no mail backend.") % {"path": dotted_path}
    if issubclass(backend, DummyBackend):
        return _("%(path)s throws every invitation away.") % {"path": dotted_path}
    modules = [each.__module__ for each in backend.__mro__ if each.__module__.startswith(ANYMAIL)]
    if not modules or modules[0].removeprefix(ANYMAIL) in CARRIES:
        return None
    return _(
        "%(provider)s cannot carry calendar invitations through its API; "
        "send invitations through its SMTP relay or Amazon SES instead."
    ) % {"provider": getattr(backend, "esp_name", dotted_path)}


class BackendTransport:
    """Hands one finished message at a time to a Django mail backend. Not for several threads at once."""

    def __init__(self, dotted_path: str) -> None:
        self._path = dotted_path
        self._backend: BaseEmailBackend | None = None

    def send(self, raw: bytes, sender: str, recipient: str) -> SendResult:
        """See `smtp.Transport.send`; anything but an answer of the provider is in doubt."""
        try:
            if self._backend is None:
                self._backend = get_connection(self._path)
                self._backend.open()
            self._backend.send_messages([as_django_mail(raw)])
        except (AnymailError, ImproperlyConfigured) as error:
            return SendResult(_outcome(error), getattr(error, "status_code", None) or 0, _words(error), "api")
        return SendResult(Outcome.ACCEPTED, 250, "", "api")

    def close(self) -> None:
        """Give back the connection; sending again afterwards opens a new one."""
        backend, self._backend = self._backend, None
        if backend is not None:
            backend.close()


def as_django_mail(raw: bytes) -> EmailMultiAlternatives:
    """One of our own messages, part by part, for backends that build the mail anew."""
    parsed = message_from_bytes(raw, policy=default)
    mail = EmailMultiAlternatives(
        subject=parsed["Subject"],
        from_email=str(parsed["From"].addresses[0]),
        to=[str(parsed["To"].addresses[0])],
        reply_to=[str(each) for each in parsed["Reply-To"].addresses] if parsed["Reply-To"] else None,
        headers={name: str(value) for name, value in parsed.items() if name.lower() not in KEPT_APART},
    )
    charset = Charset("utf-8")
    charset.body_encoding = BASE64  # relays damage 8-bit parts
    mail.encoding = charset
    for part in parsed.walk():
        payload = part.get_payload(decode=True)
        words = payload.decode() if isinstance(payload, bytes) else ""
        match part.get_content_type():
            case "text/plain":
                mail.body = words
            case "text/html":
                mail.attach_alternative(words, "text/html")
            case "text/calendar":
                # Django writes the charset itself; given twice, readers see two.
                mail.attach_alternative(words, f"text/calendar; method={part.get_param('method')}")
    return mail


def _outcome(error: Exception) -> Outcome:
    """RETRY only when nothing can have been sent; REFUSED when the answer says so."""
    if isinstance(error, ImproperlyConfigured | requests.ConnectTimeout):
        return Outcome.RETRY
    if not isinstance(error, AnymailAPIError):
        return Outcome.REFUSED
    status = error.status_code
    if status in OURS:
        return Outcome.RETRY
    return Outcome.REFUSED if status is not None and 400 <= status < 500 else Outcome.UNKNOWN


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:500]
