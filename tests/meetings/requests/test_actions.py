from datetime import UTC, date, datetime, timedelta

import pytest

from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.messaging.enums import MessageStatus
from crm.messaging.models import Message
from meetings.requests.actions import NewScheduler
from meetings.scheduling.actions import close_request, confirm_meeting, offer_times, request_meeting, send_request
from meetings.scheduling.enums import MeetingFormat, OfferState, RequestChannel, RequestState
from meetings.scheduling.errors import (
    NoTimesError,
    ReferenceMissingError,
    RequestOpenError,
    SchedulerAddressError,
    TimesError,
    UnknownZoneError,
    WrongStateError,
)
from meetings.scheduling.models import MeetingRequest, OfferedTime
from tests.factories.access import user
from tests.factories.issues import ask
from tests.factories.meetings import meeting_request, offered_time
from tests.factories.people import legislator, office_scheduler

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
ZONE = "America/New_York"
FIRST = (datetime(2026, 7, 1, 14, tzinfo=UTC), datetime(2026, 7, 1, 14, 30, tzinfo=UTC), ZONE)
SECOND = (datetime(2026, 7, 2, 18, tzinfo=UTC), datetime(2026, 7, 2, 18, 30, tzinfo=UTC), ZONE)

pytestmark = pytest.mark.django_db


def verbs(obj) -> list[str]:
    return [entry.verb for entry in timeline_of(obj)]


def test_request_by_mail_writes_to_the_scheduler(coordinator) -> None:
    robin = legislator(name="Robin Holder")
    dana = office_scheduler(robin, name="Dana Ruiz")
    wish = ask(title="Vote for clean air", detail="The bill needs two more votes.", bill="H.R. 12")

    request = request_meeting(
        robin, ask=wish, channel=RequestChannel.EMAIL, scheduler=dana, owner=coordinator, by=coordinator, at=AT
    )

    mail = Message.objects.get()
    assert (request.state, request.requested_at, request.next_action_on) == ("requested", AT, date(2026, 6, 8))
    assert (mail.to_email, mail.status, mail.template_key) == (
        dana.contactdetails.get().value,
        MessageStatus.QUEUED,
        "meeting-request",
    )
    assert mail.subject == "Request for a meeting with Robin Holder: Vote for clean air"
    for words in ("Dear Dana Ruiz,", "Vote for clean air", "two more votes", "H.R. 12", "What we offer", "Sam"):
        assert words in mail.text
    assert verbs(request) == verbs(robin) == ["meeting_request.requested"]


def test_request_in_spanish_for_a_scheduler_who_reads_it(coordinator) -> None:
    robin = legislator()
    dana = office_scheduler(robin, language="es")

    request_meeting(
        robin, ask=ask(), channel=RequestChannel.EMAIL, scheduler=dana, owner=coordinator, by=coordinator, at=AT
    )

    assert Message.objects.get().language == "es"


def test_second_request_for_the_same_ask_is_refused(coordinator) -> None:
    robin, wish = legislator(), ask()
    values = {"ask": wish, "channel": RequestChannel.PHONE, "owner": coordinator, "by": coordinator, "at": AT}
    request_meeting(robin, reference="Spoke to Dana", **values)

    with pytest.raises(RequestOpenError):
        request_meeting(robin, reference="Spoke to Dana", **values)

    assert (MeetingRequest.objects.count(), ActivityEntry.objects.count()) == (1, 1)


def test_request_by_form_keeps_the_reference_and_sends_nothing(coordinator) -> None:
    request = request_meeting(
        legislator(),
        ask=ask(),
        channel=RequestChannel.FORM,
        owner=coordinator,
        by=coordinator,
        at=AT,
        reference="WEB-17",
    )

    assert (request.reference, request.state, Message.objects.count()) == ("WEB-17", "requested", 0)


def test_request_without_address_or_reference_leaves_nothing_behind(coordinator) -> None:
    values = {"ask": ask(), "owner": coordinator, "by": coordinator, "at": AT}

    with pytest.raises(SchedulerAddressError):
        request_meeting(legislator(), channel=RequestChannel.EMAIL, **values)
    with pytest.raises(ReferenceMissingError):
        request_meeting(legislator(), channel=RequestChannel.FORM, **values)

    assert (MeetingRequest.objects.count(), ActivityEntry.objects.count()) == (0, 0)


def test_asking_a_scheduler_nobody_has_noted_is_one_step(coordinator) -> None:
    robin = legislator(name="Robin Holder")
    values = {"ask": ask(), "channel": RequestChannel.EMAIL, "owner": coordinator, "by": coordinator, "at": AT}

    request = request_meeting(robin, scheduler=NewScheduler("Dana Ruiz", "dana@office.example"), **values)

    message = Message.objects.get()
    assert (message.to_email, message.person) == ("dana@office.example", request.scheduler)
    assert MeetingRequest.objects.get().scheduler.name == "Dana Ruiz"
    assert [entry.verb for entry in ActivityEntry.objects.all()] == ["meeting_request.requested"]
    assert verbs(request.scheduler) == verbs(robin) == ["meeting_request.requested"]


def test_draft_is_sent_later_and_once(coordinator) -> None:
    request = request_meeting(
        legislator(),
        ask=ask(),
        channel=RequestChannel.PHONE,
        owner=coordinator,
        by=coordinator,
        at=AT,
        reference="Called",
        is_sent=False,
    )

    send_request(request, version=1, by=coordinator, at=AT)
    with pytest.raises(WrongStateError):
        send_request(request, version=2, by=coordinator, at=AT)

    assert verbs(request) == ["meeting_request.requested", "meeting_request.drafted"]


def asked_by_mail(coordinator):
    robin = legislator(name="Robin Holder")
    return meeting_request(person=robin, scheduler=office_scheduler(robin), owner=coordinator)


def test_offer_mails_the_times_with_zone_and_offset(coordinator) -> None:
    request = asked_by_mail(coordinator)

    offer_times(request, times=[SECOND, FIRST], version=1, by=coordinator, at=AT)

    mail = Message.objects.get()
    assert (request.state, request.next_action_on, mail.template_key) == ("offered", date(2026, 6, 8), "meeting-offer")
    assert "- Wednesday 1 July 2026, 10:00–10:30 (America/New_York, UTC-04:00)" in mail.text
    assert "- Thursday 2 July 2026, 14:00–14:30 (America/New_York, UTC-04:00)" in mail.text
    assert [each.starts_at for each in OfferedTime.objects.all()] == [FIRST[0], SECOND[0]]
    assert verbs(request) == ["meeting_request.offered"]


def test_second_offer_with_the_old_version_is_stale(coordinator) -> None:
    request = asked_by_mail(coordinator)
    offer_times(request, times=[FIRST], version=1, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        offer_times(request, times=[SECOND], version=1, by=coordinator, at=AT)

    assert (OfferedTime.objects.count(), Message.objects.count(), len(verbs(request))) == (1, 1, 1)


def test_offering_a_time_again_keeps_one_row(coordinator) -> None:
    request = asked_by_mail(coordinator)
    offer_times(request, times=[FIRST], version=1, by=coordinator, at=AT)

    offer_times(request, times=[FIRST, SECOND], version=2, by=coordinator, at=AT + timedelta(days=1))

    assert (OfferedTime.objects.count(), Message.objects.count()) == (2, 2)


@pytest.mark.parametrize(
    ("times", "error"),
    [
        ([], NoTimesError),
        ([FIRST] * 7, NoTimesError),
        ([(FIRST[1], FIRST[0], ZONE)], TimesError),
        ([(FIRST[0], FIRST[1], "Mars/Base")], UnknownZoneError),
    ],
)
def test_offer_refuses_bad_times(coordinator, times, error) -> None:
    request = asked_by_mail(coordinator)

    with pytest.raises(error):
        offer_times(request, times=times, version=1, by=coordinator, at=AT)

    assert (OfferedTime.objects.count(), Message.objects.count(), verbs(request)) == (0, 0, [])


def test_declined_request_frees_its_times_and_the_ask(coordinator) -> None:
    request = asked_by_mail(coordinator)
    offer = offered_time(request=request)

    close_request(request, state=RequestState.DECLINED, version=1, by=coordinator, at=AT)
    with pytest.raises(WrongStateError):
        close_request(request, state=RequestState.DECLINED, version=2, by=coordinator, at=AT)

    offer.refresh_from_db()
    assert (request.state, request.next_action_on, offer.state) == ("declined", None, OfferState.RELEASED)
    assert verbs(request) == ["meeting_request.declined"]
    assert meeting_request(person=request.person, ask=request.ask, owner=user()).state == "requested"


def test_closing_takes_back_what_has_not_left(coordinator) -> None:
    robin = legislator()
    dana = office_scheduler(robin)
    request = request_meeting(
        robin, ask=ask(), channel=RequestChannel.EMAIL, scheduler=dana, owner=coordinator, by=coordinator, at=AT
    )

    close_request(request, state=RequestState.WITHDRAWN, version=request.version, by=coordinator, at=AT)

    assert list(Message.objects.values_list("status", "last_error")) == [(MessageStatus.CANCELLED, "withdrawn")]


def test_confirming_takes_back_offers_that_have_not_left(coordinator) -> None:
    robin = legislator()
    request = request_meeting(
        robin,
        ask=ask(),
        channel=RequestChannel.EMAIL,
        scheduler=office_scheduler(robin),
        owner=coordinator,
        by=coordinator,
        at=AT,
    )
    Message.objects.update(status=MessageStatus.ACCEPTED)
    offer_times(request, times=[FIRST, SECOND], version=request.version, by=coordinator, at=AT)

    confirm_meeting(
        request,
        offered_time=request.offered_times.first(),
        title="Clean air",
        format=MeetingFormat.ONLINE,
        join_url="https://meet.example/1",
        version=request.version,
        by=coordinator,
        at=AT,
    )

    mails = Message.objects.filter(object_type="meetings.meetingrequest").order_by("id")
    assert list(mails.values_list("template_key", "status")) == [
        ("meeting-request", MessageStatus.ACCEPTED),
        ("meeting-offer", MessageStatus.CANCELLED),
    ]
