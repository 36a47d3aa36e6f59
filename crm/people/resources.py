"""People as a table: which columns, what they are called elsewhere, how a cell is read and written.

The one list behind the import's column mapping and behind every export, so that what went out comes in again.
Cells come out as they are kept; who writes a file for spreadsheets passes them through `crm.base.text.safe_cell`.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Choices, Prefetch, QuerySet
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import Resource
from import_export.widgets import Widget

from crm.base.dates import read_partial_date
from crm.base.email import normalise_email
from crm.base.text import clean_text, fold, one_line, plain_cell
from crm.people.enums import ContactType, Level, MembershipRole, PersonCategory, Visibility
from crm.people.models import ContactDetail, Membership, Person

_LABELLED = re.compile(r"^(?P<value>.*\S)\s*\[(?P<label>[^\[\]]{1,100})\]$", re.DOTALL)
Detail = tuple[str, str]
EMPLOYERS = "employer|company|organisation|organization name|company name|current employer|firma"
JOBS = "title|occupation|position|organization title"


class CellError(ValueError):
    """What is wrong with one cell; `kept` is what of it can be taken all the same."""

    def __init__(self, sentence: str, kept: Any = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.kept = kept


class TextWidget(Widget):
    """One line of text, or prose."""

    def __init__(self, limit: int = 0, is_prose: bool = False) -> None:
        super().__init__()
        self.limit, self.is_prose = limit, is_prose

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        text = clean_text(plain_cell(value)) if self.is_prose else one_line(plain_cell(value))
        if self.limit and len(text) > self.limit:
            raise CellError(_("This is longer than %(limit)s characters; shorten it.") % {"limit": self.limit}, "")
        return text


class PartialDateWidget(Widget):
    """A year, a month or a day, as precisely as the cell knows it; never guessed."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        try:
            return read_partial_date(plain_cell(value))
        except ValidationError as error:
            raise CellError(error.messages[0], "") from error


class ChoiceWidget(Widget):
    """One of our known values, by its code or by what we call it."""

    def __init__(self, choices: type[Choices]) -> None:
        super().__init__()
        self.choices = choices

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        known = {fold(text): code for code, label in self.choices.choices for text in (str(code), str(label))}
        if fold(value) not in known:
            codes = ", ".join(str(code) for code in self.choices.values)
            raise CellError(_("This is not one of the known values: %(codes)s.") % {"codes": codes}, "")
        return str(known[fold(value)])


class ListWidget(Widget):
    """Several texts in one cell. We write them with semicolons, quoted where one holds a semicolon itself."""

    def clean(self, value: str, row: Any = None, *, separator: str = "", **kwargs: Any) -> list[str]:
        found = re.split(separator, value) if separator else split_cell(plain_cell(value), ";")
        return list(dict.fromkeys(text for each in found if (text := one_line(each))))

    def render(self, value: Iterable[Any] | None, obj: Any = None, **kwargs: Any) -> str:
        return join_cell(value or ())


class DetailWidget(ListWidget):
    """Numbers and addresses with their labels: `+27 21 555 0100 [mobile]; 020 7946 0005`."""

    def __init__(self, label: str = "") -> None:
        super().__init__()
        self.label = label

    def clean(self, value: str, row: Any = None, *, label: str = "", **kwargs: Any) -> list[Detail]:  # type: ignore[override]
        return [self.detail(text, label) for text in self.parts(plain_cell(value))]

    def detail(self, text: str, label: str) -> Detail:
        own = _LABELLED.match(text)
        return (own["value"], own["label"]) if own else (text, label or self.label)

    def parts(self, value: str) -> list[str]:
        lines = [each for line in value.splitlines() for each in line.split(" ::: ")]
        return [text for line in lines for each in split_cell(line, ";") if (text := one_line(each))]

    def render(self, value: Iterable[Detail] | None, obj: Any = None, **kwargs: Any) -> str:
        return join_cell(f"{text} [{label}]" if label else text for text, label in value or ())


class AddressWidget(DetailWidget):
    """Postal addresses, which may hold anything but line ends; several are joined as Google does it."""

    def parts(self, value: str) -> list[str]:
        return [text for part in value.split(" ::: ") if (text := one_line(part))]

    def render(self, value: Iterable[Detail] | None, obj: Any = None, **kwargs: Any) -> str:
        return " ::: ".join(f"{text} [{label}]" if label else text for text, label in value or ())


class EmailWidget(DetailWidget):
    """Mail addresses, one spelling per mailbox. A wrong one is reported, the others are kept."""

    def clean(self, value: str, row: Any = None, *, label: str = "", **kwargs: Any) -> list[Detail]:  # type: ignore[override]
        good, wrong = [], []
        for text, own in super().clean(value, row, label=label):
            for each in re.split(r"[,\s]+", text) if text.count("@") > 1 else [text]:
                try:
                    good.append((normalise_email(each).lower(), own))
                except ValidationError:
                    wrong.append(each)
        if wrong:
            raise CellError(_("“%(text)s” is no e-mail address; mend it.") % {"text": wrong[0]}, good)
        return good


def split_cell(value: str, delimiter: str) -> list[str]:
    """The values of one cell, of which some may be quoted; a quote that never ends is plain text."""
    try:
        return next(csv.reader([value], delimiter=delimiter, skipinitialspace=True, strict=True), [])
    except csv.Error:
        return value.split(delimiter)


def join_cell(values: Iterable[str]) -> str:
    """Several values as one cell that `split_cell` takes apart again."""
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="").writerow(list(values))
    return written.getvalue().replace(";", "; ") if '"' not in written.getvalue() else written.getvalue()


def header_key(header: str) -> str:
    """A column name without case, accents and punctuation: `E-mail 1 - Value` is `e mail 1 value`."""
    return " ".join(re.sub(r"[\W_]+", " ", fold(header)).split())


class Column(Field):
    """One column: its name in our files, the names others give it, and how a person answers it in an export."""

    def __init__(
        self,
        column_name: str,
        others: str = "",
        *,
        widget: Widget | None = None,
        read: Callable[[Person], Any] | None = None,
        several: bool = False,
        is_exported: bool = True,
    ) -> None:
        super().__init__(column_name=column_name, widget=widget or TextWidget())
        self.headers = frozenset(header_key(name) for name in (column_name, *others.split("|")))
        self.read, self.several, self.is_exported = read, several, is_exported

    def get_value(self, instance: Person) -> Any:
        return self.read(instance) if self.read else getattr(instance, self.attribute or "", "")


def text_column(name: str, column_name: str, others: str = "", widget: Widget | None = None) -> Column:
    """A column of the person's own table."""
    field: Any = Person._meta.get_field(name)
    return Column(column_name, others, widget=widget or TextWidget(field.max_length), read=lambda p: getattr(p, name))


def details(type_: ContactType) -> Callable[[Person], list[Detail]]:
    """The person's contact details of this type that hold."""
    return lambda person: [
        (row.value, row.label) for row in person.contactdetails.all() if row.type == type_ and not row.valid_until
    ]


def contact_column(type_: ContactType, column_name: str, others: str = "", widget: Widget | None = None) -> Column:
    return Column(column_name, others, widget=widget or DetailWidget(), read=details(type_), several=True)


def part_column(column_name: str, others: str = "", widget: Widget | None = None, several: bool = False) -> Column:
    """A column that files of others have and ours do not: it comes out in another one."""
    return Column(column_name, others, widget=widget, several=several, is_exported=False)


def job_of(person: Person) -> Membership | None:
    """The job that holds, the newest first. Needs `memberships` with their organization."""
    jobs = [row for row in person.memberships.all() if row.role == MembershipRole.EMPLOYEE and not row.end_date]
    return max(jobs, key=lambda row: (row.start_date, row.pk), default=None)


def employer(job: Membership) -> str:
    return job.organization.name


def of_job(read: Callable[[Membership], str]) -> Callable[[Person], str]:
    return lambda person: read(job) if (job := job_of(person)) else ""


class PersonResource(Resource):
    """What a table of people says of each."""

    public_id = text_column("public_id", "Parley ID")
    name = text_column("name", "Name", "full name|display name|complete name|contact name|nom complet|nombre completo")
    honorific_prefix = text_column("honorific_prefix", "Prefix", "name prefix|individual prefix|salutation|honorific")
    given_name = text_column("given_name", "Given name", "first name|forename|christian name|vorname|prenom")
    additional_name = text_column("additional_name", "Middle name", "additional name|middle initial|middle names")
    family_name = text_column("family_name", "Family name", "last name|surname|nachname|nom de famille|apellidos")
    honorific_suffix = text_column("honorific_suffix", "Suffix", "name suffix|individual suffix")
    sort_name = text_column("sort_name", "Sort name")
    other_names = Column(
        "Other names",
        "nickname|nick name|legal name|maiden name|also known as|aka|alias",
        widget=ListWidget(),
        read=lambda person: [row.name for row in person.othernames.all()],
        several=True,
    )
    category = text_column("category", "Category", "", ChoiceWidget(PersonCategory))
    level = text_column("level", "Level", "level of government", ChoiceWidget(Level))
    visibility = text_column("visibility", "Who sees this person", "visibility", ChoiceWidget(Visibility))
    gender = text_column("gender", "Gender", "sex")
    birth_date = text_column("birth_date", "Birth date", "birthday|date of birth|dob|born|born at", PartialDateWidget())
    language = text_column("language", "Language", "preferred language")
    email = contact_column(
        ContactType.EMAIL, "E-mail", "email|mail|email address|e mail address|correo|courriel", EmailWidget()
    )
    phone = contact_column(ContactType.VOICE, "Phone", "telephone|tel|phone number|primary phone|telefon|telefono")
    mobile = part_column("Mobile phone", "mobile|mobile number|cell|cell phone|cellphone", DetailWidget("mobile"), True)
    work_phone = part_column("Work phone", "business phone|work phone number|office phone", DetailWidget("work"), True)
    home_phone = part_column("Home phone", "home number|home telephone", DetailWidget("home"), True)
    fax = contact_column(ContactType.FAX, "Fax", "business fax|home fax|fax number")
    address = contact_column(
        ContactType.ADDRESS, "Address", "postal address|full address|mailing address", AddressWidget()
    )
    street = part_column("Street", "street address|address 1|address line 1|street 1|address1")
    street_2 = part_column("Street 2", "address 2|address line 2|supplemental address 1|address2|suburb")
    po_box = part_column("PO box", "po box|postbox")
    city = part_column("City", "town|locality|ort|ville|ciudad")
    state = part_column("State", "province|region|state province")
    postcode = part_column("Postcode", "zip|zip code|postal code|zipcode|plz|code postal")
    country = part_column("Country", "country code|country name")
    website = contact_column(ContactType.URL, "Website", "web page|url|homepage|web site|web")
    twitter = contact_column(ContactType.TWITTER, "Twitter", "twitter login|twitter handle|x handle")
    facebook = contact_column(ContactType.FACEBOOK, "Facebook", "facebook username")
    organization = Column("Organization", EMPLOYERS, widget=TextWidget(250), read=of_job(employer))
    organization_id = Column("Organization ID", read=of_job(lambda job: job.organization.public_id))
    job_title = Column("Job title", JOBS, widget=TextWidget(200), read=of_job(lambda job: job.label))
    job_start = Column("Job since", widget=PartialDateWidget(), read=of_job(lambda job: job.start_date))
    role = part_column("Seat or role", "role|seat|office held", TextWidget(200))
    district = part_column("District", "constituency|ward|electoral district|riding", TextWidget(200))
    summary = text_column("summary", "Summary", "bio|biography", TextWidget(is_prose=True))
    identifiers = Column(
        "Identifiers",
        "identifiers",
        widget=ListWidget(),
        read=lambda person: [f"{row.scheme}:{row.identifier}" for row in person.identifiers.all()],
        several=True,
    )

    class Meta:
        model = Person

    def get_export_order(self) -> list[str]:
        return [name for name, column in self.fields.items() if column.is_exported]

    def filter_export(self, queryset: QuerySet[Person], **kwargs: Any) -> QuerySet[Person]:
        """What the columns need, in a constant number of queries."""
        held = Membership.objects.select_related("organization").order_by("id")
        details_ = ContactDetail.objects.order_by("id")
        rows = (Prefetch("contactdetails", details_), Prefetch("memberships", held))
        return queryset.prefetch_related(*rows, "identifiers", "othernames")


def read_cell(column: Column, value: str, **hints: Any) -> tuple[Any, str]:
    """What a cell says, and what is wrong with it; an empty cell says nothing."""
    if not value.strip():
        return None, ""
    row: Mapping[str, str] = {column.column_name: value}
    try:
        return column.clean(row, **hints), ""
    except CellError as error:
        return error.kept, error.sentence
