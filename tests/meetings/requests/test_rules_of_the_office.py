"""One open request per office, cooling-off, notice, form only: what an office expects is kept."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm.messaging.models import Message
from crm.people.enums import Visibility
from meetings.requests.errors import CoolingOffError, FormOnlyError, NoticeError
from meetings.requests.models import RequestNote
from meetings.requests.queries import contacts_with, office_of, partner_ties
from meetings.requests.rules import next_words
from meetings.scheduling.actions import offer_times, request_meeting, send_request
from meetings.scheduling.enums import RequestChannel
from meetings.scheduling.errors import RequestOpenError
from meetings.scheduling.models import MeetingRequest
from tests.factories.access import user
from tests.factories.issues import ask
from tests.factories.meetings import attendee, meeting, meeting_request
from tests.factories.messaging import message
from tests.factories.offices import office_led_by, office_rules
from tests.factories.people import legislator, office_scheduler, organization, person
from tests.factories.relationships import relationship, relationship_type

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE = "America/New_York"


def by_phone(coordinator, **fields):
    return {
        "channel": RequestChannel.PHONE,
        "reference": "Spoke to Dana",
        "owner": coordinator,
        "by": coordinator,
        "at": AT,
    } | fields


def sent(mail: Message, at: datetime) -> None:
    Message.objects.filter(pk=mail.pk).update(status="accepted", accepted_at=at)


def test_the_same_office_is_asked_once_through_whomever_of_its_people(coordinator) -> None:
    robin, wish = legislator(), ask()
    dana = office_scheduler(robin)
    request = request_meeting(robin, ask=wish, **by_phone(coordinator))

    with pytest.raises(RequestOpenError):
        request_meeting(dana, ask=wish, **by_phone(coordinator))
    other = request_meeting(dana, ask=ask(), **by_phone(coordinator))

    assert (request.office, other.office) == (office_led_by(robin), office_led_by(robin))
    assert MeetingRequest.objects.count() == 2


def test_a_hidden_office_is_not_given_away(coordinator) -> None:
    boss, wish = legislator(visibility=Visibility.TEAM), ask()
    dana = office_scheduler(boss)
    meeting_request(person=boss, ask=wish, office=office_led_by(boss))

    found = contacts_with(coordinator, dana, None, AT)
    request = request_meeting(dana, ask=wish, **by_phone(coordinator))

    assert (request.office, office_of(dana, coordinator, AT.date()), found) == (None, None, [])


def test_after_a_meeting_a_second_one_needs_a_reason_which_is_kept(coordinator) -> None:
    robin = legislator()
    dana = office_scheduler(robin)
    meeting(person=robin, state="held", starts_at=AT - 5 * DAY, ends_at=AT - 5 * DAY + DAY / 24)

    with pytest.raises(CoolingOffError) as refused:
        request_meeting(dana, ask=ask(), **by_phone(coordinator))
    request = request_meeting(dana, ask=ask(), **by_phone(coordinator, reason="The vote is on Friday"))

    assert (
        str(refused.value) == "We met this office on May 27, 2026. Wait until June 26, 2026, or say why it cannot wait."
    )
    assert [(each.kind, each.words) for each in request.notes.all()] == [("exception", "The vote is on Friday")]
    assert MeetingRequest.objects.count() == 1


@pytest.mark.parametrize(("days", "is_free"), [(4, True), (6, False)])
def test_the_office_says_how_long_it_wants_to_be_left_alone(days: int, is_free: bool, coordinator) -> None:
    robin = legislator()
    office_scheduler(robin)
    office_rules(office_led_by(robin), cooling_off_days=days)
    meeting(person=robin, state="held", starts_at=AT - 5 * DAY, ends_at=AT - 5 * DAY + DAY / 24)

    if not is_free:
        with pytest.raises(CoolingOffError):
            request_meeting(robin, ask=ask(), **by_phone(coordinator))
    else:
        request_meeting(robin, ask=ask(), **by_phone(coordinator))

    assert MeetingRequest.objects.count() == int(is_free)


def test_a_hidden_meeting_keeps_nobody_from_asking(coordinator) -> None:
    robin = legislator()
    start = AT - 5 * DAY
    meeting(person=robin, state="held", is_confidential=True, starts_at=start, ends_at=start + DAY / 24)

    found = contacts_with(coordinator, robin, None, AT)
    request = request_meeting(robin, ask=ask(), **by_phone(coordinator))

    assert (request.state, RequestNote.objects.count(), found) == ("requested", 0, [])


def test_an_office_that_takes_its_form_gets_no_mail(coordinator) -> None:
    robin = legislator()
    dana = office_scheduler(robin)
    office_rules(office_led_by(robin), asked_by="form", request_url="https://house.example/form")
    values = by_phone(coordinator, channel=RequestChannel.EMAIL, scheduler=dana, reference="")

    with pytest.raises(FormOnlyError):
        request_meeting(robin, ask=ask(), **values)
    draft = request_meeting(robin, ask=ask(), **values, is_sent=False)
    send_request(draft, version=1, channel=RequestChannel.FORM, reference="WEB-17", by=coordinator, at=AT)

    assert (draft.state, draft.channel, draft.reference) == ("requested", "form", "WEB-17")
    assert (MeetingRequest.objects.count(), Message.objects.count()) == (1, 0)


def test_times_inside_the_notice_need_a_reason(coordinator) -> None:
    robin = legislator()
    office_scheduler(robin)
    office_rules(office_led_by(robin), lead_days=14)
    request = request_meeting(robin, ask=ask(), **by_phone(coordinator))
    soon, late = ((AT + days * DAY, AT + days * DAY + DAY / 48, ZONE) for days in (13, 14))
    values = {"by": coordinator, "at": AT}

    with pytest.raises(NoticeError) as refused:
        offer_times(request, times=[late, soon], version=request.version, **values)
    offer_times(request, times=[late], version=request.version, **values)
    offer_times(request, times=[soon], version=request.version, reason="Dana asked for it", **values)

    assert str(refused.value) == (
        "This office wants to be asked 14 days ahead. Offer times from June 15, 2026 on, "
        "or say why they take a sooner one."
    )
    assert [each.words for each in request.notes.all()] == ["Dana asked for it"]
    assert request.offered_times.count() == 2


def test_the_office_says_when_we_follow_up(coordinator) -> None:
    robin = legislator()
    office_scheduler(robin)
    office_rules(office_led_by(robin), follow_up_days=3)

    request = request_meeting(robin, ask=ask(), **by_phone(coordinator))

    assert (request.next_action_on, str(next_words(request))) == (
        date(2026, 6, 4),
        "Write or call, then note here what they said.",
    )


def test_the_collision_guard_names_what_may_be_seen_of_ours_and_of_partners(coordinator) -> None:
    robin = legislator(name="Robin Holder")
    dana = office_scheduler(robin, name="Dana Ruiz")
    office = office_led_by(robin)
    olu = user(first_name="Olu", last_name="Marsh")
    wish = ask(title="Vote for clean air")
    met = meeting(person=dana, owner=olu, ask=wish, starts_at=AT - 10 * DAY, ends_at=AT - 10 * DAY + DAY / 24)
    attendee(meeting=met, person=person(name="Pat Ally", category="partner"))
    attendee(meeting=met, person=person(name="Hidden Ally", category="partner", visibility=Visibility.TEAM))
    meeting_request(person=robin, owner=olu, ask=wish, requested_at=AT - 20 * DAY, channel="phone")
    sent(message(person=dana, subject="Our report"), AT - 30 * DAY)
    meeting_request(person=robin, requested_at=AT - 91 * DAY, state="declined")
    meeting(person=robin, title="Secret", is_confidential=True, starts_at=AT - DAY, ends_at=AT)

    found = contacts_with(coordinator, robin, office, AT)

    assert [(each.kind, each.what, each.with_whom, each.partners) for each in found] == [
        ("meeting", "Vote for clean air", "Dana Ruiz", ("Pat Ally",)),
        ("request", "Vote for clean air", "Robin Holder", ()),
        ("mail", "Our report", "Dana Ruiz", ()),
    ]
    assert [each.who for each in found[:2]] == [str(olu), str(olu)]


def test_partners_tied_to_the_office_are_named(coordinator) -> None:
    robin = legislator(name="Robin Holder")
    dana = office_scheduler(robin, name="Dana Ruiz")
    kind = relationship_type(key="advises", label="advises", reverse_label="is advised by", from_kind="any")
    ally = organization(name="Harbour Friends", classification="ngo")
    relationship(type=kind, from_organization=ally, to_person=dana)
    relationship(type=kind, from_person=person(category="advocate"), to_person=robin)
    hidden = person(category="partner", visibility=Visibility.TEAM)
    relationship(type=kind, from_person=hidden, to_person=robin)

    found = partner_ties(coordinator, robin, office_led_by(robin), AT.date())

    assert found == ["Harbour Friends advises Dana Ruiz"]


def test_the_guard_asks_as_often_for_three_contacts_as_for_one(coordinator, django_assert_num_queries) -> None:
    robin = legislator()
    dana = office_scheduler(robin)
    office = office_led_by(robin)

    def contact() -> None:
        met = meeting(person=dana, ask=ask(), starts_at=AT - DAY, ends_at=AT)
        attendee(meeting=met, person=person(category="partner"))
        meeting_request(person=robin, requested_at=AT - DAY)
        sent(message(person=dana), AT - DAY)

    contact()
    with django_assert_num_queries(5):
        assert len(contacts_with(coordinator, robin, office, AT)) == 3
    contact()
    contact()
    with django_assert_num_queries(5):
        assert len(contacts_with(coordinator, robin, office, AT)) == 9
