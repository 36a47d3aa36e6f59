"""Views that belong to the site as a whole."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from campaigns_site.patterns import sections
from crm.messaging.queries import sample_mails


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers should leave alone."""
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /l/",
        f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_GET
def patterns(request: HttpRequest) -> HttpResponse:
    """Every component and every mail with sample data."""
    mails = [
        {"title": f"{mail.name} ({mail.language})", "url": reverse("sample_mail", args=[mail.key, mail.language])}
        for mail in sample_mails()
    ]
    return render(request, "campaigns_site/patterns.html", {"sections": sections(), "mails": mails})
