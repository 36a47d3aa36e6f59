"""One access rule for every URL pattern. `urls_audit` prints them; a pattern without a rule answers 404."""

from enum import StrEnum

from django.conf import settings


class Rule(StrEnum):
    PUBLIC = "public"
    """Anybody; drafts and private pages are held back by Wagtail."""
    LINK = "mailed link"
    """Whoever holds the keyed token; GET never changes anything."""
    STAFF = "staff"
    """Signed in with a staff role; rows by `visible_to`."""
    API = "api"
    """Anonymous for public content, bearer token for the rest."""
    PROVIDER = "mail provider"
    """Signed by the configured mail provider."""
    DEV = "development"
    """Only while DEV_PAGES is on."""
    NONE = "none"


# Longest prefix wins; routes are Django's, without the leading slash.
RULES: tuple[tuple[str, Rule], ...] = (
    ("admin/", Rule.STAFF),
    ("api/v3/", Rule.API),
    ("dev/", Rule.DEV),
    ("documents/", Rule.PUBLIC),
    ("feeds/", Rule.LINK),
    ("healthz", Rule.PUBLIC),
    ("hooks/", Rule.PROVIDER),
    ("jsi18n/", Rule.PUBLIC),
    ("l/", Rule.LINK),
    ("media/", Rule.DEV),
    ("robots.txt", Rule.PUBLIC),
    ("sitemap.xml", Rule.PUBLIC),
    ("static/", Rule.PUBLIC),
    ("<lang>/", Rule.PUBLIC),
)


def rule_for(route: str) -> Rule:
    """The rule of a route as Django reports it; `NONE` when nobody wrote one."""
    plain = route.lstrip("^/")
    for language, _name in settings.LANGUAGES:
        if plain.startswith(f"{language}/"):
            plain = "<lang>/" + plain[len(language) + 1 :]
    if plain == "":
        return Rule.PUBLIC
    for prefix, rule in sorted(RULES, key=lambda item: -len(item[0])):
        if plain.startswith(prefix):
            return rule
    return Rule.NONE
