from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.changes.actions import undo_changes
from crm.fields.actions import create_custom_field, edit_custom_field, set_custom_value
from crm.fields.enums import FieldKind, FieldScope
from crm.fields.errors import ChoiceInUseError, FieldInUseError, FieldRoleError, FieldScopeError, NoChoicesError
from crm.fields.models import CustomField, CustomValue
from tests.factories.access import user as make_user
from tests.factories.fields import custom_field, custom_value
from tests.factories.people import organization, person

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


def test_a_field_is_added_once(coordinator: User) -> None:
    made = [
        create_custom_field(
            key="boat", label="Owns a boat", kind=FieldKind.BOOLEAN, scope=FieldScope.PEOPLE, by=coordinator, at=AT
        )
        for _time in range(2)
    ]

    assert CustomField.objects.get() == made[0] == made[1]
    assert ActivityEntry.objects.count() == 1


def test_one_of_several_needs_several(coordinator: User) -> None:
    with pytest.raises(NoChoicesError):
        create_custom_field(
            key="boat", label="Boat", kind=FieldKind.CHOICE, scope=FieldScope.PEOPLE, choices=["a"], by=None, at=AT
        )

    assert CustomField.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (FieldKind.TEXT, "  two  words ", "two words"),
        (FieldKind.NUMBER, "012,50", "12.5"),
        (FieldKind.DATE, "1975-03", "1975-03"),
        (FieldKind.URL, "https://harbour.example/a", "https://harbour.example/a"),
        (FieldKind.BOOLEAN, "yes", "yes"),
        (FieldKind.CHOICE, "red", "red"),
    ],
)
def test_an_answer_of_each_kind_is_kept(coordinator: User, kind: FieldKind, given: str, kept: str) -> None:
    field = custom_field(kind=kind, choices=["red", "blue"])

    set_custom_value(person(), field, given, by=coordinator, at=AT)

    assert CustomValue.objects.get().value == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (FieldKind.NUMBER, "many"),
        (FieldKind.NUMBER, "NaN"),
        (FieldKind.DATE, "1975-13"),
        (FieldKind.URL, "javascript:alert(1)"),
        (FieldKind.BOOLEAN, "perhaps"),
        (FieldKind.CHOICE, "green"),
        (FieldKind.TEXT, "x" * 1001),
    ],
)
def test_a_wrong_answer_is_refused(coordinator: User, kind: FieldKind, given: str) -> None:
    field = custom_field(kind=kind, choices=["red", "blue"])

    with pytest.raises(ValidationError):
        set_custom_value(person(), field, given, by=coordinator, at=AT)

    assert CustomValue.objects.count() == 0


def test_the_same_answer_again_changes_nothing(coordinator: User) -> None:
    ada, field = person(), custom_field()

    for _time in range(2):
        set_custom_value(ada, field, "yes", by=coordinator, at=AT)

    assert (CustomValue.objects.count(), ActivityEntry.objects.count()) == (1, 1)


def test_an_emptied_answer_comes_back_when_undone(coordinator: User) -> None:
    row = custom_value(value="kept")
    set_custom_value(row.person, row.field, "", by=coordinator, at=AT)

    undo_changes(ActivityEntry.objects.get(verb="custom_value.set"), by=coordinator, at=LATER)

    assert CustomValue.objects.values_list("pk", "value").get() == (row.pk, "kept")


def test_only_the_roles_of_the_field_write_it() -> None:
    field = custom_field(write_roles=[Role.DIRECTOR])

    with pytest.raises(FieldRoleError):
        set_custom_value(person(), field, "x", by=make_user(role=Role.COORDINATOR), at=AT)

    assert CustomValue.objects.count() == 0


def test_a_field_for_people_is_not_asked_of_bodies(coordinator: User) -> None:
    with pytest.raises(FieldScopeError):
        set_custom_value(organization(), custom_field(), "x", by=coordinator, at=AT)


def test_the_kind_of_an_answered_field_stays(coordinator: User) -> None:
    field = custom_value().field

    edit_custom_field(field, label="Renamed", by=coordinator, at=AT)
    edit_custom_field(field, label="Renamed", by=coordinator, at=AT)
    with pytest.raises(FieldInUseError):
        edit_custom_field(field, kind=FieldKind.NUMBER, by=coordinator, at=AT)

    field.refresh_from_db()
    assert (field.label, field.kind, ActivityEntry.objects.count()) == ("Renamed", FieldKind.TEXT, 1)


def test_a_choice_somebody_was_given_cannot_go(coordinator: User) -> None:
    field = custom_value(value="red", field=custom_field(kind=FieldKind.CHOICE, choices=["red", "blue"])).field

    with pytest.raises(ChoiceInUseError):
        edit_custom_field(field, choices=["blue", "green"], by=coordinator, at=AT)


def test_answers_are_visible_to_the_roles_that_read_them() -> None:
    custom_value(field=custom_field(read_roles=[Role.DIRECTOR]))
    shared = custom_value(field=custom_field(read_roles=[Role.DIRECTOR, Role.COORDINATOR]))

    seen = CustomValue.objects.visible_to(make_user(role=Role.COORDINATOR))

    assert list(seen) == [shared]
    assert CustomValue.objects.visible_to(make_user(role=Role.DIRECTOR)).count() == 2
    assert CustomValue.objects.visible_to(make_user(role=Role.SYSADMIN)).count() == 0
