"""Every route of ours filled with rows: the visible ones to crawl from, the hidden ones to knock at."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from django.urls import get_resolver

from campaigns_site.management.commands.urls_audit import every_route

CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
FOREIGN = re.compile(
    r"^(admin/(failwhale|test404|api|choose-page|documents|images|pages|workflows|bulk|collections|redirects|sites|forms|locales|"
    r"localize|users|groups|reports|choosers|settings|tag-autocomplete|editing-sessions|password_reset|account|"
    r"api-tokens|snippets|generic|embeds|generate)|api/v3/(?!crm|meetings)|documents/|media/|dev/|l/|feeds/|en/|es/|static/)"
)
"""Wagtail's own and mailed links: they know no row of ours; the crawl still follows links to them."""
WORDS: dict[str, tuple[str, ...]] = {
    "kind": ("people", "organizations"),
    "key": ("people", "organizations"),
    "field": ("gender", "owner", "team", "level"),
    "act": ("apply", "discard"),
    "source": ("task", "commitment", "target", "meeting", "request", "tasks", "commitments", "targets", "meetings"),
    "slug": ("clean-water", "two-drains"),
}
NAMED: tuple[tuple[str, dict[str, str]], ...] = (
    ("admin/availability/calendars/", {"public_id": "busy"}),
    ("admin/availability/files/", {"public_id": "upload"}),
    ("admin/availability/institutions/", {"public_id": "floor"}),
    ("admin/meetings/ask/", {}),
    ("admin/meetings/request/", {"public_id": "request"}),
    ("admin/meetings/meeting/", {"public_id": "meeting", "attendee": "attendee"}),
    ("admin/meetings/answers/", {"public_id": "review"}),
    ("admin/meetings/poll/", {"public_id": "poll", "participant": "poll_guest"}),
    ("admin/meetings/lobby-days/told/", {"debrief": "debrief"}),
    (
        "admin/meetings/lobby-days/",
        {"public_id": "lobby_day", "office": "lobby_office", "delegate": "delegate"},
    ),
    ("admin/undo/", {"entry": "entry"}),
    ("admin/export-files/", {"public_id": "job"}),
    ("admin/relationships/<slug", {}),
    ("admin/relationships/", {"public_id": "relationship"}),
    ("admin/influence/asks/", {"public_id": "ask"}),
    ("admin/influence/<int", {"pk": "influence"}),
    ("admin/^reference/posts", {"instance_pk": "post"}),
    ("admin/^reference/areas", {"instance_pk": "area"}),
    ("admin/^reference/committees", {"instance_pk": "committee"}),
    ("admin/^reference/issues", {"instance_pk": "issue"}),
    ("admin/^reference/relationship-types", {"instance_pk": "kind"}),
    ("admin/^reference/tag-groups", {"instance_pk": "group"}),
    ("admin/^reference/tags", {"instance_pk": "tag"}),
    ("admin/^reference/custom-fields", {"instance_pk": "field"}),
    ("admin/^reference/teams", {"instance_pk": "team"}),
    ("admin/^reference/", {"instance_pk": "organization"}),
    ("admin/people/<str:public_id>/staff/", {"job_id": "job_held"}),
    ("admin/people/<str:public_id>/tags/", {"tag_id": "tag"}),
    ("admin/positions/", {"pk": "stance"}),
    ("admin/mail/", {"public_id": "message"}),
    ("admin/my-tasks/", {"public_id": "task"}),
    ("admin/commitments/", {"public_id": "commitment"}),
    ("admin/segments/", {"public_id": "segment", "pk": "segment"}),
    ("admin/kept_lists/", {"public_id": "kept"}),
    ("admin/briefings/person/", {}),
    ("admin/briefings/", {"public_id": "briefing"}),
    ("admin/places/", {"public_id": "area"}),
    ("admin/elections/", {"public_id": "rollover", "pk": "task"}),
    ("admin/duplicates/", {"other_id": "other"}),
    ("admin/organizations/", {"public_id": "organization", "pk": "organization"}),
    ("admin/imports/", {"public_id": "batch"}),
    ("admin/tasks/", {"pk": "task"}),
    ("admin/campaigns/", {"pk": "campaign"}),
    ("admin/asks/", {"pk": "ask", "public_id": "ask"}),
    ("admin/whip-boards/<str:public_id>/quotas", {"public_id": "board", "pk": "quota"}),
    ("admin/whip-boards/", {"public_id": "board", "pk": "board", "target": "target"}),
    ("admin/prospects/boards/", {"public_id": "campaign"}),
    ("admin/prospects/", {"pk": "prospect", "public_id": "prospect"}),
    ("admin/scorecards/<str:public_id>/votes", {"public_id": "scorecard", "pk": "item"}),
    ("admin/scorecards/", {"pk": "scorecard", "public_id": "scorecard"}),
    ("admin/votes/", {"pk": "event", "public_id": "event"}),
    ("admin/talking-points/", {"pk": "point"}),
    ("admin/received_mails/", {"pk": "inbound"}),
    ("api/v3/meetings/", {"public_id": "meeting"}),
)
"""The longest beginning that fits says which row each argument names; a person where nothing is said."""
PRIVATE_KEYS = {"busy", "job", "kept", "segment"}


def routes() -> list[str]:
    """Ours only, each once."""
    return sorted({route for route in every_route(get_resolver()) if not FOREIGN.match(route)})


def row_of(route: str, argument: str) -> str:
    fitting = [rows for start, rows in sorted(NAMED, key=lambda pair: -len(pair[0])) if route.startswith(start)]
    return fitting[0].get(argument, "person") if fitting else "person"


def filled(route: str, rows: Mapping[str, Any]) -> Iterator[str]:
    """The route with every argument from `rows`; nothing when one of them is not there."""
    names = [first or second for first, second in CONVERTER.findall(route)]
    choices = [list(_values(route, name, rows)) for name in names]
    for values in product(*choices):
        found = iter(values)
        plain = CONVERTER.sub(lambda _match, found=found: next(found), route)
        yield "/" + plain.replace("^", "").replace("$", "").replace(".*/", "")


def _values(route: str, name: str, rows: Mapping[str, Any]) -> Iterator[str]:
    if name in WORDS:
        yield from WORDS[name]
        return
    key = row_of(route, name)
    if route.startswith(("admin/relationships/<slug", "admin/duplicates/<", "admin/influence/map", "admin/paths")):
        yield from (rows[each].public_id for each in ("person", "organization") if each in rows)
    elif key in rows:
        yield str(rows[key].pk if name in {"pk", "instance_pk", "entry", "job_id"} else rows[key].public_id)


def visible_addresses(seen: Mapping[str, Any]) -> list[str]:
    return sorted({url for route in routes() for url in filled(route, seen)})


def hidden_addresses(seen: Mapping[str, Any], hidden: Mapping[str, Any], *, private: bool) -> list[str]:
    """Routes with at least one hidden row in them. `private` asks for those even a director may not open."""
    wanted = {key: row for key, row in hidden.items() if (key in PRIVATE_KEYS) == private}
    found = set()
    for route in routes():
        keys = {row_of(route, first or second) for first, second in CONVERTER.findall(route)}
        for key in keys & set(wanted):
            found |= set(filled(route, {**seen, key: wanted[key]}))
        if keys & set(wanted):
            found |= set(filled(route, {**seen, **wanted}))
    return sorted(found - set(visible_addresses(seen)))
