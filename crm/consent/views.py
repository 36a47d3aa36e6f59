"""The page behind every mailed link. Mail scanners open links, so only a press of a button changes anything."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from crm.base.errors import ParleyError
from crm.base.links import read_token
from crm.consent.forms import CommentForm
from crm.consent.registry import LinkHandler, LinkPage, LinkState, handler_for, own_page_for

METHODS = ["GET", "HEAD", "OPTIONS", "POST"]
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
# The template's words for a link that is over.
TEMPLATE_STATES = {LinkState.ASK: "ask", LinkState.DONE: "done", LinkState.OVER: "expired"}


@csrf_exempt  # a mail program posts without a cookie (RFC 8058); every other POST is checked in `_page`
def mailed_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET, HEAD and OPTIONS describe what the link does; POST does it, any number of times."""
    known = read_token(token)
    handler = handler_for(known[0]) if known else None
    own_page = own_page_for(known[0]) if known else None
    if request.method not in METHODS:
        return private(HttpResponseNotAllowed(METHODS))
    if known is None or (handler is None and own_page is None):
        return private(_unknown(request))
    if request.method == "OPTIONS":
        return private(HttpResponse(headers={"Allow": ", ".join(METHODS), "Content-Length": "0"}))
    if handler is None:
        return private(_own_page(request, known))
    if handler.one_click and _is_one_click(request):
        handler.act(known[1], "", {}, timezone.now())
        return private(HttpResponse())
    return private(_page(request, handler, known[1]))


def _is_one_click(request: HttpRequest) -> bool:
    return request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click"


@csrf_protect
def _own_page(request: HttpRequest, known: tuple[str, str]) -> HttpResponse:
    draw = own_page_for(known[0])
    answer: HttpResponse | None = draw(request, known[1], timezone.now()) if draw else None
    return answer or _unknown(request)


@csrf_protect
def _page(request: HttpRequest, handler: LinkHandler, public_id: str) -> HttpResponse:
    form = CommentForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method != "POST":
        page = handler.describe(public_id, timezone.now())
    elif not form.is_valid():
        page, status = handler.describe(public_id, timezone.now()), 422
    else:
        page, status = _act(handler, public_id, request)
    if page is None:
        return _unknown(request)
    return _render(request, page, form if page.asks_comment else None, status)


def _act(handler: LinkHandler, public_id: str, request: HttpRequest) -> tuple[LinkPage | None, int]:
    data = {name: request.POST[name] for name in request.POST}
    try:
        return handler.act(public_id, data.get("answer", ""), data, timezone.now()), 200
    except ParleyError as error:
        title = _("That did not work")
        return LinkPage(LinkState.OVER, title=title, paragraphs=(error.sentence,)), 409


def _render(request: HttpRequest, page: LinkPage, form: CommentForm | None, status: int) -> HttpResponse:
    with translation.override(_language_of(page)):
        return render(request, "links/page.html", _context(page, form), status=status)


def _language_of(page: LinkPage) -> str:
    known = {code for code, _name in settings.LANGUAGES}
    return page.language if page.language in known else translation.get_language() or settings.LANGUAGE_CODE


def _context(page: LinkPage, form: CommentForm | None) -> dict[str, Any]:
    buttons = [
        {"label": button.label, "value": button.value, "variant": "" if button.is_primary else "quiet"}
        for button in page.buttons
    ]
    return {
        "page_title": page.title,
        "heading": page.title,
        "text": page.paragraphs[0] if page.paragraphs else "",
        "more_paragraphs": page.paragraphs[1:],
        "details": page.facts,
        "buttons": buttons,
        "carried": page.carried,
        "state": TEMPLATE_STATES[page.state],
        "form": form,
        "home_url": "/",
        "next_url": page.next_url,
        "next_label": page.next_label,
    }


def _unknown(request: HttpRequest) -> HttpResponse:
    page = LinkPage(
        LinkState.OVER,
        title=_("This link does not work"),
        paragraphs=(
            _("It may have been cut in two by your mail program. Copy the whole address from the mail and try again."),
        ),
    )
    return _render(request, page, None, 404)


def private(response: HttpResponse) -> HttpResponse:
    """A page behind a mailed link: kept by nobody, told to nobody."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
