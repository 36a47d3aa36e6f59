from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm.access.models import User
from crm.briefings.enums import Audience
from crm.briefings.registry import BriefingContext, providers_for
from crm.introductions.registry import introductions_section
from crm.people.enums import PersonCategory, Visibility
from crm.people.models import Person
from tests.factories.access import user
from tests.factories.people import MADE_AT, person
from tests.factories.relationships import relationship, relationship_type

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def context(who: Person, reader: User) -> BriefingContext:
    return BriefingContext(who, None, Audience.INTERNAL, reader, AT, {})


def known(robin: Person, **fields: Any) -> Person:
    ada = person(name="Ada Ours", category=PersonCategory.OWN_STAFF)
    kind = relationship_type(label="knows", reverse_label="is known by")
    relationship(type=kind, from_person=ada, to_person=robin, **fields)
    return ada


def test_a_briefing_says_who_reaches_them_and_how_we_know(coordinator: User) -> None:
    robin = person(name="Robin")
    known(robin, source="Ada", sourced_on=date(2026, 5, 1))

    found = introductions_section(context(robin, coordinator))

    assert found is not None
    assert found["facts"] == [
        {
            "label": "Ada Ours", "value": "Ada Ours knows Robin.", "source": "Ada", "as_of": "2026-05-01",
            "age_days": 31, "stale": False,
        }
    ]  # fmt: skip


def test_without_a_source_it_counts_as_out_of_date(coordinator: User) -> None:
    robin = person()
    known(robin)

    found = introductions_section(context(robin, coordinator))

    assert found is not None
    fact = found["facts"][0]
    assert (fact["stale"], fact["source"], fact["as_of"]) == (True, "No source recorded", str(MADE_AT.date()))


def test_nobody_hidden_is_named_and_an_empty_section_says_so(coordinator: User) -> None:
    robin = person()
    Person.objects.filter(pk=known(robin).pk).update(visibility=Visibility.TEAM, owner=user())

    found = introductions_section(context(robin, coordinator))

    assert found is not None
    assert (found["facts"], found["empty"]) == ([], "No way from ours to them is known.")


def test_what_is_handed_over_does_not_say_who_knows_whom() -> None:
    assert [introductions_section in providers_for(audience) for audience in Audience] == [
        audience != Audience.LEAVE_BEHIND for audience in Audience
    ]
