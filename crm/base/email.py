"""Mail addresses: which spellings are one mailbox, and the keyed hash we keep instead of an address."""

import hashlib
import hmac
import re
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

PLUS_TAGS = "+"
DOTLESS_DOMAINS = frozenset({"gmail.com"})
DOMAIN_ALIASES = {"googlemail.com": "gmail.com"}

_PLAIN = re.compile(r"[a-z0-9]+(?:[._][a-z0-9]+)*@(?:[a-z0-9]+\.){1,3}(?:com|org|net|edu|gov|eu|example|us|de|fr|uk)")
_PLAIN_LENGTH = 60
"""Addresses the long check would let through unchanged; it takes twelve times as long, which counts in lists."""


def normalise_email(value: str) -> str:
    """The address as we mail it: trimmed, NFKC, domain in lower case. Raises ValidationError."""
    text = unicodedata.normalize("NFKC", value).strip()
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValidationError(_("Enter an e-mail address like name@example.org.")) from error
    return found.ascii_email or found.normalized


def canonical_email(value: str) -> str:
    """One spelling per mailbox: lower case, IDNA domain, no plus tag, no dots where the provider ignores them."""
    plain = len(value) <= _PLAIN_LENGTH and _PLAIN.fullmatch(value)
    local, _at, domain = (value if plain else normalise_email(value).lower()).rpartition("@")
    domain = DOMAIN_ALIASES.get(domain, domain)
    local = local.split(PLUS_TAGS, 1)[0] or local
    if domain in DOTLESS_DOMAINS:
        local = local.replace(".", "")
    return f"{local}@{domain}"


def email_hash(value: str, *, purpose: str) -> str:
    """Keyed hash of the mailbox, 32 hex digits; different for every `purpose` so that lists cannot be joined."""
    key = hashlib.sha256(f"parley.email.{purpose}.{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, canonical_email(value).encode(), hashlib.sha256).hexdigest()[:32]
