"""Mail that the configured provider posts to us: the same door as `manage.py receive_mail`."""

import logging
from email.policy import SMTP
from importlib import import_module
from typing import Any

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.signals import inbound
from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from crm.inbound.actions import receive_mail

logger = logging.getLogger(__name__)
PROVIDERS = {
    "amazon_ses": "AmazonSESInboundWebhookView",
    "brevo": "BrevoInboundWebhookView",
    "mailersend": "MailerSendInboundWebhookView",
    "mailgun": "MailgunInboundWebhookView",
    "mailjet": "MailjetInboundWebhookView",
    "mailtrap": "MailtrapInboundWebhookView",
    "mandrill": "MandrillCombinedWebhookView",
    "postal": "PostalInboundWebhookView",
    "postmark": "PostmarkInboundWebhookView",
    "resend": "ResendInboundWebhookView",
    "sendgrid": "SendGridInboundWebhookView",
    "sparkpost": "SparkPostInboundWebhookView",
}
AS_IT_CAME = SMTP.clone(refold_source="none")


@csrf_exempt  # a provider has no cookie; it shows the secret instead
def provider_mail(request: HttpRequest) -> HttpResponse:
    """Take in what the provider posts. There is no such page unless a provider and a secret are set.

    What cannot be read is logged and refused with 400, so that nobody gets a 500 for a broken body; a
    database that is away is a 500, and the provider comes again. The same mail again changes nothing.
    """
    if not (settings.MAIL_PROVIDER and settings.ANYMAIL.get("WEBHOOK_SECRET")):
        raise Http404
    try:
        response: HttpResponse = hook_of(settings.MAIL_PROVIDER).as_view()(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse(status=403)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("What the mail provider sent could not be read")
        return HttpResponse(status=400)
    return response


def hook_of(provider: str) -> type[AnymailCoreWebhookView]:
    """The one webhook that is open. Raises AnymailConfigurationError for a provider that sends us no mail."""
    if provider not in PROVIDERS:
        known = ", ".join(PROVIDERS)
        raise AnymailConfigurationError(_("Set MAIL_PROVIDER to one of %(known)s, or unset it.") % {"known": known})
    found: type[AnymailCoreWebhookView] = getattr(import_module(f"anymail.webhooks.{provider}"), PROVIDERS[provider])
    return found


def take_in(sender: Any, event: Any, **kwargs: Any) -> None:
    """One mail of a post that was shown to come from the provider."""
    if event.message is not None:
        receive_mail(_raw(event), at=timezone.now())


inbound.connect(take_in, dispatch_uid="crm.inbound")


def _raw(event: Any) -> bytes:
    """The mail as it came, where the provider hands on the whole of it, else rebuilt from its parts."""
    try:
        raw: bytes = event.message.as_bytes(policy=AS_IT_CAME)
    except Exception:
        logger.exception("A mail the provider sent could not be written down whole")
        return str(event.esp_event).encode()
    return raw
