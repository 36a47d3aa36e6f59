from datetime import date

import pytest

from crm.access.enums import Role
from crm.people import queries
from crm.people.enums import MembershipRole, OrganizationClassification, Visibility
from crm.people.models import Organization
from tests.factories.access import user as make_user
from tests.factories.people import contact_detail, legislator, membership, office_scheduler, organization, person
from tests.factories.places import area

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)


def test_seat_is_the_current_one_in_a_chamber() -> None:
    district = area(code="FH-9")
    holder = legislator(area=district)
    membership(person=holder, organization=organization(), start_date="1999-01-03", end_date="2005-01-03")

    seat = queries.seat_of(holder, ON)

    assert seat is not None
    assert (queries.seat_words(seat), queries.district_of(holder, ON)) == ("Representative FH-9", district)
    assert queries.seat_of(holder, date(2020, 1, 1)) is None


def test_schedulers_are_those_of_the_office_on_that_day() -> None:
    principal, other = legislator(), legislator()
    scheduler = office_scheduler(principal)
    office_scheduler(other)

    assert list(queries.schedulers_of(principal, ON)) == [scheduler]
    assert list(queries.schedulers_of(principal, date(2020, 1, 1))) == []


def test_mail_address_is_the_persons_own_and_current() -> None:
    holder = person()
    contact_detail(person=holder, value="old@office.example", valid_until="2020")
    contact_detail(person=holder, value="new@office.example")

    assert queries.mail_address_of(holder, ON) == "new@office.example"
    assert queries.mail_address_of(person(), ON) is None


def test_committees_come_before_their_subcommittees() -> None:
    holder = legislator()
    parent = organization(name="Ways", classification=OrganizationClassification.COMMITTEE)
    part = organization(name="Health", classification=OrganizationClassification.SUBCOMMITTEE, parent=parent)
    membership(person=holder, organization=part, role=MembershipRole.CHAIR)
    membership(person=holder, organization=parent)

    assert [seat.organization for seat in queries.committees_of(holder, ON)] == [parent, part]


def test_search_finds_every_word_without_case_and_accents() -> None:
    found = person(name="Zoë Ångström", search_text="zoe angstrom\nzoe@house.example")
    person(name="Zoe Other", search_text="zoe other")
    user = make_user()

    assert list(queries.search_people(user, "ÅNGSTROM zoë")) == [found]
    assert queries.search_people(user, "").count() == 2


def test_two_letters_must_begin_a_line() -> None:
    found = person(name="Ada", search_text="ada\nca-12\ncalifornia")
    person(name="Lucas", search_text="lucas")

    assert list(queries.search_people(make_user(), "CA")) == [found]


def test_overviews_ask_once_however_many_people(django_assert_num_queries) -> None:
    people = [legislator().pk for _number in range(3)]

    with django_assert_num_queries(1):
        queries.overviews(people[:1], ON)
    with django_assert_num_queries(1):
        queries.overviews(people, ON)


def test_the_office_of_a_hidden_person_is_hidden_too() -> None:
    hidden = legislator(visibility=Visibility.TEAM, name="Quiet")
    office_scheduler(hidden)
    office_scheduler(legislator(name="Open"))

    seen = Organization.objects.visible_to(make_user(role=Role.EDITOR)).filter(classification="office")

    assert [row.name for row in seen] == ["Office of Open"]
