from decimal import Decimal, InvalidOperation

from crm.base.text import one_line
from crm.people.models import Organization, Person
from crm.tags.enums import Comparison, TagScope, TagValueKind
from crm.tags.errors import TagValueError
from crm.tags.models import Tag

STAKEHOLDERS = "stakeholder"
POPULATIONS = "population"


def is_for(tag: Tag, owner: Person | Organization) -> bool:
    """Whether a tag may be put on a person or on a body."""
    wanted = TagScope.PEOPLE if isinstance(owner, Person) else TagScope.ORGANIZATIONS
    return tag.group.scope in (TagScope.BOTH, wanted)


def value_of_tag(tag: Tag, value: str) -> tuple[str, Decimal | None]:
    """The text and the number a tag keeps. Raises `TagValueError` for a number that is none."""
    text = one_line(value, limit=200)
    if tag.value_kind == TagValueKind.NONE:
        return "", None
    if tag.value_kind == TagValueKind.TEXT or not text:
        return text, None
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise TagValueError from error
    if not number.is_finite() or abs(number) >= Decimal(10) ** 14:
        raise TagValueError
    return text, number.quantize(Decimal("0.0001"))


def comparable(compare: Comparison, value: str) -> bool:
    """Whether a value can be compared like this: some value, and for “at least” and “at most” a number."""
    if compare == Comparison.ANY:
        return True
    if compare not in (Comparison.AT_LEAST, Comparison.AT_MOST):
        return bool(value)
    try:
        return number_in(value).is_finite()
    except InvalidOperation:
        return False


def number_in(value: str) -> Decimal:
    """A number as people write it. Raises InvalidOperation."""
    return Decimal(value.strip().replace(",", "."))
