from datetime import timedelta
from typing import Any

import pytest

from crm.access.enums import Role
from crm.activity.models import ActivityEntry, ActivityLink
from crm.activity.queries import timeline_of
from crm.consent.actions import Mailbox, give_consent, suppress, withdraw_consent
from crm.consent.enums import Channel, Purpose, SuppressionReason
from crm.consent.rules import Wording
from crm.mailings.actions import enrol_people, stop_list
from crm.mailings.enums import LeftOut
from crm.mailings.errors import NobodyToEnrolError, SequenceNotInUseError
from crm.mailings.queries import enrolled_by_list, enrolment_plan
from crm.messaging.enums import EnrolmentState, MessageStatus
from crm.messaging.models import Enrolment, Message, Sequence
from crm.people.enums import PersonCategory
from crm.people.models import Person
from crm.segments.actions import delete_segment
from crm.segments.errors import SegmentInUseError
from crm.segments.models import FrozenList, FrozenMember
from crm.sequences.tasks import plan_due_steps
from tests.factories.access import user
from tests.factories.messaging import AT, enrolment, sequence
from tests.factories.people import contact_detail, person
from tests.factories.segments import segment

pytestmark = pytest.mark.django_db
WORDS = Wording("follow-up", 1, Purpose.SEQUENCE, "Write to me.")
ASKED: dict[str, Any] = {"language": "en", "channel": Channel.STAFF, "at": AT}


def reachable(email: str = "", **fields: Any) -> Person:
    holder = person(**fields)
    contact_detail(person=holder, **({"value": email} if email else {}))
    return holder


def everybody() -> Any:
    return Person.objects.all()


def test_plan_names_each_reason_once() -> None:
    series = sequence()
    fine, running = reachable("fine@office.example"), reachable()
    no_address = person()
    twin = reachable("Fine@office.example")
    refused, withdrew = reachable("refused@office.example"), reachable("withdrew@office.example")
    silent = reachable(category=PersonCategory.ADVOCATE)
    agreed = reachable("agreed@home.example", category=PersonCategory.ADVOCATE)
    enrolment(sequence=series, person=running)
    suppress(email="refused@office.example", purpose=Purpose.ALL_MAIL, reason=SuppressionReason.UNSUBSCRIBED, at=AT)
    withdraw_consent(WORDS, mailbox=Mailbox("withdrew@office.example"), **ASKED)
    give_consent(WORDS, mailbox=Mailbox("agreed@home.example"), **ASKED)

    plan = enrolment_plan(everybody(), series, AT.date())

    assert plan.people == [fine.pk, agreed.pk]
    assert dict(plan.left_out) == {
        LeftOut.ALREADY: [running.pk],
        LeftOut.NO_ADDRESS: [no_address.pk],
        LeftOut.SAME_ADDRESS: [twin.pk],
        LeftOut.REFUSED: [refused.pk, withdrew.pk],
        LeftOut.NO_CONSENT: [silent.pk],
    }
    assert plan.counts == {"already": 1, "no_address": 1, "same_address": 1, "refused": 2, "no_consent": 1}


@pytest.mark.parametrize("count", [1, 3])
def test_plan_asks_as_often_for_three_as_for_one(count: int, django_assert_num_queries: Any) -> None:
    series = sequence()
    for _number in range(count):
        reachable()

    with django_assert_num_queries(5):
        assert len(enrolment_plan(everybody(), series, AT.date()).people) == count


def test_enrolling_people_keeps_exactly_them_and_mails_each_once() -> None:
    staff, series, source = user(), sequence(steps=1), segment()
    first, second, without = reachable(), reachable(), person()

    kept = enrol_people(series, everybody(), name="March", segment=source, anchor_at=AT, by=staff, at=AT)
    plan_due_steps(AT + timedelta(days=1))
    plan_due_steps(AT + timedelta(days=1))

    assert list(FrozenMember.objects.values_list("frozen_list", "person")) == [
        (kept.pk, first.pk),
        (kept.pk, second.pk),
    ]
    assert (kept.purpose, kept.count, kept.segment) == ("After the meeting", 2, source)
    assert [(row.person, row.owner, row.anchor_id) for row in Enrolment.objects.order_by("pk")] == [
        (first, staff, kept.pk),
        (second, staff, kept.pk),
    ]
    assert list(Message.objects.order_by("pk").values_list("person", "object_type", "object_id")) == [
        (first.pk, "crm.frozenlist", kept.pk),
        (second.pk, "crm.frozenlist", kept.pk),
    ]
    assert not Enrolment.objects.filter(person=without).exists()


def test_enrolling_a_list_is_one_entry_on_each_timeline() -> None:
    holder = reachable()
    series = sequence()

    kept = enrol_people(series, everybody(), name="March", anchor_at=AT, by=user(), at=AT)

    entry = ActivityEntry.objects.get(verb="sequence.list_enrolled")
    assert entry.data == {"sequence": series.key, "count": 1, "left_out": {}}
    assert [each.verb for each in timeline_of(holder)] == ["sequence.list_enrolled"]
    assert ActivityLink.objects.filter(entry=entry).count() == 2
    assert [each.verb for each in timeline_of(kept)] == ["sequence.list_enrolled", "segment.frozen"]


def test_second_call_enrols_nobody_new_and_keeps_no_list() -> None:
    series, staff = sequence(), user()
    reachable()
    enrol_people(series, everybody(), name="March", anchor_at=AT, by=staff, at=AT)

    with pytest.raises(NobodyToEnrolError):
        enrol_people(series, everybody(), name="March", anchor_at=AT, by=staff, at=AT)
    late = reachable()
    again = enrol_people(series, everybody(), name="April", anchor_at=AT, by=staff, at=AT)

    assert list(again.members.values_list("person", flat=True)) == [late.pk]
    assert (FrozenList.objects.count(), Enrolment.objects.count()) == (2, 2)


def test_sequence_over_for_a_list_does_not_begin_again_for_another() -> None:
    series, staff = sequence(), user()
    reachable()
    enrol_people(series, everybody(), name="March", anchor_at=AT, by=staff, at=AT)
    Enrolment.objects.update(state=EnrolmentState.FINISHED)

    with pytest.raises(NobodyToEnrolError):
        enrol_people(series, everybody(), name="May", anchor_at=AT, by=staff, at=AT)


def test_sequence_switched_off_takes_nobody() -> None:
    series = sequence()
    reachable()
    Sequence.objects.update(is_active=False)

    with pytest.raises(SequenceNotInUseError):
        enrol_people(series, everybody(), name="March", anchor_at=AT, by=user(), at=AT)

    assert not Enrolment.objects.exists()


def test_somebody_who_refuses_after_the_list_was_made_gets_no_mail() -> None:
    series = sequence(steps=1)
    reachable("later@office.example")
    enrol_people(series, everybody(), name="March", anchor_at=AT, by=user(), at=AT)
    suppress(email="later@office.example", purpose=Purpose.SEQUENCE, reason=SuppressionReason.UNSUBSCRIBED, at=AT)

    plan_due_steps(AT + timedelta(days=1))

    assert not Message.objects.exists()


def test_stopping_a_list_takes_back_what_has_not_left() -> None:
    series, staff = sequence(steps=2), user(role=Role.DIRECTOR)
    source = segment(owner=staff)
    reachable()
    other = enrolment()
    kept = enrol_people(series, everybody(), name="March", segment=source, anchor_at=AT, by=staff, at=AT)
    plan_due_steps(AT + timedelta(days=1))
    with pytest.raises(SegmentInUseError):
        delete_segment(source, by=staff, at=AT)

    stopped = [stop_list(kept, by=staff, at=AT) for _time in range(2)]

    other.refresh_from_db()
    assert (stopped, other.state) == ([2, 0], EnrolmentState.ACTIVE)
    mails = Message.objects.filter(object_type="crm.frozenlist").values_list("status", flat=True)
    assert set(mails) == {MessageStatus.CANCELLED}
    assert [(row["sequence__name"], row["total"], row["stopped"]) for row in enrolled_by_list(kept)] == [
        ("After the meeting", 2, 2)
    ]
    delete_segment(source, by=staff, at=AT)
    assert ActivityEntry.objects.filter(verb="sequence.list_stopped").count() == 1
