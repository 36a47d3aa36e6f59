from django.conf import settings
from django.http import HttpRequest


def organisation(request: HttpRequest) -> dict[str, str]:
    """Who runs this site, for every template."""
    return {
        "organisation_name": settings.ORGANISATION_NAME,
        "postal_address": settings.ORGANISATION_POSTAL_ADDRESS,
        "public_url": settings.PUBLIC_URL,
    }
