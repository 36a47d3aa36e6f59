from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.access.models import User
from crm.messaging.models import InboundMessage
from crm.people.enums import MembershipRole, OrganizationClassification, PersonCategory, Visibility
from crm.people.models import Organization, Person
from crm.reach.queries import coverage, covered_bodies, quiet_ties
from crm.reach.registry import last_contacts
from crm.reach.views import stay_in_touch_section
from meetings.scheduling.enums import MeetingState
from tests.factories.access import user
from tests.factories.meetings import meeting
from tests.factories.people import contact_detail, membership, organization, person
from tests.factories.relationships import relationship, relationship_type

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
CANARY = "Zyxquill"
AT_ONCE = {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR, Role.EDITOR}
ROLES = [pytest.param(role, marks=[] if role in AT_ONCE else pytest.mark.slow) for role in Role]
QUERIES = 11


def ours(**fields: Any) -> Person:
    return person(category=PersonCategory.OWN_STAFF, **fields)


def committee(*members: Person, **fields: Any) -> Organization:
    body = organization(classification=OrganizationClassification.COMMITTEE, **fields)
    for member in members:
        membership(person=member, organization=body)
    return body


def met(who: Person, days: int, **fields: Any) -> None:
    begun = AT - timedelta(days=days)
    meeting(person=who, starts_at=begun, ends_at=begun + timedelta(hours=1), state=MeetingState.HELD, **fields)


def wrote(who: Person, days: int, kind: str = "human") -> None:
    InboundMessage.objects.create(
        sha256=f"{who.pk}-{days}-{kind}", raw=b"", kind=kind, person=who, received_at=AT - timedelta(days=days)
    )


def test_the_newest_of_meetings_and_mails_counts(coordinator: User) -> None:
    ada, ben, eve = person(), person(), person()
    met(ada, 40)
    wrote(ada, 10)
    wrote(ben, 5, kind="auto_reply")
    met(eve, -3)
    meeting(person=eve, starts_at=AT - timedelta(days=2), ends_at=AT, state=MeetingState.CANCELLED)

    assert last_contacts([ada.pk, ben.pk, eve.pk], coordinator, AT) == {ada.pk: AT - timedelta(days=10)}


def test_a_confidential_meeting_does_not_show_by_its_day(coordinator: User) -> None:
    ada = person()
    met(ada, 10, is_confidential=True)

    assert last_contacts([ada.pk], coordinator, AT) == {}
    assert last_contacts([ada.pk], user(role=Role.DIRECTOR), AT) == {ada.pk: AT - timedelta(days=10)}


def test_coverage_counts_lately_earlier_never_and_who_knows(coordinator: User) -> None:
    lately, edge, earlier, never = (person() for _one in range(4))
    for who, days in ((lately, 1), (edge, 90), (earlier, 91)):
        met(who, days)
    body, cora = committee(lately, edge, earlier, never), ours(name="Cora")
    relationship(from_person=cora, to_person=never)
    relationship(from_person=lately, to_person=cora)
    relationship(from_person=ours(), to_person=earlier, end_date="2020")
    gone = person()
    membership(person=gone, organization=body, end_date="2020")

    row = coverage([body], coordinator, AT)[0]

    assert (row.members, row.recent, row.earlier, row.never) == (4, 2, 1, 1)
    assert (row.known, row.knowing) == (2, [cora])


def test_committees_with_members_are_covered_and_leaders_apart(coordinator: User) -> None:
    sitting = committee(person(), level="state", name="Rivers")
    committee(level="state")
    chamber, whip = organization(level="state"), person()
    membership(person=whip, organization=chamber, role=MembershipRole.LEADERSHIP)
    membership(person=person(), organization=chamber)

    assert list(covered_bodies(coordinator, AT)) == [sitting]
    assert list(covered_bodies(coordinator, AT, level="local")) == []
    assert list(covered_bodies(coordinator, AT, level="state", leaders=True)) == [chamber]
    assert coverage([chamber], coordinator, AT, leaders=True)[0].members == 1


def test_strong_ties_without_contact_are_quiet_the_longest_first(coordinator: User) -> None:
    cora, kind = ours(), relationship_type()
    never, long_ago, lately, faint = (person() for _one in range(4))
    for who, strength in ((long_ago, 4), (never, 4), (lately, 5), (faint, 3)):
        relationship(type=kind, from_person=who, to_person=cora, strength=strength)
    relationship(type=kind, from_person=cora, to_person=ours(), strength=5)
    relationship(type=kind, from_person=cora, to_person=person(), strength=5, end_date="2020")
    met(long_ago, 61)
    met(lately, 59)

    found = quiet_ties(coordinator, AT)

    assert [(tie.ours, tie.other, tie.last) for tie in found] == [
        (cora, never, None), (cora, long_ago, AT - timedelta(days=61)),
    ]  # fmt: skip
    assert [tie.other for tie in quiet_ties(coordinator, AT, days=30)] == [never, long_ago, lately]


def test_my_day_has_my_own_ties_and_those_to_people_i_own(coordinator: User) -> None:
    me, mine, owned = ours(), person(), person(owner=coordinator)
    contact_detail(person=me, value=coordinator.email)
    relationship(from_person=me, to_person=mine, strength=4)
    relationship(from_person=ours(), to_person=owned, strength=4)
    relationship(from_person=ours(), to_person=person(), strength=5)

    section = stay_in_touch_section(coordinator, AT)

    assert section is not None
    assert {row["tie"].other for row in section["rows"]} == {mine, owned}
    assert stay_in_touch_section(user(), AT) is None
    assert stay_in_touch_section(user(role=Role.EDITOR), AT) is None


@pytest.mark.parametrize("count", [1, 3])
def test_coverage_and_ties_take_as_many_queries_for_three_as_for_one(
    coordinator: User, count: int, django_assert_num_queries: Any
) -> None:
    for _one in range(count):
        member = person()
        committee(member)
        relationship(from_person=ours(), to_person=member, strength=5)

    with django_assert_num_queries(QUERIES):
        rows = coverage(list(covered_bodies(coordinator, AT)), coordinator, AT)
        found = quiet_ties(coordinator, AT, mine=False)

    assert (len(rows), [row.known for row in rows], len(found)) == (count, [1] * count, count)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.slow
def test_nobody_hidden_is_counted_or_named(client: Client, role: Role) -> None:
    owner = user()
    hidden = person(name=f"{CANARY} Hidden", visibility=Visibility.TEAM, owner=owner)
    knower = ours(name=f"{CANARY} Ours", visibility=Visibility.TEAM, owner=owner)
    seen = person(name="Ada Byron")
    committee(hidden, seen, name="Rivers")
    relationship(from_person=knower, to_person=seen, strength=5)
    relationship(from_person=ours(name="Cora"), to_person=hidden, strength=5)
    client.force_login(user(role=role))

    answers = [client.get(reverse(name)) for name in ("crm_coverage", "crm_stay_in_touch", "wagtailadmin_home")]
    leaks = [CANARY in answer.content.decode() for answer in answers]

    if role == Role.DIRECTOR:
        assert (leaks[:2], answers[0].context["rows"][0][0].members) == ([True, True], 2)
    else:
        assert leaks == [False] * 3
    if role in {Role.COORDINATOR, Role.AUDITOR}:
        assert [row.members for row, _url in answers[0].context["rows"]] == [1]
    elif role != Role.DIRECTOR:
        assert {answer.status_code for answer in answers[:2]} <= {302, 404}


@pytest.mark.parametrize("query", ["?days=30&mine=1", "?days=nine", "?days=99999999999999", "?page=zero"])
def test_odd_addresses_still_answer(sign_in: Any, query: str) -> None:
    client = sign_in(Role.COORDINATOR)

    codes = [client.get(reverse(name) + query).status_code for name in ("crm_stay_in_touch", "crm_coverage")]

    assert codes == [200, 200]
