"""schema.org data for search engines, as JSON-LD in a data block (which no CSP needs to allow)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe

CONTEXT = "https://schema.org"
# Inside <script> only these could end the block or start a comment.
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def script_json(things: Iterable[Mapping[str, Any]]) -> SafeString:
    """JSON that is safe inside a script element, whatever the editors wrote."""
    text = json.dumps({"@context": CONTEXT, "@graph": list(things)}, ensure_ascii=False)
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    return mark_safe(text)


def organization(name: str, url: str) -> dict[str, Any]:
    return {"@type": "Organization", "name": name, "url": url}


def website(name: str, url: str, language: str) -> dict[str, Any]:
    return {"@type": "WebSite", "name": name, "url": url, "inLanguage": language}


def webpage(title: str, url: str, language: str, description: str) -> dict[str, Any]:
    return {"@type": "WebPage", "name": title, "url": url, "inLanguage": language, "description": description}


def breadcrumb_list(trail: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`trail` is (label, full address), the page itself last."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": label, "item": url}
            for number, (label, url) in enumerate(trail, start=1)
        ],
    }
