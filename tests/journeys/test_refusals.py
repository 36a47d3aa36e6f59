"""Bad input gets a sentence that says what to do, and nothing is lost."""

from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.urls import reverse

from crm.activity.models import ActivityEntry
from crm.imports.models import ImportBatch
from crm.messaging.models import InboundMessage, Message
from crm.people.models import Person
from crm.petitions.actions import close_petition
from crm.petitions.models import Signature
from meetings.invitations.models import ReplyReview
from meetings.scheduling.models import Meeting
from tests.journeys import office, public
from tests.journeys.walk import (
    CONGRESS,
    DANA,
    DAY,
    HOUR,
    MINUTE,
    THERE,
    World,
    deliver,
    form_in,
    link_in,
    newest,
    no_entry,
    run,
)


@pytest.fixture
def met(world: World) -> Meeting:
    """A confirmed meeting whose invitations have left."""
    office.import_registry(world)
    request = office.ask(world, scheduler="new", new_name="Dana Ruiz", new_email=DANA)
    office.offer(world, request, datetime(2026, 10, 6, 10, tzinfo=THERE))
    meeting = office.confirm(world, request)
    world.wait(HOUR)
    return meeting


def refused(path: Path, profile: str) -> str:
    """What the import says when it takes nothing."""
    entries = ActivityEntry.objects.count()
    with pytest.raises(CommandError) as refusal:
        run("import_people", str(path), profile=profile)
    assert (Person.objects.count(), ImportBatch.objects.count(), ActivityEntry.objects.count()) == (0, 0, entries)
    return str(refusal.value)


def test_unreadable_file_names_the_line(world: World, tmp_path: Path) -> None:
    (tmp_path / "legislators-current.json").write_text('[\n{"id": {"bioguide": "X1"},\n"name": oops}\n]')

    said = refused(tmp_path, "us-congress")

    assert said == (
        "“legislators-current.json” is not valid JSON at line 3; mend that line or download the file again."
    )


def test_absent_folder_says_what_to_check(world: World, tmp_path: Path) -> None:
    said = refused(tmp_path / "nowhere", "us-congress")

    assert said == f"There is no file or folder “{tmp_path / 'nowhere'}”; check the path."


def test_unknown_profile_names_those_there_are(world: World) -> None:
    said = refused(CONGRESS, "us-senate")

    assert said.startswith("There is no import profile “us-senate”; use one of: ")
    assert "us-congress" in said


def test_wrong_profile_for_the_folder_says_what_it_needs(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "people"
    folder.mkdir()
    (folder / "people.csv").write_text("name\nAda\n")

    said = refused(folder, "us-congress")

    assert said == (
        "“people” holds no legislators-current.json, .yaml or .csv, so it is not a congress-legislators folder; "
        "check the path or name another profile."
    )


@pytest.mark.slow
def test_broken_reply_waits_for_a_person(world: World, met: Meeting, tmp_path: Path) -> None:
    file = tmp_path / "broken.eml"
    whole = office.reply_to(newest(DANA, calendar_method="REQUEST"), world)
    file.write_bytes(whole.replace(b"BEGIN:VEVENT", b"BEGIN:VEV\x00ENT").replace(b"END:VCALENDAR", b""))

    said = run("receive_mail", str(file))

    page = unescape(world.sign_in(world.coordinator).get(reverse("answers_to_look_at")).content.decode())
    assert said == f"A calendar answer from {DANA}: needs a person (broken). It waits in the review list.\n"
    assert "The calendar part is broken. Read the mail, then note the answer on the meeting page." in page
    assert bytes(InboundMessage.objects.get().raw) == file.read_bytes()
    assert (ReplyReview.objects.get().state, world.attendee(DANA).partstat) == ("open", "NEEDS-ACTION")
    assert [entry.verb for entry in ActivityEntry.objects.order_by("-pk")[:1]] == ["reply_review.opened"]


def test_what_is_no_mail_says_what_to_hand_in(world: World, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_bytes(b"\xff\xfe\x00 nothing of a mail")

    with pytest.raises(CommandError) as refusal:
        run("receive_mail", str(file))

    assert str(refusal.value) == (
        "This is not an e-mail message; hand in the whole raw message with its headers. It waits in the review list."
    )
    assert bytes(InboundMessage.objects.get().raw) == file.read_bytes()


def test_link_that_is_too_old_leads_back_to_the_petition(world: World) -> None:
    url = public.publish_petition(world)
    public.fill_in(world, url, public.STRANGER)
    deliver()
    path = link_in(newest(public.STRANGER.email), "c")
    world.wait(8 * DAY)

    with no_entry():
        pages = [world.client.get(path), world.client.post(path)]

    for page in pages:
        text = unescape(page.content.decode())
        assert "The link in this mail was good for seven days. Sign again and we send you a new one." in text
        assert url in text
    world.petition.refresh_from_db()
    assert (Signature.objects.get().state, world.petition.signature_count) == ("pending", 0)
    public.sign(world, url, public.STRANGER)


def test_link_cut_in_two_says_so(world: World) -> None:
    page = world.client.get("/l/cAbC/")

    assert page.status_code == 404
    assert "Copy the whole address from the mail and try again." in page.content.decode()


def test_closed_petition_says_when_it_closed(world: World) -> None:
    url = public.publish_petition(world)
    data = form_in(world.sign_in(None).get(url).content.decode(), "given_name")
    data.update({"given_name": "Ada", "family_name": "Vale", "email": "ada@people.example", "postcode": "94612"})
    data["signature_consent"] = "on"
    world.wait(MINUTE)
    close_petition(world.petition, by=world.moderator, at=world.now)

    with no_entry():
        late = world.client.post(url, data)

    text = unescape(late.content.decode())
    assert late.status_code == 409
    assert "This petition closed on Sept. 1, 2026. 0 confirmed signatures go to Congress." in text
    assert (Signature.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.slow
def test_stale_form_shows_both_versions(world: World, met: Meeting) -> None:
    url = reverse("meeting_edit", args=[met.public_id])
    ours = form_in(world.sign_in(world.coordinator).get(url).content.decode(), "title")
    theirs = form_in(world.sign_in(world.director).get(url).content.decode(), "title")
    theirs["title"], ours["title"] = "Harbours: their title", "Harbours: our title"
    ours["description"] = "Words that took long to write."
    world.client.post(url, theirs)

    with no_entry():
        stale = world.sign_in(world.coordinator).post(url, ours)

    text = unescape(stale.content.decode())
    assert stale.status_code == 409
    assert "Your version has not been saved, so that nothing is lost." in text
    for words in ("Harbours: their title", "Harbours: our title", "Words that took long to write."):
        assert words in text
    met.refresh_from_db()
    assert (met.title, met.description) == ("Harbours: their title", "")


def test_stale_person_shows_both_versions(world: World) -> None:
    office.import_registry(world)
    url = reverse("people:edit", args=[world.policymaker.pk])
    ours = form_in(world.sign_in(world.coordinator).get(url).content.decode(), "name")
    theirs = form_in(world.sign_in(world.director).get(url).content.decode(), "name")
    theirs["summary"], ours["summary"] = "What they typed.", "What we typed."
    world.client.post(url, theirs)

    with no_entry():
        stale = world.sign_in(world.coordinator).post(url, ours)

    text = unescape(stale.content.decode())
    assert (stale.status_code, "What they typed." in text, "What we typed." in text) == (409, True, True)
    assert Person.objects.get(pk=world.policymaker.pk).summary == "What they typed."
