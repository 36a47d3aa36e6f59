import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.activity.actions import record
from crm.activity.models import ActivityEntry, ActivityLink
from crm.base.links import link_url
from crm.consent.actions import suppress
from crm.consent.enums import Purpose, SuppressionReason
from crm.consent.models import Suppression
from crm.messaging.actions import create_sequence, enrol, stop_enrolments
from crm.messaging.enums import EnrolmentState, MessageStatus, StepAnchor, StepState
from crm.messaging.errors import EmptySequenceError, PlanningFailedError, SequenceExistsError, UnknownSequenceError
from crm.messaging.models import Enrolment, Message, PlannedStep, Sequence
from crm.messaging.queries import eml_of, row_of
from crm.messaging.registry import register_default_sequence, register_step_anchor, step_anchor
from crm.messaging.rules import StepInput, read_reply_address
from crm.sequences.tasks import plan_due_steps
from tests.factories.access import user
from tests.factories.messaging import AT, enrolment, message, sequence, template
from tests.factories.people import contact_detail, person
from tests.factories.places import area

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def verbs() -> list[str]:
    return list(ActivityEntry.objects.order_by("pk").values_list("verb", flat=True))


def steps_of(row: Enrolment) -> list[tuple[int, str, str]]:
    return list(row.planned_steps.values_list("step_position", "state", "reason"))


def test_sequence_without_steps_is_refused() -> None:
    with pytest.raises(EmptySequenceError):
        create_sequence(key="empty", name="Empty", steps=[], by=None, at=AT)


def test_sequence_made_twice_is_refused() -> None:
    sequence(key="once")

    with pytest.raises(SequenceExistsError) as caught:
        create_sequence(key="once", name="Again", steps=[StepInput("x", 1)], by=None, at=AT)

    assert str(caught.value) == "There is a sequence “once” already; choose another key."
    assert Sequence.objects.count() == 1


def test_default_sequence_is_made_when_first_needed() -> None:
    register_default_sequence("test-default", name="Default", steps=[StepInput("hello", 60)])

    row = enrol("test-default", person(), anchor=area(), anchor_at=AT, owner=None, fields={}, by=None, at=AT)

    assert list(row.sequence.steps.values_list("position", "template_key", "offset_minutes")) == [(1, "hello", 60)]


def test_unknown_sequence_is_refused() -> None:
    with pytest.raises(UnknownSequenceError):
        enrol("nothing", person(), anchor=area(), anchor_at=AT, owner=None, fields={}, by=None, at=AT)


def test_enrolling_twice_is_one_enrolment_and_one_entry() -> None:
    staff = user()
    first = enrolment(by=staff, owner=staff)
    again = {"sequence": first.sequence, "person": first.person, "anchor_at": AT + DAY}

    second = enrolment(anchor=_anchor(first), **again)

    assert (second, second.anchor_at) == (first, AT)
    assert verbs().count("sequence.enrolled") == 1


def _anchor(row: Enrolment) -> Model:
    found = row_of(row.anchor_type, row.anchor_id)
    assert found is not None
    return found


def test_enrolling_as_part_of_a_step_leaves_no_entry_of_its_own() -> None:
    owner = contact_detail().person
    entry = record("meeting.held", owner, by=None, at=AT)

    row = enrolment(person=owner, entry=entry)

    assert "sequence.enrolled" not in verbs()
    assert ActivityLink.objects.filter(entry=entry, target_type="crm.enrolment", target_id=row.pk).exists()


def test_due_step_becomes_one_mail() -> None:
    contact = contact_detail(value="robin@office.example")
    row = enrolment(person=contact.person)

    counts = [plan_due_steps(AT + DAY - timedelta(minutes=1)), plan_due_steps(AT + DAY), plan_due_steps(AT + DAY)]

    mail = Message.objects.get()
    assert counts == [0, 1, 0]
    assert (mail.idempotency_key, mail.to_email, mail.subject, mail.status, mail.due_at, mail.not_after) == (
        f"seq:{row.public_id}:1",
        "robin@office.example",
        "Step 1",
        MessageStatus.QUEUED,
        AT + DAY,
        AT + 3 * DAY,
    )
    assert steps_of(row) == [(1, "planned", "")]
    assert verbs().count("sequence.mail_planned") == 1
    row.refresh_from_db()
    assert (row.state, row.next_look_at) == (EnrolmentState.ACTIVE, AT + 2 * DAY)


def test_last_step_finishes_the_enrolment() -> None:
    row = enrolment()

    plan_due_steps(AT + DAY)
    plan_due_steps(AT + 2 * DAY)

    row.refresh_from_db()
    assert (row.state, row.ended_at, row.next_look_at) == (EnrolmentState.FINISHED, AT + 2 * DAY, None)
    assert Message.objects.count() == 2


def test_step_mail_can_be_stopped_and_answered() -> None:
    row = enrolment()
    plan_due_steps(AT + DAY)
    mail = Message.objects.get()

    raw = eml_of(mail).decode()

    url = link_url("u", mail.public_id)
    assert f"\r\nList-Unsubscribe: <{url}>\r\n" in raw
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert f"\r\nList-Id: After the meeting <{row.sequence.key}.parley.example>\r\n" in raw
    assert f"\r\nReply-To: {mail.reply_to}\r\n" in raw
    assert read_reply_address(mail.reply_to.upper()) == row.public_id
    assert url in mail.text
    assert url in mail.html
    assert "You receive this mail because you are in contact with Parley." in mail.text
    assert "1 Harbour Row" in mail.text
    assert mail.to_email not in url


def test_reply_address_of_somebody_else_is_not_ours() -> None:
    row = enrolment()
    plan_due_steps(AT + DAY)
    address = Message.objects.get().reply_to

    assert read_reply_address(address.replace("parley.example", "other.example")) is None
    assert read_reply_address("reply+" + "a" * 42 + "@parley.example") is None
    assert read_reply_address("team@parley.example") is None
    assert read_reply_address(address) == row.public_id
    assert len(address.partition("@")[0]) <= 64


def test_second_step_stands_in_the_thread_of_the_first() -> None:
    enrolment()
    plan_due_steps(AT + DAY)
    plan_due_steps(AT + 2 * DAY)

    first, second = Message.objects.order_by("pk")

    assert first.in_reply_to == ""
    assert second.in_reply_to == first.message_id
    assert f"References: {first.message_id}" in eml_of(second).decode().replace("\r\n ", " ")


def test_step_missed_by_more_than_two_days_is_skipped_and_says_why() -> None:
    row = enrolment()

    planned = plan_due_steps(AT + 3 * DAY + timedelta(minutes=1))

    assert planned == 1
    assert steps_of(row) == [(1, "skipped", "missed"), (2, "planned", "")]
    assert verbs().count("sequence.step_skipped") == 1


def test_person_without_an_address_gets_no_step() -> None:
    row = enrolment(person=person())

    plan_due_steps(AT + DAY)

    assert steps_of(row) == [(1, "skipped", "no_address")]


def test_mailbox_that_wants_none_gets_no_step() -> None:
    contact = contact_detail()
    row = enrolment(person=contact.person)
    suppress(email=contact.value, purpose=Purpose.SEQUENCE, reason=SuppressionReason.UNSUBSCRIBED, at=AT)

    plan_due_steps(AT + DAY)

    assert steps_of(row) == [(1, "skipped", "not_wanted")]


def test_step_without_a_template_is_skipped() -> None:
    series = create_sequence(key="bare", name="Bare", steps=[StepInput("no-such-template", 0)], by=None, at=AT)
    row = enrolment(sequence=series)

    plan_due_steps(AT)

    assert steps_of(row) == [(1, "skipped", "no_template")]
    assert Message.objects.count() == 0


def test_step_with_a_gap_is_held() -> None:
    template(key="gap", subject="Hello", body="About {{ bill }}", fields=["bill"])
    series = create_sequence(key="gappy", name="Gappy", steps=[StepInput("gap", 0)], by=None, at=AT)
    row = enrolment(sequence=series)

    plan_due_steps(AT)

    mail = Message.objects.get()
    assert (mail.status, mail.last_error) == (
        MessageStatus.HELD,
        "“bill” is empty for this person; fill it in or give it a default.",
    )
    assert steps_of(row) == [(1, "planned", "held")]


def test_fields_of_the_enrolment_fill_the_template() -> None:
    template(key="full", subject="About {{ bill }}", body="About {{ bill }}", fields=["bill"])
    series = create_sequence(key="fully", name="Full", steps=[StepInput("full", 0)], by=None, at=AT)
    enrolment(sequence=series, fields={"bill": "HB 12"})

    plan_due_steps(AT)

    assert Message.objects.get().subject == "About HB 12"


def test_step_counted_from_a_commitment_asks_its_resolver() -> None:
    before = step_anchor(StepAnchor.COMMITMENT_DUE)
    answers: list[datetime | None] = [AT + 10 * DAY]
    register_step_anchor(StepAnchor.COMMITMENT_DUE, lambda _row: answers[0])
    try:
        template(key="check", subject="Soon", body="Soon.")
        week_before = StepInput("check", -7 * 24 * 60, StepAnchor.COMMITMENT_DUE)
        row = enrolment(sequence=create_sequence(key="c", name="C", steps=[week_before], by=None, at=AT))

        counts = [plan_due_steps(AT + 2 * DAY), plan_due_steps(AT + 3 * DAY)]

        assert counts == [0, 1]
        assert steps_of(row) == [(1, "planned", "")]
    finally:
        register_step_anchor(StepAnchor.COMMITMENT_DUE, before or (lambda _row: None))


def test_step_with_nothing_to_count_from_is_skipped_after_the_others() -> None:
    before = step_anchor(StepAnchor.COMMITMENT_DUE)
    register_step_anchor(StepAnchor.COMMITMENT_DUE, lambda _row: None)
    try:
        template(key="thanks", subject="Thanks", body="Thanks.")
        steps = [StepInput("thanks", -60, StepAnchor.COMMITMENT_DUE), StepInput("thanks", 24 * 60)]
        row = enrolment(sequence=create_sequence(key="d", name="D", steps=steps, by=None, at=AT))

        plan_due_steps(AT)
        assert steps_of(row) == []
        plan_due_steps(AT + DAY)

        assert steps_of(row) == [(1, "skipped", "no_moment"), (2, "planned", "")]
        row.refresh_from_db()
        assert row.state == EnrolmentState.FINISHED
    finally:
        register_step_anchor(StepAnchor.COMMITMENT_DUE, before or (lambda _row: None))


def test_offsets_are_elapsed_time_across_a_clock_change() -> None:
    zone = ZoneInfo("America/New_York")
    anchor_at = datetime(2026, 3, 7, 9, 0, tzinfo=zone)
    enrolment(anchor_at=anchor_at.astimezone(UTC), at=anchor_at.astimezone(UTC))

    plan_due_steps(anchor_at.astimezone(UTC) + DAY)

    assert Message.objects.get().due_at.astimezone(zone) == datetime(2026, 3, 8, 10, 0, tzinfo=zone)


def test_enrolment_that_fails_does_not_hold_up_the_others() -> None:
    broken = enrolment()
    Enrolment.objects.filter(pk=broken.pk).update(fields={"name": 7})
    enrolment()

    with pytest.raises(PlanningFailedError) as caught:
        plan_due_steps(AT + DAY)

    assert str(caught.value) == "1 enrolments could not be planned; the log says why."
    assert Message.objects.count() == 1
    assert steps_of(broken) == []


def test_sequence_out_of_use_plans_nothing() -> None:
    row = enrolment()
    Sequence.objects.update(is_active=False)

    assert plan_due_steps(AT + DAY) == 0
    assert steps_of(row) == []


def test_stopping_ends_the_enrolment_and_takes_back_its_mail() -> None:
    staff = user()
    row = enrolment()
    other = enrolment()
    plan_due_steps(AT + DAY)

    first = stop_enrolments(person=row.person, reason="kept", by=staff, at=AT + DAY)
    second = stop_enrolments(person=row.person, reason="kept", by=staff, at=AT + DAY)

    row.refresh_from_db()
    other.refresh_from_db()
    assert (first, second) == (1, 0)
    assert (row.state, row.stop_reason, row.ended_at) == (EnrolmentState.STOPPED, "kept", AT + DAY)
    assert other.state == EnrolmentState.ACTIVE
    assert list(row.messages.values_list("status", "last_error")) == [("cancelled", "kept")]
    assert list(other.messages.values_list("status", flat=True)) == ["queued"]
    assert verbs().count("sequence.stopped") == 1
    assert plan_due_steps(AT + 2 * DAY) == 1


def test_stopping_by_what_started_it() -> None:
    row = enrolment()

    stopped = stop_enrolments(anchor=area(), reason="x", at=AT), stop_enrolments(anchor=_anchor(row), reason="x", at=AT)

    assert stopped == (0, 1)


def test_stopping_everybody_by_mistake_is_refused() -> None:
    with pytest.raises(ValueError, match="whose sequences"):
        stop_enrolments(reason="oops", at=AT)


def test_mail_that_waits_after_the_last_step_is_taken_back_too() -> None:
    row = enrolment(sequence=sequence(steps=1))
    plan_due_steps(AT + DAY)

    stop_enrolments(person=row.person, reason="reply", at=AT + DAY)

    assert Message.objects.get().status == MessageStatus.CANCELLED


def test_unsubscribe_link_asks_before_it_acts(client: Client) -> None:
    enrolment()
    plan_due_steps(AT + DAY)
    mail = Message.objects.get()

    response = client.get(link_url("u", mail.public_id).replace("http://localhost:8000", ""))

    assert response.status_code == 200
    assert "Stop these mails" in response.content.decode()
    assert Suppression.objects.count() == 0


@pytest.mark.parametrize("data", [{"List-Unsubscribe": "One-Click"}, {"answer": "stop"}])
def test_unsubscribing_counts_at_once_and_only_once(client: Client, data: dict[str, str]) -> None:
    row = enrolment()
    plan_due_steps(AT + DAY)
    mail = Message.objects.get()
    path = link_url("u", mail.public_id).replace("http://localhost:8000", "")

    codes = [client.post(path, data).status_code, client.post(path, data).status_code, client.get(path).status_code]

    row.refresh_from_db()
    mail.refresh_from_db()
    assert codes == [200, 200, 200]
    assert (row.state, row.stop_reason) == (EnrolmentState.STOPPED, "unsubscribed")
    assert mail.status == MessageStatus.CANCELLED
    assert list(Suppression.objects.values_list("purpose", "reason")) == [("sequence", "unsubscribed")]
    assert verbs()[-1] == "mail.unsubscribed"
    assert verbs().count("mail.unsubscribed") == 1
    assert "sequence.stopped" not in verbs()


def test_unsubscribe_link_works_when_the_person_is_gone(client: Client) -> None:
    mail = message(stream="sequence", to_email="gone@office.example")
    path = link_url("u", mail.public_id).replace("http://localhost:8000", "")

    response = client.post(path, {"List-Unsubscribe": "One-Click"})

    assert response.status_code == 200
    assert Suppression.objects.count() == 1


def test_planning_costs_the_same_for_each_enrolment() -> None:
    series = sequence()
    counts = []
    for number in (1, 3):
        for _each in range(number):
            enrolment(sequence=series, anchor_at=AT + number * DAY, at=AT + number * DAY)
        with CaptureQueriesContext(connection) as queries:
            plan_due_steps(AT + (number + 1) * DAY)
        counts.append(len(queries))
        Enrolment.objects.update(state=EnrolmentState.STOPPED)

    assert counts[1] <= 3 * counts[0]


@pytest.mark.django_db(transaction=True)
def test_two_planners_plan_nothing_twice() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("The suite's SQLite lives in memory, where threads share one connection; run on PostgreSQL.")
    for _number in range(10):
        enrolment()
    barrier = threading.Barrier(2)

    def plan() -> None:
        barrier.wait()
        plan_due_steps(AT + DAY)
        connection.close()

    threads = [threading.Thread(target=plan) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Message.objects.count() == 10
    assert PlannedStep.objects.filter(state=StepState.PLANNED).count() == 10
    assert verbs().count("sequence.mail_planned") == 10
