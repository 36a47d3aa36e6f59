from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from crm.access.enums import Role
from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from crm.messaging.models import Message
from crm.people.enums import PersonCategory, Visibility
from meetings.attendees.actions import AttendeeInput, add_attendee, edit_attendee, note_offer
from meetings.attendees.enums import Residence
from meetings.attendees.models import ConstituentOffer
from meetings.attendees.queries import residences, suggested_constituents
from meetings.attendees.rules import missing_roles
from meetings.scheduling.enums import AttendeeRole
from meetings.scheduling.errors import AttendeeRoleError, PostcodeError, SecondLeadError
from tests.factories.access import user
from tests.factories.meetings import attendee, constituent_offer, meeting
from tests.factories.people import legislator, person
from tests.factories.places import area, postcode_area
from tests.meetings.conftest import AT, CONSTITUENT, LEAD, SCHEDULER

pytestmark = pytest.mark.django_db
ON = AT.date()


def edit(delegation: Any, email: str, version: int = 1, **values: Any) -> Any:
    who = delegation.attendee(email)
    given = {"role": AttendeeRole(who.role), "postcode": "", "may_be_named": False} | values
    return edit_attendee(who, version=version, by=delegation.coordinator, at=AT, **given)


def test_database_allows_one_lead() -> None:
    led = meeting()
    attendee(meeting=led, role=AttendeeRole.LEAD)

    with pytest.raises(IntegrityError), transaction.atomic():
        attendee(meeting=led, role=AttendeeRole.LEAD)
    attendee(meeting=led, role=AttendeeRole.LEAD, removed_at=AT)


def test_second_lead_is_refused_with_a_sentence(delegation) -> None:
    bo = AttendeeInput("Bo", "bo@lab.example", AttendeeRole.LEAD)

    with pytest.raises(SecondLeadError):
        add_attendee(delegation.meeting, bo, version=1, by=delegation.coordinator, at=AT)
    with pytest.raises(SecondLeadError):
        edit(delegation, CONSTITUENT, role=AttendeeRole.LEAD)

    delegation.meeting.refresh_from_db()
    assert (delegation.meeting.version, delegation.meeting.attendees.filter(role="lead").count()) == (1, 1)


def test_lead_changes_hands(delegation) -> None:
    edit(delegation, LEAD, role=AttendeeRole.EXPERT)
    edit(delegation, CONSTITUENT, version=2, role=AttendeeRole.LEAD)

    assert delegation.meeting.attendees.get(role="lead").email == CONSTITUENT
    assert missing_roles(delegation.meeting.attendees.all()) == []


def test_consent_keeps_its_day_sends_nothing_and_is_one_entry(delegation) -> None:
    sent = Message.objects.count()
    kim = edit(delegation, CONSTITUENT, postcode="04101-1234", may_be_named=True)

    with pytest.raises(StaleVersionError):
        edit(delegation, CONSTITUENT, postcode="", may_be_named=True)
    edit(delegation, CONSTITUENT, postcode="04101", may_be_named=True)

    assert (kim.postcode, kim.named_to_office_at) == ("04101", AT)
    assert ActivityEntry.objects.filter(verb="attendee.edited").count() == 1
    assert Message.objects.count() == sent


def test_office_stays_the_office(delegation) -> None:
    with pytest.raises(AttendeeRoleError):
        edit(delegation, SCHEDULER, role=AttendeeRole.LEAD)


def test_offer_is_noted_once_until_it_changes() -> None:
    kim, by = person(category=PersonCategory.ADVOCATE), user()
    for agreed in (True, True, False, False, True):
        note_offer(kim, postcode="04101", agreed=agreed, by=by, at=AT)
    with pytest.raises(PostcodeError):
        note_offer(kim, postcode=" ", agreed=True, by=by, at=AT)

    assert list(ConstituentOffer.objects.values_list("agreed", flat=True)) == [True, False, True]
    verbs = ActivityEntry.objects.filter(verb__startswith="constituent.").values_list("verb", flat=True).order_by("id")
    assert list(verbs) == ["constituent.agreed", "constituent.withdrew", "constituent.agreed"]


def test_constituents_are_matched_to_the_seat(django_assert_num_queries) -> None:
    state = area(classification="state", name="Fairland")
    district, other = area(parent=state), area(parent=state)
    postcode_area(postcode="00001", area=district)
    postcode_area(postcode="00002", area=other)
    for place, share in ((district, "0.4"), (other, "0.6")):
        postcode_area(postcode="00003", area=place, share=share)
    postcode_area(postcode="00004", area=area(classification="county"))
    met = meeting(person=legislator(area=district))
    codes = ["00001", "00002", "00003", "00004", "99999", ""]
    people = [attendee(meeting=met, role="constituent", postcode=code) for code in codes]
    kept = constituent_offer(postcode="00001")
    people.append(attendee(meeting=met, role="constituent", person=kept.person))
    people.append(attendee(meeting=met, role="expert", postcode="00001"))

    with django_assert_num_queries(3):
        found = residences(met, people, ON)

    here, away, unknown = Residence.DISTRICT, Residence.ELSEWHERE, Residence.UNKNOWN
    assert [found.get(each.pk) for each in people] == [here, away, unknown, unknown, unknown, unknown, here, None]


def test_a_state_seat_has_its_whole_state_for_a_district() -> None:
    state, next_door = area(classification="state"), area(classification="state")
    postcode_area(postcode="00001", area=area(parent=state))
    postcode_area(postcode="00002", area=area(parent=next_door))
    met = meeting(person=legislator(area=state))
    people = [attendee(meeting=met, role="constituent", postcode=code) for code in ("00001", "00002")]

    assert list(residences(met, people, ON).values()) == [Residence.DISTRICT, Residence.ELSEWHERE]


def test_suggested_are_visible_willing_of_the_district_and_not_invited() -> None:
    district = area()
    postcode_area(postcode="00001", area=district)
    met = meeting(person=legislator(area=district))
    advocate = {"category": PersonCategory.ADVOCATE}
    ann, bea, cleo, dora = (person(name=name, **advocate) for name in ("Ann", "Bea", "Cleo", "Dora"))
    hidden = person(name="Hidden", visibility=Visibility.TEAM, owner=user(), **advocate)
    for each in (ann, bea, cleo, hidden):
        constituent_offer(person=each)
    constituent_offer(person=dora, postcode="00002")
    constituent_offer(person=bea, agreed=False)
    attendee(meeting=met, person=cleo)

    assert list(suggested_constituents(met, user(role=Role.COORDINATOR), ON)) == [ann]
    assert list(suggested_constituents(meeting(), user(role=Role.COORDINATOR), ON)) == []


def test_offer_is_as_hidden_as_the_person() -> None:
    hidden = person(visibility=Visibility.TEAM, owner=user())
    constituent_offer(person=hidden)
    constituent_offer()

    seen = {role: ConstituentOffer.objects.visible_to(user(role=role)).count() for role in Role}

    assert {role: count for role, count in seen.items() if count} == {
        Role.COORDINATOR: 1,
        Role.AUDITOR: 1,
        Role.DIRECTOR: 2,
    }


def test_later_offers_win_over_earlier_homes() -> None:
    district = area()
    postcode_area(postcode="00001", area=district)
    met = meeting(person=legislator(area=district))
    kim = constituent_offer().person
    constituent_offer(person=kim, postcode="00002", noted_at=AT + timedelta(days=1))

    guest = attendee(meeting=met, role="constituent", person=kim)

    assert residences(met, [guest], ON) == {guest.pk: Residence.UNKNOWN}
