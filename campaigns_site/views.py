"""Views that belong to the site as a whole."""

from collections.abc import Iterator

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


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its cookie: say so, and hand back what was typed on a public page with a fresh token.

    Never for staff: another site could put words into a form that only waits for one press.
    """
    typed = [] if request.path.startswith("/admin/") else [*_typed(request)]
    response = render(request, "csrf.html", {"typed": typed, "action": request.get_full_path()}, status=403)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _typed(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name != "csrfmiddlewaretoken":
            yield from ((name, value) for value in values if isinstance(value, str))


@require_GET
def patterns(request: HttpRequest) -> HttpResponse:
    """Every component and every mail with sample data."""
    mails = [
        {"title": f"{mail.name} ({mail.language})", "url": reverse("sample_mail", args=[mail.key, mail.language])}
        for mail in sample_mails()
    ]
    return render(request, "campaigns_site/patterns.html", {"sections": sections(), "mails": mails})
