"""The acts of the walk between us and an office: find, ask, offer, confirm, answer, change, cancel."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from django.urls import reverse

from crm.messaging.models import InboundMessage, Message
from crm.people.forms import pick_label
from crm.people.models import Person
from meetings.scheduling.models import Meeting, MeetingRequest
from tests.crm.imports.steps import dump
from tests.journeys.walk import (
    CANARY,
    CONGRESS,
    DANA,
    EVERYBODY,
    KIM,
    LEAD,
    MINUTE,
    NOTES,
    ZONE,
    World,
    deliver,
    link_in,
    newest,
    no_entry,
    one_entry,
    run,
    submit,
)

TITLE = "Clean harbours: a talk"


def import_registry(world: World) -> None:
    """Five invented members; the second run changes nothing and says so."""
    with one_entry("import.applied"):
        said = run("import_people", str(CONGRESS), profile="us-congress")
    assert re.search(r"Done as import \d+\. To take it back: manage\.py undo_import \d+", said)

    rows = dump()
    with one_entry("import.applied"):
        again = run("import_people", str(CONGRESS), profile="us-congress")
    assert dump() == rows
    assert again.splitlines()[-1] == "Everything in the source stands here already; nothing was changed."

    world.policymaker = Person.objects.get(identifiers__scheme="bioguide", identifiers__identifier="X000003")


def find_policymaker(world: World) -> str:
    """By name, by committee, by state; the page says who this is. Reading leaves nothing behind."""
    client, listed = world.sign_in(world.coordinator), reverse("people:index")
    committee = world.policymaker.memberships.get(organization__classification="committee").organization
    state = world.policymaker.memberships.get(post__isnull=False, area__isnull=False).area.parent
    with no_entry():
        found = [
            names_on(client.get(listed, query).content.decode())
            for query in (
                {"q": "umber"},
                {"committee": pick_label(committee), "state": state.pk},
                {"q": "nobody of this name"},
            )
        ]
        page = client.get(person_page(world)).content.decode()
    assert found == [["Celeste Umber"], ["Celeste Umber"], []]
    for words in ("Celeste Umber", "House Committee on Rivers", "1301 Quay St.", "Republican", "2027-01-03"):
        assert words in page
    assert reverse("ask_for_meeting", args=[world.policymaker.public_id]) in page
    return page


def names_on(html: str) -> list[str]:
    """Those of the imported members that a list shows."""
    return [
        name for name in Person.objects.values_list("name", flat=True) if f">{name}<" in re.sub(r"\s*\n\s*", "", html)
    ]


def person_page(world: World) -> str:
    return reverse("people:page", args=[world.policymaker.public_id])


def write_note(world: World) -> None:
    """What only we may read."""
    url = reverse("crm_add_note", args=[world.policymaker.public_id])
    with one_entry("note.added"):
        submit(world.sign_in(world.coordinator), person_page(world), "notes-text", url, notes__text=CANARY)


def ask(world: World, **scheduler: str) -> MeetingRequest:
    """By mail to the scheduler: one typed in here, or the one we know."""
    client, url = world.sign_in(world.coordinator), reverse("ask_for_meeting", args=[world.policymaker.public_id])
    filled = {"ask": str(world.ask.pk), "channel": "email", **scheduler}
    with no_entry():
        preview = submit(client, url, "channel", **filled, preview="1")
    assert "This mail will go out" in preview.content.decode()
    assert Message.objects.filter(template_key="meeting-request", status="queued").count() == 0

    with one_entry("meeting_request.requested"):
        done = submit(client, url, "channel", **filled)
    request = MeetingRequest.objects.latest("pk")
    assert done.redirect_chain == [(reverse("request_page", args=[request.public_id]), 302)]
    assert (request.state, request.scheduler.name, request.owner) == ("requested", "Dana Ruiz", world.coordinator)
    assert deliver() == [(DANA, newest(DANA).subject)]
    return request


def offer(world: World, request: MeetingRequest, *times: datetime) -> None:
    """Times as the clocks at the place show them."""
    client, url = world.sign_in(world.coordinator), reverse("request_offer", args=[request.public_id])
    filled = {}
    for number, local in enumerate(times):
        end = local + 30 * MINUTE
        filled |= {f"time{number}__date": f"{local:%Y-%m-%d}", f"time{number}__start": f"{local:%H:%M}"}
        filled |= {f"time{number}__end": f"{end:%H:%M}", f"time{number}__zone": ZONE}
    with one_entry("meeting_request.offered"):
        submit(client, url, "time0-date", **filled)
    request.refresh_from_db()
    assert (request.state, request.offered_times.count()) == ("offered", len(times))
    assert [who for who, _subject in deliver()] == [DANA]


def confirm(world: World, request: MeetingRequest) -> Meeting:
    """The first offered time, a new place, lead, note-taker and constituent; the scheduler comes along by herself."""
    client, url = world.sign_in(world.coordinator), reverse("request_confirm", args=[request.public_id])
    filled: dict[str, Any] = {
        "when": str(request.offered_times.earliest("starts_at").pk),
        "title": TITLE,
        "place__format": "in_person",
        "place__venue_name": "Harbour House",
        "place__venue_room": "Room 4",
        "guest0__role": "lead",
        "guest0__user": str(world.coordinator.pk),
        "guest1__role": "note_taker",
        "guest1__user": str(world.volunteer.pk),
        "guest2__role": "constituent",
        "guest2__name": "Kim Vale",
        "guest2__email": KIM,
    }
    with one_entry("meeting.confirmed"):
        done = submit(client, url, "title", **filled)
    world.meeting = Meeting.objects.latest("pk")
    assert done.redirect_chain == [(reverse("meeting_page", args=[world.meeting.public_id]), 302)]
    roles = dict(world.meeting.attendees.values_list("role", "email"))
    assert roles == {"lead": LEAD, "note_taker": NOTES, "scheduler": DANA, "constituent": KIM, "policymaker": ""}
    assert sent_to() == calendar("REQUEST", 0, *EVERYBODY)
    return world.meeting


def sent_to() -> dict[str, tuple[str, int]]:
    """Deliver, and say who got which calendar method under which SEQUENCE."""
    left = {who for who, _subject in deliver()}
    mails = {who: newest(who) for who in left}
    return {
        who: (mail.calendar_method, int(re.search(r"^SEQUENCE:(\d+)", mail.calendar, re.M)[1]))  # type: ignore[index]
        for who, mail in mails.items()
        if mail.calendar
    }


def calendar(method: str, sequence: int, *who: str) -> dict[str, tuple[str, int]]:
    return dict.fromkeys(who, (method, sequence))


def accept_by_mail(world: World, folder: Path, email: str = DANA) -> None:
    """A calendar program answers the invitation that was really sent; the same mail again changes nothing."""
    file = folder / f"reply-{world.refresh().version}-{email}.eml"
    file.write_bytes(reply_to(newest(email, calendar_method="REQUEST"), world))
    with one_entry("attendee.answered"):
        said = run("receive_mail", str(file))
    with no_entry():
        run("receive_mail", str(file))
    assert said == f"A calendar answer from {email}: applied (answered).\n"
    assert world.attendee(email).partstat == "ACCEPTED"
    assert [who for who, _subject in deliver()] == [LEAD]


def reply_to(mail: Message, world: World, partstat: str = "ACCEPTED") -> bytes:
    """What a calendar program makes of an invitation (RFC 5546 section 3.2.3): our own lines, one attendee."""
    kept = re.findall(r"^(?:UID|SEQUENCE|ORGANIZER)[:;].*(?:\r?\n[ \t].*)*", mail.calendar, re.M)
    lines = [
        *("BEGIN:VCALENDAR", "PRODID:-//Another//Calendar//EN", "VERSION:2.0", "METHOD:REPLY", "BEGIN:VEVENT"),
        *(line.replace("\r", "") for line in kept),
        f"DTSTAMP:{world.now:%Y%m%dT%H%M%SZ}",
        f"ATTENDEE;PARTSTAT={partstat}:mailto:{mail.to_email}",
        *("END:VEVENT", "END:VCALENDAR", ""),
    ]
    head = [
        f"From: <{mail.to_email}>",
        f"To: <{mail.reply_to}>",
        f"Subject: Accepted: {mail.subject}",
        f"Message-ID: <reply-{mail.pk}@another.example>",
        f"In-Reply-To: {mail.message_id}",
        "MIME-Version: 1.0",
        "Content-Type: text/calendar; charset=UTF-8; method=REPLY",
        "",
    ]
    return "\r\n".join([*head, *lines]).encode()


def accept_by_link(world: World, email: str = KIM) -> None:
    """Opening the link, by her or by a scanner, changes nothing; the button does."""
    client, path = world.sign_in(None), link_in(newest(email, calendar_method="REQUEST"), "r")
    with no_entry():
        shown = client.get(path).content.decode()
        client.head(path)
    assert ("I will come" in shown, world.attendee(email).partstat) == (True, "NEEDS-ACTION")

    with one_entry("attendee.answered"):
        done = client.post(path, {"answer": "accept"})
    assert "Your answer is noted." in done.content.decode()
    with no_entry():
        client.post(path, {"answer": "accept"})
    assert world.attendee(email).partstat == "ACCEPTED"
    assert [who for who, _subject in deliver()] == [LEAD]


def change_words(world: World) -> None:
    """Another title: everybody gets it a minute later, nobody answers again."""
    client, url = world.sign_in(world.coordinator), reverse("meeting_edit", args=[world.meeting.public_id])
    answers = dict(world.meeting.attendees.values_list("email", "partstat"))
    with one_entry("meeting.edited"):
        submit(client, url, "title", title=TITLE, description="Bring a photo of the harbour.")
    assert deliver() == []
    world.wait(2 * MINUTE)
    assert sent_to() == calendar("REQUEST", 0, *EVERYBODY)
    assert dict(world.meeting.attendees.values_list("email", "partstat")) == answers
    assert "PARTSTAT=ACCEPTED" in newest(DANA).calendar.replace("\r\n ", "")


def move(world: World) -> None:
    """An hour later, in another room: everybody is asked again."""
    client, url = world.sign_in(world.coordinator), reverse("meeting_move", args=[world.meeting.public_id])
    before = world.refresh().starts_at
    with one_entry("meeting.moved"):
        submit(client, url, "time-start", time__start="11:00", time__end="11:30")
    world.wait(2 * MINUTE)
    assert (world.refresh().starts_at - before).total_seconds() == 3600
    assert set(world.meeting.attendees.values_list("partstat", flat=True)) == {"NEEDS-ACTION"}
    assert sent_to() == calendar("REQUEST", 1, *EVERYBODY)


def uninvite(world: World, email: str = NOTES) -> None:
    """Only she hears of it."""
    ids = [world.meeting.public_id, world.attendee(email).public_id]
    with one_entry("attendee.removed"):
        submit(world.sign_in(world.coordinator), reverse("meeting_uninvite", args=ids), "version")
    assert sent_to() == calendar("CANCEL", 2, email)


def cancel(world: World, *who: str, sequence: int) -> None:
    client, url = world.sign_in(world.coordinator), reverse("meeting_cancel", args=[world.meeting.public_id])
    with one_entry("meeting.cancelled"):
        submit(client, url, "version")
    assert world.refresh().state == "cancelled"
    assert sent_to() == calendar("CANCEL", sequence, *who)


def nothing_leaked() -> bool:
    """What we wrote among ourselves stands in no mail."""
    mails = Message.objects.values_list("subject", "text", "html", "calendar")
    return not any(CANARY in part for mail in mails for part in mail)


def last_inbound() -> tuple[str, str, str]:
    mail = InboundMessage.objects.latest("pk")
    return mail.kind, mail.state, mail.reason
