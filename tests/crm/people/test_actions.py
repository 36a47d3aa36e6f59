import pytest
from django.core.exceptions import ValidationError

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.contacts.actions import add_contact_detail
from crm.memberships.actions import add_membership, add_staff, end_membership
from crm.people.actions import (
    create_organization,
    create_person,
    create_post,
    edit_organization,
    edit_person,
    refresh_search_text,
)
from crm.people.enums import ContactType, MembershipRole, OrganizationClassification, PersonCategory
from crm.people.models import ContactDetail, Membership, Organization, Person, Post
from crm.people.queries import schedulers_of
from tests.factories.people import MADE_AT as AT
from tests.factories.people import contact_detail, membership, organization, person, post
from tests.factories.places import area

pytestmark = pytest.mark.django_db


def verbs() -> list[str]:
    return list(ActivityEntry.objects.order_by("id").values_list("verb", flat=True))


def test_create_person_composes_sort_name_and_search_text(coordinator: User) -> None:
    made = create_person(
        name="  Zoë   Müller ",
        given_name="Zoë",
        family_name="Müller",
        category=PersonCategory.PARTNER,
        by=coordinator,
        at=AT,
    )

    assert (made.name, made.sort_name, made.version) == ("Zoë Müller", "Müller, Zoë", 1)
    assert made.search_text == "zoe muller\nzoe\nmuller"
    assert [(entry.verb, entry.actor) for entry in timeline_of(made)] == [("person.created", coordinator)]


def test_create_person_twice_with_one_public_id_makes_one(coordinator: User) -> None:
    first, second = (
        create_person(name="Ada", category=PersonCategory.PARTNER, public_id="form-nonce", by=coordinator, at=AT)
        for _time in range(2)
    )

    assert first == second
    assert (Person.objects.count(), verbs()) == (1, ["person.created"])


def test_create_person_refuses_an_impossible_date(coordinator: User) -> None:
    with pytest.raises(ValidationError) as caught:
        create_person(name="Ada", birth_date="1980-02-31", category=PersonCategory.PARTNER, by=coordinator, at=AT)

    assert list(caught.value.message_dict) == ["birth_date"]
    assert Person.objects.count() == 0


def test_edit_person_raises_the_version_and_the_second_save_is_stale(coordinator: User) -> None:
    someone = person(name="Ada Old")

    saved = edit_person(someone, version=1, name="Ada New", by=coordinator, at=AT)
    with pytest.raises(StaleVersionError):
        edit_person(someone, version=1, name="Ada Newer", by=coordinator, at=AT)

    assert (saved.name, saved.version, saved.search_text) == ("Ada New", 2, "ada new")
    assert [(entry.verb, entry.data) for entry in timeline_of(someone)] == [("person.edited", {"fields": ["name"]})]


def test_create_organization_twice_with_one_public_id_makes_one(coordinator: User) -> None:
    kind = OrganizationClassification.NGO
    first, second = (
        create_organization(name="River Watch", classification=kind, public_id="nonce", by=coordinator, at=AT)
        for _time in range(2)
    )

    assert first == second
    assert (Organization.objects.count(), verbs()) == (1, ["organization.created"])


def test_edit_organization_renames_it_in_its_members_search(coordinator: User) -> None:
    body = organization(name="Committee on Rivers")
    member = membership(organization=body).person
    refresh_search_text([member.pk], on=AT.date())

    edit_organization(body, version=1, name="Committee on Tides", by=coordinator, at=AT)
    with pytest.raises(StaleVersionError):
        edit_organization(body, version=1, name="Committee on Lakes", by=coordinator, at=AT)

    member.refresh_from_db()
    assert member.search_text.splitlines()[1:] == ["committee on tides"]
    assert verbs() == ["organization.edited"]


def test_create_post_twice_gives_the_one_that_is_there(coordinator: User) -> None:
    chamber = organization()
    first, second = (
        create_post(organization=chamber, label="Seat 9", role="senator", by=coordinator, at=AT) for _time in range(2)
    )

    assert first == second
    assert (Post.objects.count(), verbs()) == (1, ["post.created"])


def test_add_membership_twice_gives_the_one_that_is_there(coordinator: User) -> None:
    holder, seat = person(name="Ada"), post(area=area(code="FH-7", name="Fairhaven's 7th"))
    first, second = (
        add_membership(
            person=holder,
            organization=seat.organization,
            post=seat,
            area=seat.area,
            start_date="2025-01",
            by=coordinator,
            at=AT,
        )
        for _time in range(2)
    )

    assert first == second
    assert [entry.verb for entry in timeline_of(holder)] == ["membership.added"]
    assert [entry.verb for entry in timeline_of(seat.organization)] == ["membership.added"]
    holder.refresh_from_db()
    assert holder.search_text == "\n".join(["ada", seat.organization.name.casefold(), "fh-7", "fairhaven's 7th"])


def test_add_membership_without_a_member_is_refused(coordinator: User) -> None:
    with pytest.raises(ValidationError):
        add_membership(organization=organization(), by=coordinator, at=AT)

    assert Membership.objects.count() == 0


def test_end_membership_twice_records_once(coordinator: User) -> None:
    seat = membership(start_date="2025-01-03", end_date="2027-01-03")

    for _time in range(2):
        end_membership(seat, end_date="2025-06", by=coordinator, at=AT)

    seat.refresh_from_db()
    assert seat.end_date == "2025-06"
    assert [(entry.verb, entry.data) for entry in timeline_of(seat)] == [("membership.ended", {"end": "2025-06"})]


def test_add_contact_detail_twice_gives_the_one_that_is_there(coordinator: User) -> None:
    someone = person(name="Ada")
    first, second = (
        add_contact_detail(type=ContactType.EMAIL, value=value, person=someone, by=coordinator, at=AT)
        for value in ("ada@Office.Example", " ada@office.example ")
    )

    assert first == second
    assert ContactDetail.objects.get().value == "ada@office.example"
    someone.refresh_from_db()
    assert someone.search_text == "ada\nada@office.example"
    assert [entry.verb for entry in timeline_of(someone)] == ["contact_detail.added"]


def test_add_contact_detail_refuses_a_broken_address(coordinator: User) -> None:
    with pytest.raises(ValidationError):
        add_contact_detail(type=ContactType.EMAIL, value="not-an-email", person=person(), by=coordinator, at=AT)

    assert ContactDetail.objects.count() == 0


def test_add_staff_makes_the_office_once_and_the_scheduler_is_found(coordinator: User) -> None:
    principal = person(name="Ada Holder")
    first_aide, second_aide = (person(category=PersonCategory.OFFICE_STAFF) for _number in range(2))

    job = add_staff(principal, first_aide, by=coordinator, at=AT)
    again = add_staff(principal, first_aide, by=coordinator, at=AT)
    add_staff(principal, second_aide, role=MembershipRole.AIDE, by=coordinator, at=AT)

    assert job == again
    office = Organization.objects.get()
    assert (office.name, office.classification) == ("Office of Ada Holder", OrganizationClassification.OFFICE)
    assert list(schedulers_of(principal, AT.date())) == [first_aide]
    assert verbs() == ["staff.added", "staff.added"]


def test_actions_inside_a_bigger_step_join_its_entry(coordinator: User) -> None:
    step_of = person()
    edit_person(step_of, version=1, summary="Step", by=coordinator, at=AT)
    entry = ActivityEntry.objects.get()

    made = create_person(name="Ada", category=PersonCategory.PARTNER, by=coordinator, at=AT, entry=entry)
    add_contact_detail(type=ContactType.VOICE, value="555 0100", person=made, by=coordinator, at=AT, entry=entry)

    assert verbs() == ["person.edited"]
    assert list(timeline_of(made)) == [entry]


def test_refresh_search_text_takes_the_same_queries_for_one_and_three(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    people = [contact_detail().person for _number in range(4)]

    for group in (people[:1], people[1:]):
        with django_assert_num_queries(7):
            changed = refresh_search_text([each.pk for each in group], on=AT.date())
        assert changed == len(group)

    assert refresh_search_text([each.pk for each in people], on=AT.date()) == 0
