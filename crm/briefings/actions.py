from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import translation
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.rules import type_key
from crm.base.locking import save_version
from crm.base.text import clean_text, one_line
from crm.briefings.enums import Audience, TalkingPointState
from crm.briefings.errors import MissingSourceError, OwnTalkingPointError, TalkingPointRetiredError
from crm.briefings.models import BriefingSnapshot, TalkingPoint
from crm.briefings.queries import ask_part, memberships_of, subject_of
from crm.briefings.registry import BriefingContext, meeting_part, providers_for
from crm.briefings.rules import CLASSIFICATIONS, STAYS_WITH_US, content_hash
from crm.briefings.snapshot import VERSION, Content, validate_content
from crm.issues.models import Ask
from crm.people.models import Person

TITLE_LENGTH = 250


@transaction.atomic
def create_snapshot(
    person: Person,
    *,
    by: User,
    at: datetime,
    anchor: Model | None = None,
    audience: Audience = Audience.DELEGATION,
    language: str = "en",
    extra: Mapping[str, Any] | None = None,
) -> BriefingSnapshot:
    """Freeze what we know about a person now, from rows `by` may see; nothing that changes later changes it.

    `extra["ask"]` names the ask when there is no anchor that has one. The second call makes a further snapshot;
    only when nothing changed within the same minute does it return the one that is there. The moment is kept
    to the minute.
    """
    context = BriefingContext(
        person=person,
        anchor=anchor,
        audience=Audience(audience),
        user=by,
        at=at,
        extra=dict(extra or {}),
        memberships=memberships_of(person),
    )
    with translation.override(language):
        content = _content(context, language=language)
    validate_content(content)
    snapshot, made = BriefingSnapshot.objects.get_or_create(
        person=person,
        anchor_type=type_key(anchor) if anchor is not None else "",
        anchor_id=anchor.pk if anchor is not None else None,
        audience=audience,
        content_hash=content_hash(content),
        defaults={
            "title": content["title"],
            "language": language,
            "content": content,
            "created_by": by,
            "created_at": at,
        },
    )
    if made:
        record("briefing.created", snapshot, by=by, at=at, about=(person, anchor), data={"audience": str(audience)})
    return snapshot


def _content(context: BriefingContext, *, language: str) -> Content:
    sections = (provider(context) for provider in providers_for(context.audience))
    stays = context.audience in STAYS_WITH_US
    here = context.at.astimezone(ZoneInfo(settings.TIME_ZONE))
    return {
        "version": VERSION,
        "title": one_line(_title(context), limit=TITLE_LENGTH),
        "language": language,
        "generated_at": here.replace(second=0, microsecond=0).isoformat(),
        "generated_by": str(context.user) if stays else "",
        "classification": CLASSIFICATIONS[context.audience],
        "subject": subject_of(context),
        "meeting": meeting_part(context),
        "ask": ask_part(context),
        "sections": [section for section in sections if section is not None],
    }


def _title(context: BriefingContext) -> str:
    if context.audience not in STAYS_WITH_US:
        return context.ask.title if context.ask else _("What we ask")
    if context.anchor is not None:
        return _("Briefing: %(meeting)s") % {"meeting": context.anchor}
    return _("Briefing on %(person)s") % {"person": context.person}


@transaction.atomic
def create_talking_point(
    *,
    ask: Ask,
    text: str,
    source: str,
    sourced_on: date | None,
    by: User,
    at: datetime,
    audience: Audience = Audience.DELEGATION,
    source_url: str = "",
    position: int = 0,
    expires_on: date | None = None,
) -> TalkingPoint:
    """A draft of what we say for an ask. A second call makes a second draft. Raises MissingSourceError."""
    words = _words(text=text, source=source, sourced_on=sourced_on)
    point = TalkingPoint.objects.create(
        ask=ask,
        audience=audience,
        source_url=source_url,
        position=position,
        expires_on=expires_on,
        author=by,
        created_at=at,
        updated_at=at,
        **words,
    )
    record("talking_point.created", point, by=by, at=at, about=(ask,))
    return point


@transaction.atomic
def edit_talking_point(
    point: TalkingPoint,
    *,
    version: int,
    text: str,
    source: str,
    sourced_on: date | None,
    audience: Audience,
    by: User,
    at: datetime,
    source_url: str = "",
    position: int = 0,
    expires_on: date | None = None,
) -> TalkingPoint:
    """New words are a draft again, and whoever wrote them is the author: somebody else has to approve them.

    The second call with the same version raises StaleVersionError. Raises MissingSourceError and
    TalkingPointRetiredError.
    """
    _refuse_retired(point)
    words = _words(text=text, source=source, sourced_on=sourced_on)
    save_version(
        point,
        version=version,
        at=at,
        audience=audience,
        source_url=source_url,
        position=position,
        expires_on=expires_on,
        author=by,
        state=TalkingPointState.DRAFT,
        approved_by=None,
        approved_at=None,
        **words,
    )
    record("talking_point.edited", point, by=by, at=at, about=(point.ask,))
    return point


@transaction.atomic
def approve_talking_point(point: TalkingPoint, *, by: User, at: datetime, version: int | None = None) -> TalkingPoint:
    """From now on briefings carry it. The second call changes nothing.

    `version` is the one the approver read; without it, the one at hand. Raises OwnTalkingPointError for the
    author and TalkingPointRetiredError.
    """
    current = TalkingPoint.objects.select_for_update().get(pk=point.pk)
    _refuse_retired(current)
    if current.author_id == by.pk:
        raise OwnTalkingPointError
    if current.state == TalkingPointState.APPROVED:
        return current
    read = point.version if version is None else version
    save_version(current, version=read, at=at, state=TalkingPointState.APPROVED, approved_by=by, approved_at=at)
    record("talking_point.approved", current, by=by, at=at, about=(current.ask,))
    return current


@transaction.atomic
def retire_talking_point(point: TalkingPoint, *, by: User, at: datetime, version: int | None = None) -> TalkingPoint:
    """No further briefing carries it. The second call changes nothing."""
    current = TalkingPoint.objects.select_for_update().get(pk=point.pk)
    if current.state == TalkingPointState.RETIRED:
        return current
    save_version(current, version=point.version if version is None else version, at=at, state=TalkingPointState.RETIRED)
    record("talking_point.retired", current, by=by, at=at, about=(current.ask,))
    return current


def _words(*, text: str, source: str, sourced_on: date | None) -> dict[str, Any]:
    words = {"text": clean_text(text), "source": one_line(source, limit=200), "sourced_on": sourced_on}
    if not all(words.values()):
        raise MissingSourceError
    return words


def _refuse_retired(point: TalkingPoint) -> None:
    if point.state == TalkingPointState.RETIRED:
        raise TalkingPointRetiredError
