"""What goes into a briefing. Each slice that knows facts registers a provider; meetings adds its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.registry import register_verb
from crm.activity.rules import type_key
from crm.briefings.enums import Audience
from crm.briefings.snapshot import MeetingPart, Section
from crm.issues.models import Ask
from crm.people.enums import OrganizationClassification as Kind
from crm.people.models import Membership, Person
from crm.people.queries import SEAT_BODIES, area_of
from crm.places.models import Area


def day_of(moment: datetime) -> date:
    """The day a moment fell on in the site's zone."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


@dataclass(frozen=True)
class BriefingContext:
    """What a provider may look at: only rows `user` may see. `anchor` is the meeting it is for, if any."""

    person: Person
    anchor: Model | None
    audience: Audience
    user: User
    at: datetime
    extra: dict[str, Any]
    memberships: tuple[Membership, ...] = ()
    """Every seat, job and party of the person, the newest first, with body, post and area."""

    @property
    def on(self) -> date:
        """The day of the briefing where we are."""
        return day_of(self.at)

    @property
    def ask(self) -> Ask | None:
        """What we ask this time: `extra["ask"]`, else the ask of the anchor."""
        return self.extra.get("ask") or getattr(self.anchor, "ask", None)

    @property
    def held(self) -> list[Membership]:
        """What the person holds on the day of the briefing."""
        return [m for m in self.memberships if m.is_current_on(self.on)]

    @property
    def seat(self) -> Membership | None:
        """Like `crm.people.queries.seat_of`, from the memberships already read."""
        seats = (m for m in self.held if m.organization.classification in SEAT_BODIES and m.post)
        return next((m for m in seats if area_of(m)), None)

    @property
    def area(self) -> Area | None:
        return area_of(self.seat) if self.seat else None

    @property
    def party(self) -> str:
        """The party held as a membership, else the one a seat is held on behalf of."""
        parties = [m.organization.name for m in self.held if m.organization.classification == Kind.PARTY]
        return next(iter([*parties, *(m.on_behalf_of.name for m in self.held if m.on_behalf_of)]), "")

    @property
    def is_internal(self) -> bool:
        return self.audience == Audience.INTERNAL


@dataclass(frozen=True)
class Contact:
    """One time we were in touch: on which day, how, what came of it, where that is written."""

    on: date
    how: str
    words: str
    source: str


Provider = Callable[[BriefingContext], Section | None]
MeetingPartProvider = Callable[[BriefingContext], MeetingPart | None]
ContactProvider = Callable[[BriefingContext, int], list[Contact]]
"""The newest contacts, at most so many."""

_providers: dict[str, tuple[int, frozenset[Audience], Provider]] = {}
_contacts: dict[str, ContactProvider] = {}
_meeting_parts: dict[str, MeetingPartProvider] = {}
_anchors: dict[str, type[Model]] = {}


def register_section(key: str, *, order: int, audiences: frozenset[Audience], provider: Provider) -> None:
    """Add a section. A second call with the same key replaces the first."""
    _providers[key] = (order, audiences, provider)


def providers_for(audience: Audience) -> list[Provider]:
    """Providers for one kind of pack, in reading order."""
    chosen = [(order, key, found) for key, (order, kinds, found) in _providers.items() if audience in kinds]
    return [provider for _order, _key, provider in sorted(chosen, key=lambda item: item[:2])]


def register_contacts(name: str, provider: ContactProvider) -> None:
    """Add to the last contacts. A second call with the same name replaces the first."""
    _contacts[name] = provider


def last_contacts(context: BriefingContext, limit: int) -> list[Contact]:
    """The newest contacts of all providers together."""
    found = [contact for _name, provider in sorted(_contacts.items()) for contact in provider(context, limit)]
    return sorted(found, key=lambda contact: contact.on, reverse=True)[:limit]


def register_anchor(model: type[Model], provider: MeetingPartProvider) -> None:
    """A model a briefing can be for, and who writes when and where. It needs `public_id`, `person`, `visible_to`.

    A second call replaces the first.
    """
    _anchors[type_key(model)] = model
    _meeting_parts[type_key(model)] = provider


def meeting_part(context: BriefingContext) -> MeetingPart | None:
    """When and where, from whoever owns the anchor."""
    provider = _meeting_parts.get(type_key(context.anchor)) if context.anchor is not None else None
    return provider(context) if provider else None


def anchor_models() -> dict[str, type[Model]]:
    """The models a briefing can be for, by their type on the timeline."""
    return dict(_anchors)


def visible_anchor(public_id: str, user: User | AnonymousUser) -> Model | None:
    """The row with this public id among all anchor models, if the user may see it."""
    for model in _anchors.values():
        rows: Any = model._default_manager
        found: Model | None = rows.visible_to(user).filter(public_id=public_id).first()
        if found is not None:
            return found
    return None


VERBS = {
    "briefing.created": _("Made a briefing."),
    "talking_point.created": _("Wrote a talking point."),
    "talking_point.edited": _("Changed a talking point; it waits for approval again."),
    "talking_point.approved": _("Approved a talking point."),
    "talking_point.retired": _("Retired a talking point."),
}


def declare() -> None:
    """Sentences of the timeline; called once when the app is ready. The sections are declared in `queries`."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
