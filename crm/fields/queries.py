from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Case, FloatField, QuerySet, When
from django.db.models.functions import Cast, Substr

from crm.access.models import User
from crm.fields.enums import AnswerComparison, FieldKind, FieldScope
from crm.fields.models import CustomField, CustomValue
from crm.fields.rules import may_read, may_write
from crm.people.models import Organization, Person

Answer = tuple[CustomField, str]


def fields_for(owner: Person | Organization) -> list[CustomField]:
    """The questions asked of somebody, retired ones too, in order."""
    scope = FieldScope.PEOPLE if isinstance(owner, Person) else FieldScope.ORGANIZATIONS
    return list(CustomField.objects.filter(scope=scope))


def answers_of(owner: Person | Organization, user: User) -> list[Answer]:
    """The questions this user may read with the answers; unanswered retired ones are left out."""
    rows = CustomValue.objects.filter(person=owner) if isinstance(owner, Person) else owner.customvalues.all()
    values = dict(rows.order_by().values_list("field_id", "value"))
    readable = [field for field in fields_for(owner) if may_read(user, field)]
    return [(field, values.get(field.pk, "")) for field in readable if field.pk in values or not field.is_retired]


def writable_fields(owner: Person | Organization, user: User) -> list[CustomField]:
    """The questions this user may answer, in order."""
    return [field for field in fields_for(owner) if may_write(user, field)]


def readable_fields(user: User) -> QuerySet[CustomField]:
    """The questions asked of people whose answers this user may read, retired ones too."""
    asked = CustomField.objects.filter(scope=FieldScope.PEOPLE)
    return asked.filter(pk__in=[field.pk for field in asked if may_read(user, field)])


def answered(args: Mapping[str, Any], *, user: User, on: date) -> QuerySet[Any]:
    """Keys of people whose answer to a question compares as asked, as far as the asker may read it."""
    field, compare, value = args["field"], AnswerComparison(args["compare"]), args.get("value", "")
    rows = CustomValue.objects.visible_to(user).filter(field=field, person__isnull=False).exclude(value="")
    if compare == AnswerComparison.IS:
        rows = rows.filter(value__iexact=value)
    elif compare == AnswerComparison.CONTAINS:
        rows = rows.filter(value__icontains=value)
    elif compare != AnswerComparison.ANY:
        rows = _compared(rows, field, at_least=compare == AnswerComparison.AT_LEAST, value=value)
    return rows.order_by().values("person")


def _compared(rows: Any, field: CustomField, *, at_least: bool, value: str) -> Any:
    ending = "gte" if at_least else "lte"
    if field.kind == FieldKind.NUMBER:
        # The case keeps the database from reading answers to other questions as numbers.
        number = Case(When(field=field, then=Cast("value", FloatField())))
        return rows.alias(number=number).filter(**{f"number__{ending}": float(value)})
    if field.kind == FieldKind.DATE and not at_least:
        return rows.alias(day=Substr("value", 1, len(value))).filter(day__lte=value)
    return rows.filter(**{f"value__{ending}": value})
