"""Tokens of mailed links: which purpose, which row, and a keyed check of both.

A token is one letter of purpose, then 22 + 22 characters; it holds no address and no database key.
"""

import base64
import hashlib
import hmac
import re

from django.conf import settings

_MAILED = re.compile(r"(/l/[a-z])[A-Za-z0-9_-]{44}")
_SUBSCRIBED = re.compile(r"(/feeds/)[^/\s?.]+")
_SHAPE = re.compile(r"^([a-z])([A-Za-z0-9_-]{22})([A-Za-z0-9_-]{22})$")


def _mac(purpose: str, public_id: str) -> str:
    key = hashlib.sha256(f"parley.link.{purpose}.{settings.SECRET_KEY}".encode()).digest()
    digest = hmac.new(key, public_id.encode(), hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def make_token(purpose: str, public_id: str) -> str:
    """The token for one purpose (a single letter) and one row's public id."""
    return f"{purpose}{public_id}{_mac(purpose, public_id)}"


def read_token(token: str) -> tuple[str, str] | None:
    """(purpose, public id) of a token we made, else None."""
    shape = _SHAPE.match(token)
    if shape is None:
        return None
    purpose, public_id, mac = shape.groups()
    if not hmac.compare_digest(mac, _mac(purpose, public_id)):
        return None
    return purpose, public_id


def link_url(purpose: str, public_id: str) -> str:
    """The address we mail; built from the configured site, never from a request."""
    return f"{settings.PUBLIC_URL}/l/{make_token(purpose, public_id)}/"


def without_keys(text: str) -> str:
    """The text with its mailed and calendar links made useless: who reads a log must not act as the recipient."""
    return _SUBSCRIBED.sub(r"\1…", _MAILED.sub(r"\1…", text))
