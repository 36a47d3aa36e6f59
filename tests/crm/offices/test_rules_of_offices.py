from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from crm.changes.actions import undo_changes
from crm.offices.actions import end_job, set_office_rules
from crm.offices.models import OfficeRules
from crm.people.enums import Visibility
from crm.people.models import Membership
from crm.people.queries import schedulers_of
from tests.factories.access import user as make_user
from tests.factories.people import office_scheduler, person

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
SignIn = Callable[[Role], Client]


def test_the_rules_belong_to_the_office(coordinator: User) -> None:
    robin = person(name="Robin Holder")

    rules = set_office_rules(robin, version=None, lead_days=14, asked_by="form", by=coordinator, at=AT)

    assert (str(rules.organization), rules.lead_days, rules.asked_by) == ("Office of Robin Holder", 14, "form")


def test_saving_the_same_form_again_is_stale(coordinator: User) -> None:
    robin = person()
    set_office_rules(robin, version=None, lead_days=14, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        set_office_rules(robin, version=None, lead_days=7, by=coordinator, at=LATER)

    assert OfficeRules.objects.get().lead_days == 14


def test_changed_rules_are_taken_back(coordinator: User) -> None:
    robin = person()
    set_office_rules(robin, version=None, lead_days=14, by=coordinator, at=AT)
    set_office_rules(robin, version=1, lead_days=7, by=coordinator, at=AT)

    undo_changes(ActivityEntry.objects.latest("id"), by=coordinator, at=LATER)

    assert OfficeRules.objects.get().lead_days == 14


def test_whoever_left_is_no_scheduler_any_more(coordinator: User) -> None:
    robin = person()
    dana = office_scheduler(robin)
    job = Membership.objects.get(person=dana)

    for _time in range(2):
        end_job(robin, job, end_date="2026-05-31", by=coordinator, at=AT)

    assert list(schedulers_of(robin, AT.date())) == []
    assert ActivityEntry.objects.filter(verb="staff.left").count() == 1


def test_the_rules_are_written_on_the_page(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    robin = person()
    address = reverse("crm_set_office_rules", args=[robin.public_id])

    refused = client.post(address, {"rules-asked_by": "form"})
    client.post(address, {"rules-asked_by": "phone", "rules-lead_days": "14", "rules-max_people": "4"})
    stale = client.post(address, {"rules-asked_by": "email", "rules-version": "7"})
    page = client.get(reverse("people:page", args=[robin.public_id])).content.decode()

    assert (refused.status_code, "Write the address of the form" in refused.content.decode()) == (422, True)
    assert stale.status_code == 409
    assert ("14 days ahead" in page, "at most 4 people" in page) == (True, True)


def test_a_job_is_ended_on_the_page(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    robin = person()
    job = Membership.objects.get(person=office_scheduler(robin))
    address = reverse("crm_end_job", args=[robin.public_id, job.pk])

    refused = client.post(address, {"end_date": "yesterday"})
    client.post(address, {"end_date": "2026-01"})

    job.refresh_from_db()
    assert (client.get(address).status_code, refused.status_code, job.end_date) == (404, 422, "2026-01")


@pytest.mark.parametrize(
    ("role", "statuses"), [(Role.AUDITOR, [403, 403]), (Role.EDITOR, [403, 404]), (Role.SYSADMIN, [404, 404])]
)
def test_only_those_who_change_people_write_rules(sign_in: SignIn, role: Role, statuses: list[int]) -> None:
    client = sign_in(role)
    robin = person()
    job = Membership.objects.get(person=office_scheduler(robin))

    answers = [
        client.post(reverse("crm_set_office_rules", args=[robin.public_id]), {"rules-lead_days": "3"}),
        client.post(reverse("crm_end_job", args=[robin.public_id, job.pk]), {"end_date": "2026-01"}),
    ]

    assert [answer.status_code for answer in answers] == statuses


def test_the_office_of_somebody_hidden_is_hidden(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    hidden = person(visibility=Visibility.TEAM, owner=make_user(role=Role.DIRECTOR))
    set_office_rules(hidden, version=None, note="CANARY", by=None, at=AT)

    answer = client.post(reverse("crm_set_office_rules", args=[hidden.public_id]), {"rules-note": "x"})

    assert answer.status_code == 404
    assert list(OfficeRules.objects.visible_to(make_user(role=Role.COORDINATOR))) == []
