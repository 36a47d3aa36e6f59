from datetime import UTC, datetime, timedelta

import pytest

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.changes.actions import undo_changes
from crm.tags.actions import (
    create_tag,
    create_tag_group,
    edit_tag,
    ensure_first_tags,
    put_tag,
    set_served_areas,
    take_tag,
)
from crm.tags.enums import TagScope, TagValueKind
from crm.tags.errors import TagInUseError, TagScopeError, TagValueError
from crm.tags.models import ServedArea, Tag, Tagging, TagGroup
from crm.tags.queries import areas_served
from tests.factories.people import organization, person
from tests.factories.places import area
from tests.factories.tags import tag, tag_group, tagging

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


def test_a_group_and_a_tag_are_added_once(coordinator: User) -> None:
    groups = [create_tag_group(key="topic", name="Topic", by=coordinator, at=AT) for _time in range(2)]
    tags = [create_tag(groups[0], name=" Ports ", by=coordinator, at=AT) for _time in range(2)]

    assert (TagGroup.objects.get(), Tag.objects.get().name) == (groups[0], "Ports")
    assert tags[0] == tags[1]


def test_a_number_is_kept_as_typed_and_as_a_number(coordinator: User) -> None:
    ada, members = person(), tag(value_kind=TagValueKind.NUMBER)

    put_tag(ada, members, value="12,5", by=coordinator, at=AT)

    row = Tagging.objects.get()
    assert (row.person, row.value, float(row.number or 0)) == (ada, "12,5", 12.5)
    assert timeline_of(ada)[0].verb == "tag.put"


@pytest.mark.parametrize("text", ["many", "NaN", "1e99", "Infinity"])
def test_a_word_is_no_number(coordinator: User, text: str) -> None:
    with pytest.raises(TagValueError):
        put_tag(person(), tag(value_kind=TagValueKind.NUMBER), value=text, by=coordinator, at=AT)

    assert Tagging.objects.count() == 0


def test_putting_the_same_tag_again_changes_nothing(coordinator: User) -> None:
    ada, keen = person(), tag(value_kind=TagValueKind.TEXT)
    put_tag(ada, keen, value="very", by=coordinator, at=AT)

    put_tag(ada, keen, value="very", by=coordinator, at=LATER)

    assert (Tagging.objects.get().value, ActivityEntry.objects.count()) == ("very", 1)


def test_another_value_is_a_change_that_can_be_undone(coordinator: User) -> None:
    ada, keen = person(), tag(value_kind=TagValueKind.TEXT)
    put_tag(ada, keen, value="very", by=coordinator, at=AT)
    put_tag(ada, keen, value="hardly", by=coordinator, at=AT)

    undo_changes(ActivityEntry.objects.latest("id"), by=coordinator, at=LATER)

    assert Tagging.objects.get().value == "very"


def test_a_tag_for_bodies_is_not_put_on_a_person(coordinator: User) -> None:
    bodies_only = tag(group=tag_group(scope=TagScope.ORGANIZATIONS))

    put_tag(organization(), bodies_only, by=coordinator, at=AT)
    with pytest.raises(TagScopeError):
        put_tag(person(), bodies_only, by=coordinator, at=AT)

    assert Tagging.objects.count() == 1


def test_a_tag_taken_off_comes_back(coordinator: User) -> None:
    row = tagging(value="kept")

    taken = [take_tag(row.person, row.tag, by=coordinator, at=AT) for _time in range(2)]
    undo_changes(ActivityEntry.objects.get(verb="tag.taken"), by=coordinator, at=LATER)

    assert taken == [True, False]
    assert Tagging.objects.values_list("pk", "value").get() == (row.pk, "kept")


def test_what_a_carried_tag_says_stays(coordinator: User) -> None:
    row = tagging()

    edit_tag(row.tag, name="Renamed", value_kind=TagValueKind.NONE, by=coordinator, at=AT)
    edit_tag(row.tag, name="Renamed", value_kind=TagValueKind.NONE, by=coordinator, at=AT)
    with pytest.raises(TagInUseError):
        edit_tag(row.tag, name="Renamed", value_kind=TagValueKind.NUMBER, by=coordinator, at=AT)

    row.tag.refresh_from_db()
    assert (row.tag.name, ActivityEntry.objects.filter(verb="tag.edited").count()) == ("Renamed", 1)


def test_areas_served_are_set_once_and_can_be_undone(coordinator: User) -> None:
    ada, harbour, hills = person(), area(name="Harbour"), area(name="Hills")
    set_served_areas(ada, [harbour], by=coordinator, at=AT)

    for _time in range(2):
        set_served_areas(ada, [hills], by=coordinator, at=AT)
    last = ActivityEntry.objects.filter(verb="areas_served.set").latest("id")

    assert (areas_served(ada), ActivityEntry.objects.count()) == ([hills], 2)
    undo_changes(last, by=coordinator, at=LATER)
    assert [row.area for row in ServedArea.objects.all()] == [harbour]


def test_the_first_tags_are_added_once_and_stay_renamed() -> None:
    added = ensure_first_tags(at=AT)
    Tag.objects.filter(group__key="stakeholder").order_by("id").first().delete()  # type: ignore[union-attr]

    assert (added, ensure_first_tags(at=LATER)) == (21, 0)
    assert sorted(TagGroup.objects.values_list("key", "is_system")) == [("population", True), ("stakeholder", True)]
