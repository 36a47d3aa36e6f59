"""The acts of the walk around the talk itself: words and briefing before, outcome and mails after."""

from datetime import datetime
from html import unescape
from io import BytesIO
from typing import Any

from django.urls import reverse
from pypdf import PdfReader

from crm.briefings.errors import OwnTalkingPointError
from crm.briefings.models import BriefingSnapshot, TalkingPoint
from crm.followups.models import Commitment, Task
from crm.issues.models import Stance
from crm.messaging.actions import receive_mail
from crm.messaging.models import Enrolment, Message
from meetings.agendas.models import AgendaItem
from tests.journeys.office import TITLE, calendar, last_inbound, sent_to
from tests.journeys.walk import (
    CANARY,
    DANA,
    DAY,
    KIM,
    LEAD,
    MINUTE,
    World,
    deliver,
    form_in,
    newest,
    no_entry,
    one_entry,
    run,
    submit,
)

THEIRS, OURS = "I will co-sponsor the bill.", "We send the district figures."
POINT = "Nine of ten beaches in the district were closed last year."


def write_agenda(world: World) -> None:
    url = reverse("meeting_agenda", args=[world.meeting.public_id])
    filled = {
        "item0__title": "A story from the district",
        "item0__duration_minutes": "10",
        "item0__speaker": "Kim Vale",
    }
    with one_entry("meeting.agenda_set"):
        submit(world.sign_in(world.coordinator), url, "item0-title", **filled)
    assert list(AgendaItem.objects.values_list("title", flat=True)) == ["A story from the district"]
    world.wait(2 * MINUTE)
    assert sent_to() == calendar("REQUEST", 1, LEAD, DANA, KIM)


def approve_words(world: World) -> None:
    """A coordinator writes what we say; only somebody else may approve it."""
    add = reverse("talking_point:add")
    filled = {"ask": str(world.ask.pk), "text": POINT, "source": "Harbour office", "sourced_on": "2026-08-01"}
    with one_entry("talking_point.created"):
        submit(world.sign_in(world.coordinator), add, "text", **filled)
    point = TalkingPoint.objects.get()
    approve = reverse("talking_point:approve", args=[point.pk])

    with no_entry():
        refused = world.client.post(approve, {"version": point.version}, follow=True)
    assert str(OwnTalkingPointError.sentence) in unescape(refused.content.decode())
    with one_entry("talking_point.approved"):
        world.sign_in(world.director).post(approve, {"version": point.version})
    point.refresh_from_db()
    assert (point.state, point.approved_by) == ("approved", world.director)


def make_briefing(world: World) -> tuple[str, str]:
    """One click on the meeting page; the words of the page and of the PDF."""
    client, page = world.sign_in(world.coordinator), reverse("meeting_page", args=[world.meeting.public_id])
    create = reverse("briefing_create", args=[world.policymaker.public_id])
    with one_entry("briefing.created"):
        done = submit(client, page, "anchor", create)
    snapshot = BriefingSnapshot.objects.latest("pk")
    assert done.redirect_chain == [(reverse("briefing_snapshot", args=[snapshot.public_id]), 302)]
    with no_entry():
        pdf = client.get(reverse("briefing_pdf", args=[snapshot.public_id]))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    read = PdfReader(BytesIO(pdf.content))
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
    return done.content.decode(), " ".join(" ".join(each.extract_text() for each in read.pages).split())


def record_outcome(world: World, **changes: Any) -> None:
    """Two minutes on a phone, right after the talk."""
    client, url = world.sign_in(world.coordinator), reverse("meeting_outcome", args=[world.meeting.public_id])
    filled = {
        "came": [world.attendee(email).public_id for email in (LEAD, DANA)],
        "position": "lean_support",
        "promise0__words": THEIRS,
        "promise0__due_on": "2026-12-01",
        "promise1__direction": "ours",
        "promise1__words": OURS,
        "promise1__due_on": "2026-10-09",
        "questions": "What does it cost?",
        "next_step": "Call the chief of staff",
        "next_step_on": "2026-10-14",
        "summary": "A friendly talk.",
    } | changes
    with one_entry("meeting.outcome_recorded"):
        done = submit(client, url, "questions", **filled)
    assert done.redirect_chain == [(reverse("meeting_outcome_done", args=[world.meeting.public_id]), 302)]
    assert world.refresh().state == "held"


def outcome_rows(world: World) -> None:
    """What the first outcome made."""
    stance = Stance.objects.get()
    assert (stance.person, stance.ask, stance.position) == (world.policymaker, world.ask, "lean_support")
    assert list(Commitment.objects.order_by("pk").values_list("direction", "words", "state")) == [
        ("theirs", THEIRS, "open"),
        ("ours", OURS, "open"),
    ]
    assert sorted((str(due), title) for due, title in Task.objects.values_list("due_on", "title")) == [
        ("2026-10-09", f"Keep our promise: {OURS}"),
        ("2026-10-13", "Answer: What does it cost?"),
        ("2026-10-14", "Call the chief of staff"),
        ("2026-12-01", f"Ask whether they kept their promise: {THEIRS}"),
    ]
    draft = Message.objects.get(status="draft")
    assert (draft.to_email, draft.subject) == (DANA, f"Thank you for meeting us: {TITLE}")
    assert (THEIRS in draft.text, OURS in draft.text) == (True, True)
    enrolment = Enrolment.objects.get()
    assert (enrolment.person.name, enrolment.sequence.key, enrolment.state) == ("Dana Ruiz", "after-meeting", "active")


def my_day(world: World) -> str:
    with no_entry():
        return str(world.sign_in(world.coordinator).get(reverse("wagtailadmin_home")).content.decode())


def finish_task(world: World, title: str) -> None:
    task = Task.objects.get(title=title)
    with one_entry("task.finished"):
        url = reverse("crm_finish_task", args=[task.public_id])
        world.sign_in(world.coordinator).post(url, {"version": task.version})
    task.refresh_from_db()
    assert task.state == "done"


def send_thanks(world: World) -> None:
    """The draft is read, mended and sent by a person."""
    draft = Message.objects.get(status="draft")
    url = reverse("crm_mail", args=[draft.public_id])
    body = form_in(world.sign_in(world.coordinator).get(url).content.decode(), "body")["body"]
    with one_entry("mail.released"):
        submit(world.client, url, "body", body=body.replace("Dear Dana Ruiz", "Dear Dana"))
    assert deliver() == [(DANA, f"Thank you for meeting us: {TITLE}")]
    assert newest(DANA).text.startswith("Dear Dana,")


def due(world: World, at: datetime, subject: str) -> None:
    """At this moment one mail of the sequence is planned and leaves; a second run does nothing."""
    world.travel(at)
    with one_entry("sequence.mail_planned"):
        run("run_due")
    with no_entry():
        run("run_due")
    assert deliver() == [(DANA, subject)]
    headers = newest(DANA).headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def nothing_due(world: World, at: datetime) -> None:
    world.travel(at)
    with no_entry():
        run("run_due")
    assert deliver() == []


def reply_in_words(world: World) -> None:
    """The office answers a mail of the sequence: the rest of it stays away."""
    mail = newest(DANA, stream="sequence")
    head = f"From: Dana Ruiz <{DANA}>\r\nTo: <{mail.reply_to}>\r\nSubject: Re: {mail.subject}\r\n"
    raw = f"{head}In-Reply-To: {mail.message_id}\r\nMessage-ID: <words@umber.example>\r\n\r\nThank you, all clear.\r\n"
    with one_entry("mail.replied"):
        receive_mail(raw.encode(), at=world.now)
    assert last_inbound() == ("human", "applied", "reply")
    enrolment = Enrolment.objects.latest("pk")
    assert (enrolment.state, enrolment.stop_reason) == ("stopped", "reply")


def settle(world: World, words: str, state: str) -> None:
    promise = Commitment.objects.get(words=words)
    url = reverse("crm_settle_commitment", args=[promise.public_id])
    filled = {f"c{promise.pk}-state": state, f"c{promise.pk}-version": promise.version}
    with one_entry("commitment.settled"):
        world.sign_in(world.coordinator).post(url, filled)
    promise.refresh_from_db()
    assert promise.state == state


def next_day(world: World) -> datetime:
    return world.refresh().ends_at + DAY


def keeps_to_itself(page: str) -> bool:
    return CANARY not in page
