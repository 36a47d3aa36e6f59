"""Headers and default-deny for every request."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils.cache import patch_vary_headers

from campaigns_site.access import Rule, rule_for

GetResponse = Callable[[HttpRequest], HttpResponse]


class SecurityHeadersMiddleware:
    """Headers no view has to remember."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if request.path.startswith("/api/"):
            # One address answers each token differently: no cache may hand one's answer to another.
            patch_vary_headers(response, ["Authorization"])
            if "Authorization" in request.headers:
                response.headers["Cache-Control"] = "private, no-store"
        return response


class CSPByAreaMiddleware(CSPMiddleware):
    """Strict everywhere; Wagtail's own editor screens still need inline script, so `/admin/` allows it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith("/admin/"):
            response._csp_replace = {  # type: ignore[attr-defined]
                "script-src": [SELF, UNSAFE_INLINE],
                "style-src": [SELF, UNSAFE_INLINE],
                "img-src": [SELF, "data:", "blob:"],
                "frame-ancestors": [SELF],
            }
        return super().process_response(request, response)


class AccessRuleMiddleware:
    """A URL without an access rule does not exist (see `campaigns_site.access`)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        match = request.resolver_match
        if match is None or rule_for(match.route) is Rule.NONE:
            raise Http404


class PageLocaleMiddleware(LocaleMiddleware):
    """Adds the language to an address nobody answers; a 404 under an address of ours stays a 404."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == 404 and rule_for(request.path_info) is not Rule.NONE:
            return response
        return super().process_response(request, response)
