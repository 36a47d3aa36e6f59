"""System checks that keep the promises of the design. Each says what to do next."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from crm.inbound.views import hook_of
from crm.messaging.anymail import check_invite_backend


@register(Tags.models)
def crm_models_stay_private(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A CRM model with `api_fields` would be readable over Wagtail's API without any row rule."""
    return [
        Error(
            f"{model._meta.label} has api_fields, so Wagtail's API would serve every row of it.",
            hint="Remove api_fields and write an endpoint that asks visible_to(user).",
            id="parley.E001",
        )
        for model in apps.get_models()
        if model._meta.app_label in {"crm", "meetings"} and getattr(model, "api_fields", None)
    ]


@register(Tags.compatibility)
def invitations_can_be_carried(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Most mail providers' APIs drop the calendar part of an invitation."""
    problem = check_invite_backend(settings.INVITE_EMAIL_BACKEND)
    if problem is None:
        return []
    return [Error(problem, hint="Set INVITE_EMAIL_BACKEND to an SMTP backend.", id="parley.E002")]


@register(Tags.compatibility)
def provider_is_known(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Answers would be lost at an address that takes nothing in, for want of a key or a package."""
    if not settings.MAIL_PROVIDER:
        return []
    try:
        hook = hook_of(settings.MAIL_PROVIDER)
        if settings.ANYMAIL.get("WEBHOOK_SECRET"):
            hook()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="Or pipe mail into “manage.py receive_mail”.", id="parley.E003")]
    return []


@register(Tags.security)
def from_addresses_are_ours(app_configs: Any, **kwargs: Any) -> list[Warning]:
    """Mail in the name of somebody else's domain is refused or lands in spam."""
    names = ("MAIL_FROM_TRANSACTIONAL", "MAIL_FROM_SEQUENCE", "MAIL_FROM_INVITATION")
    foreign = [name for name in names if not getattr(settings, name).endswith(f"@{settings.MAIL_DOMAIN}")]
    return [
        Warning(
            f"{name} is not an address on {settings.MAIL_DOMAIN}.",
            hint="Send from your own domain, or set MAIL_DOMAIN to the domain you send from.",
            id="parley.W001",
        )
        for name in foreign
    ]
