"""The page behind the answer link of an invitation, and what the timeline says of answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.activity.registry import register_verb
from crm.base.links import make_token
from crm.consent.registry import Button, LinkHandler, LinkPage, LinkState, register_link
from crm.messaging.enums import InboundKind
from crm.messaging.registry import register_default_templates, register_inbound
from meetings.invitations.html import meeting_facts
from meetings.replies.actions import handle_inbound, send_staff, take_answer
from meetings.replies.rules import ANSWER_NAMES, BUTTONS, STAFF, head_for
from meetings.scheduling.enums import AnswerSource, MeetingState, PartStat
from meetings.scheduling.errors import MeetingOverError
from meetings.scheduling.models import Attendee
from meetings.scheduling.queries import language_of
from meetings.scheduling.rules import sent_staff

VERBS = {
    "reply_review.opened": gettext_lazy("An answer came that somebody has to look at."),
    "reply_review.resolved": gettext_lazy("An answer was looked at."),
    "reply_review.dismissed": gettext_lazy("An answer was set aside."),
}

DEFAULT_TEMPLATES = (
    {
        "key": "answer-received",
        "language": "en",
        "name": "Somebody answered an invitation",
        "subject": "{{ attendee_name }}: {{ answer }} – {{ meeting_title }}",
        "body": (
            "{{ attendee_name }} answered the invitation to “{{ meeting_title }}”: {{ answer }}.\n\n"
            "{{ meeting_time }}\n\n"
            "{% if comment %}\nThey add: {{ comment }}\n{% endif %}\n"
            "Open the meeting in Parley to see everybody's answers."
        ),
    },
    {
        "key": "answer-received",
        "language": "es",
        "name": "Alguien ha respondido a una invitación",
        "subject": "{{ attendee_name }}: {{ answer }} – {{ meeting_title }}",
        "body": (
            "{{ attendee_name }} ha respondido a la invitación a «{{ meeting_title }}»: {{ answer }}.\n\n"
            "{{ meeting_time }}\n\n"
            "{% if comment %}\nAñade: {{ comment }}\n{% endif %}\n"
            "Abra la reunión en Parley para ver todas las respuestas."
        ),
    },
)


def declare() -> None:
    """Words, answer link, inbound mail and timeline; called once when the app is ready."""
    register_default_templates("replies", DEFAULT_TEMPLATES)
    register_link("r", LinkHandler(describe=describe, act=act))
    register_inbound("invitations", frozenset({InboundKind.CALENDAR, InboundKind.HUMAN}), handle_inbound)
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)


def describe(public_id: str, at: datetime) -> LinkPage | None:
    """What was asked and what they answered so far; for a meeting that is over, why nothing is left to do."""
    attendee = _attendee(public_id)
    if attendee is None:
        return None
    with translation.override(language_of(attendee.person)):
        return _over(attendee, at) or _page(attendee, LinkState.ASK, _("Will you come?"), ())


def act(public_id: str, answer: str, data: Mapping[str, str], at: datetime) -> LinkPage | None:
    """Record the button that was pressed. May be pressed again: the newest answer counts.

    A page that showed an older time or place records nothing: it shows the new one and asks again.
    """
    attendee = _attendee(public_id)
    if attendee is None:
        return None
    page = describe(public_id, at)
    if answer not in {*BUTTONS, STAFF} or page is None or page.state == LinkState.OVER:
        return page
    if any(data.get(name, value) != value for name, value in _shown(attendee)):
        with translation.override(language_of(attendee.person)):
            changed = _("The time or the place has changed since you opened this page. Look again, then answer.")
            return _page(attendee, LinkState.ASK, _("Will you come?"), (changed,))
    told: dict[str, Any] = {"source": AnswerSource.LINK, "at": at, "comment": data.get("comment", "")}
    try:
        if answer == STAFF:
            send_staff(attendee, **told)
        else:
            take_answer(attendee, partstat=BUTTONS[answer], **told)
    except MeetingOverError:
        return describe(public_id, at)
    attendee = _attendee(public_id) or attendee
    with translation.override(language_of(attendee.person)):
        if answer == STAFF:
            return _sent(attendee)
        thanks = _("Your answer is noted. If anything changes, come back to this page and answer again.")
        return _page(attendee, LinkState.DONE, _("Thank you"), (thanks,))


def _sent(attendee: Attendee) -> LinkPage:
    """What the policymaker, or who answers for her, reads after sending staff."""
    thanks = _(
        "Thank you. It is noted that somebody of the staff comes instead. If you did not write who, we will ask; "
        "if this changes, reply to the invitation or call us."
    )
    return LinkPage(LinkState.DONE, _("Thank you"), (thanks,), facts=_facts(attendee), language=_language(attendee))


def _attendee(public_id: str) -> Attendee | None:
    found = Attendee.objects.filter(public_id=public_id)
    return found.select_related("person", "meeting", "meeting__venue", "answers_for").first()


def _shown(attendee: Attendee) -> tuple[tuple[str, str], ...]:
    """What the reader answers: this version, time and place. A number nobody got by mail may be used again."""
    meeting = attendee.meeting
    what = f"{meeting.starts_at:%Y%m%d%H%M}-{meeting.ends_at:%Y%m%d%H%M}-{meeting.venue_id or 0}"
    return ("sequence", str(meeting.sequence)), ("shown", what)


def _page(attendee: Attendee, state: LinkState, title: str, paragraphs: tuple[str, ...]) -> LinkPage:
    partstat = PartStat(attendee.partstat)
    facts = [*_facts(attendee), (_("Your answer"), ANSWER_NAMES[partstat])]
    sends = [Button(STAFF, _("Somebody of the staff comes instead"), is_primary=False)] if head_for(attendee) else []
    return LinkPage(
        state=state,
        title=title,
        paragraphs=paragraphs,
        facts=tuple(facts),
        buttons=(
            Button("accept", _("I will come")),
            Button("tentative", _("I may come"), is_primary=False),
            Button("decline", _("I cannot come"), is_primary=False),
            *sends,
        ),
        next_url=f"/l/{make_token('r', attendee.public_id)}/meeting.ics",
        next_label=_("Put the meeting into your calendar (.ics file)"),
        language=_language(attendee),
        asks_comment=True,
        carried=_shown(attendee),
    )


def _over(attendee: Attendee, at: datetime) -> LinkPage | None:
    meeting = attendee.meeting
    if meeting.state == MeetingState.CANCELLED:
        why = _("This meeting is cancelled. You need not do anything.")
    elif attendee.removed_at is not None and sent_staff(attendee):
        why = _(
            "You told us that somebody of your staff comes instead, so nothing is left to answer. "
            "If you come after all, reply to the invitation or call us: the page cannot take it back by itself."
        )
    elif attendee.removed_at is not None:
        why = _("You are no longer expected at this meeting. You need not do anything.")
    elif meeting.state != MeetingState.CONFIRMED or meeting.ends_at <= at:
        why = _("This meeting has taken place, so there is nothing left to answer.")
    else:
        return None
    facts, title = _facts(attendee), meeting.title
    return LinkPage(LinkState.OVER, title, paragraphs=(why,), facts=facts, language=_language(attendee))


def _facts(attendee: Attendee) -> tuple[tuple[str, str], ...]:
    return tuple(meeting_facts(attendee.meeting, _language(attendee)))


def _language(attendee: Attendee) -> str:
    return language_of(attendee.person)
