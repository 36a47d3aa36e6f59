"""What may be answered to a question, and who may read and write the answer."""

from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.access.rules import role_of
from crm.base.dates import validate_partial_date
from crm.base.text import one_line
from crm.fields.enums import FieldKind, FieldScope
from crm.fields.models import CustomField
from crm.people.models import Organization, Person

YES, NO = "yes", "no"


def may_read(user: User, field: CustomField) -> bool:
    """Whether the role reads the answers to this question."""
    return role_of(user) in field.read_roles


def may_write(user: User, field: CustomField) -> bool:
    """Whether the role answers this question; nobody answers a retired one."""
    return role_of(user) in field.write_roles and not field.is_retired


def is_asked_of(field: CustomField, owner: Person | Organization) -> bool:
    wanted = FieldScope.PEOPLE if isinstance(owner, Person) else FieldScope.ORGANIZATIONS
    return field.scope == wanted


def clean_answer(field: CustomField, value: str) -> str:
    """The answer as it is kept; empty means none. Raises ValidationError with a sentence for a wrong one."""
    text = one_line(value)
    if not text:
        return ""
    if len(text) > 1000:
        raise ValidationError(_("This is longer than 1,000 characters; shorten it."))
    if field.kind == FieldKind.NUMBER:
        return _number(text)
    if field.kind == FieldKind.DATE:
        validate_partial_date(text)
    if field.kind == FieldKind.URL:
        URLValidator(schemes=["http", "https"])(text)
    if field.kind == FieldKind.BOOLEAN and text not in (YES, NO):
        raise ValidationError(_("Answer yes or no."))
    if field.kind == FieldKind.CHOICE and text not in field.choices:
        raise ValidationError(_("Choose one of the answers in the list."))
    return text


def _number(text: str) -> str:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise ValidationError(_("Write a number, for example 12 or 12.5.")) from error
    if not number.is_finite():
        raise ValidationError(_("Write a number, for example 12 or 12.5."))
    return format(number.normalize(), "f")
