"""The palette: type where you want to go. A page of its own, and the dialog the script makes of it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, URLPattern, path, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem, admin_menu
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.rules import is_staff_member
from crm.base.text import fold
from crm.palette.registry import SHOWN, Hit, Provider, providers

RECENT = 8
MOST_ASKED = 20
Group = dict[str, Any]


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:200]


def pages(request: HttpRequest, text: str) -> list[Hit]:
    """The pages of the menu this user has, whose name holds every word."""
    words = fold(text).split()
    hits = _menu_hits(admin_menu.menu_items_for_request(request), request, "")
    hits = [hit for hit in hits if hit.url != reverse("crm_palette")]
    return [hit for hit in hits if all(word in fold(f"{hit.note} {hit.label}") for word in words)]


def _menu_hits(items: Iterable[Any], request: HttpRequest, above: str) -> list[Hit]:
    found: list[Hit] = []
    for item in sorted(items, key=lambda item: item.order):
        label = str(item.label)
        if hasattr(item, "menu"):
            below = f"{above} › {label}" if above else label
            found += _menu_hits(item.menu.menu_items_for_request(request), request, below)
        elif item.url.startswith("/"):
            found.append(Hit(label, above, item.url))
    return found


def groups(request: HttpRequest, text: str) -> list[Group]:
    """What a text may mean, group by group; without a text the pages only."""
    found = [(provider.label, list(provider.find(request.user, text))) for provider in providers()] if text else []  # type: ignore[arg-type]
    menu = pages(request, text)
    return [_group(label, hits) for label, hits in [(_("Pages"), menu[:SHOWN] if text else menu), *found] if hits]


def _group(label: Any, hits: Iterable[Hit]) -> Group:
    return {"label": str(label), "hits": [hit.__dict__ for hit in hits]}


def recent(request: HttpRequest, addresses: Iterable[str]) -> list[Hit]:
    """Those of visited addresses that lead to rows this user may still see, the latest first."""
    wanted = [address for address in list(addresses)[:MOST_ASKED] if address.startswith("/")]
    keys: dict[str, list[str]] = defaultdict(list)
    by_name: dict[str, Provider] = {provider.url_name: provider for provider in providers() if provider.named}
    for address in wanted:
        try:
            match = resolve(address)
        except (Resolver404, Http404):
            continue
        if match.view_name in by_name:
            keys[match.view_name] += [str(value) for value in (*match.args, *match.kwargs.values())]
    hits = {
        hit.url: hit
        for name, values in keys.items()
        for hit in by_name[name].named(request.user, values)  # type: ignore[misc, arg-type]
    }
    return [hits[address] for address in wanted if address in hits][:RECENT]


def suggest(request: HttpRequest) -> HttpResponse:
    """The hits as JSON: groups of {label, note, url}."""
    if not is_staff_member(request.user):
        raise Http404
    text = _asked(request)
    found = groups(request, text)
    if not text and (visited := recent(request, request.GET.getlist("recent"))):
        found.insert(0, _group(_("Looked at lately"), visited))
    return JsonResponse({"groups": found})


class PaletteView(WagtailAdminTemplateMixin, TemplateView):
    """A plain search page; `part=1` is the dialog for the script."""

    template_name = "crm/palette.html"
    page_title = gettext_lazy("Find and go")
    header_icon = "search"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("part") == "1":
            return render(request, "crm/palette_dialog.html", {"suggest_url": reverse("crm_palette_suggest")})
        return super().get(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = _asked(self.request)
        return super().get_context_data(**kwargs) | {"text": text, "groups": groups(self.request, text)}


def palette_urls() -> list[URLPattern]:
    """The addresses of the palette, below the admin."""
    return [
        path("palette/", PaletteView.as_view(), name="crm_palette"),
        path("palette/suggest/", suggest, name="crm_palette_suggest"),
    ]


def palette_menu_item() -> MenuItem:
    """The button for those who do not use the shortcut; the script opens the dialog instead of the page."""
    return MenuItem(_("Find and go"), reverse("crm_palette"), name="palette", icon_name="search", order=5)
