"""The one job that must always work, from the registry to the next briefing, as the four kinds of people do it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.urls import reverse

from crm.briefings.models import BriefingSnapshot
from crm.messaging.models import Enrolment, Message
from meetings.scheduling.models import MeetingRequest
from tests.journeys import after, office, public
from tests.journeys.walk import DANA, DAY, HOUR, KIM, LEAD, NOTES, THERE, World, deliver, one_entry, run

MEETS = datetime(2026, 10, 6, 10, tzinfo=THERE)
MEETS_AGAIN = datetime(2026, 12, 16, 10, tzinfo=THERE)
SUBJECTS = {
    1: f"Following up on our meeting: {office.TITLE}",
    3: f"The facts we talked about: {office.TITLE}",
    7: f"A week ahead: {office.TITLE}",
}

SIGNED = [("All petitions", "5"), ("In the last 30 days", "0"), ("Two drains", "5")]
SECOND = {
    "promise0__words": "I will speak in committee.",
    "promise0__due_on": "2027-01-20",
    "promise1__words": "",
    "promise1__due_on": "",
    "questions": "",
    "next_step": "",
    "next_step_on": "",
}


def test_the_whole_job(world: World, tmp_path: Path) -> None:
    url = the_public_page_is_up(world)
    the_office_says_yes(world, tmp_path)
    first = the_first_briefing(world)
    people_sign(world, url)
    the_talk_and_what_follows(world)
    the_next_briefing(world, tmp_path, first)
    a_reply_ends_the_mails(world)
    the_last_meeting_is_cancelled(world)

    assert office.nothing_leaked()
    assert run("verify_counts") == "Every counter equals its rows.\n"


def the_public_page_is_up(world: World) -> str:
    office.import_registry(world)
    public.know_district(world)
    return public.publish_petition(world)


def the_office_says_yes(world: World, folder: Path) -> None:
    page = office.find_policymaker(world)
    assert "Nobody is known in this office yet." in page
    office.write_note(world)
    request = office.ask(world, scheduler="new", new_name="Dana Ruiz", new_email=DANA)
    world.wait(DAY)
    office.offer(world, request, MEETS, datetime(2026, 10, 7, 15, tzinfo=THERE))
    world.wait(DAY)
    office.confirm(world, request)
    world.wait(HOUR)
    office.accept_by_mail(world, folder)
    office.accept_by_link(world)
    office.change_words(world)
    world.wait(HOUR)
    office.move(world)
    world.wait(HOUR)
    office.accept_by_mail(world, folder)
    office.accept_by_link(world)
    office.uninvite(world)


def the_first_briefing(world: World) -> str:
    after.write_agenda(world)
    after.approve_words(world)
    page, pdf = after.make_briefing(world)
    for words in (
        "Celeste Umber",
        "House Committee on Rivers",
        after.POINT,
        "A story from the district",
        "Harbour House",
    ):
        assert (words in page, words in pdf) == (True, True), words
    assert after.keeps_to_itself(page + pdf)
    return page


def people_sign(world: World, url: str) -> None:
    world.travel(datetime(2026, 9, 21, 15, tzinfo=UTC))
    for signer in (*public.NEIGHBOURS, public.STRANGER):
        world.wait(HOUR)
        public.sign(world, url, signer)
    public.sign_twice(world, url, public.NEIGHBOURS[0])

    assert public.breakdown(world) == {"California's 12th congressional district": 5, "District not known": 1}
    shown = world.client.get(url).content.decode()
    assert "California" in shown


def the_talk_and_what_follows(world: World) -> None:
    ends_at = world.refresh().ends_at
    world.travel(ends_at + HOUR)
    after.record_outcome(world)
    after.outcome_rows(world)
    assert "Call the chief of staff" not in after.my_day(world)
    after.due(world, ends_at + DAY, SUBJECTS[1])
    assert Message.objects.get(template_key="meeting-thanks").status == "cancelled"
    assert "Answer: What does it cost?" in after.my_day(world)
    after.finish_task(world, "Answer: What does it cost?")
    after.due(world, ends_at + 3 * DAY, SUBJECTS[3])
    after.nothing_due(world, datetime(2026, 11, 24, 16, tzinfo=UTC))
    after.due(world, datetime(2026, 11, 24, 17, tzinfo=UTC), SUBJECTS[7])
    assert Enrolment.objects.get().state == "finished"


def the_next_briefing(world: World, folder: Path, first: str) -> None:
    world.travel(datetime(2026, 11, 26, 15, tzinfo=UTC))
    request = office.ask(world, scheduler=MeetingRequest.objects.latest("pk").scheduler.public_id)
    office.offer(world, request, MEETS_AGAIN)
    office.confirm(world, request)
    world.wait(HOUR)
    office.accept_by_mail(world, folder)
    page, pdf = after.make_briefing(world)

    for words in (after.THEIRS, after.OURS, "All petitions", "In the last 30 days", "Two drains"):
        assert (words in page, words in pdf, words in first) == (True, True, False), words
    section = snapshot_section("signatures")
    assert [(fact["label"], fact["value"]) for fact in section["facts"]] == SIGNED
    assert sum(value for _week, value in section["chart"]["points"]) == 5
    assert first == frozen(world)
    assert after.keeps_to_itself(page + pdf)


def snapshot_section(key: str) -> Any:
    return next(each for each in BriefingSnapshot.objects.latest("pk").content["sections"] if each["key"] == key)


def frozen(world: World) -> str:
    """The first briefing as it reads now."""
    snapshot = BriefingSnapshot.objects.earliest("pk")
    return str(world.client.get(reverse("briefing_snapshot", args=[snapshot.public_id])).content.decode())


def a_reply_ends_the_mails(world: World) -> None:
    ends_at = world.refresh().ends_at
    world.travel(ends_at + HOUR)
    after.record_outcome(world, position="support", **SECOND)
    after.send_thanks(world)
    world.travel(ends_at + DAY)
    with one_entry("sequence.step_skipped"):
        run("run_due")
    assert deliver() == []
    after.due(world, ends_at + 3 * DAY, SUBJECTS[3])
    world.wait(HOUR)
    after.reply_in_words(world)
    after.settle(world, after.THEIRS, "kept")
    after.nothing_due(world, datetime(2027, 1, 13, 17, tzinfo=UTC))


def the_last_meeting_is_cancelled(world: World) -> None:
    again = {"scheduler": MeetingRequest.objects.latest("pk").scheduler.public_id, "reason": "The vote is in March"}
    request = office.ask(world, **again)
    office.offer(world, request, datetime(2027, 2, 3, 10, tzinfo=THERE))
    office.confirm(world, request)
    office.cancel(world, LEAD, NOTES, DANA, KIM, sequence=1)
