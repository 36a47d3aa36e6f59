"""Small tables of invented people, and importing them."""

from pathlib import Path
from typing import Any

from crm.access.models import User
from crm.imports.actions import apply_plan
from crm.imports.enums import ImportMode
from crm.imports.models import ImportBatch
from crm.imports.queries import plan_import
from crm.imports.registry import read_source
from crm.imports.resources import plan_report
from crm.people.models import Person
from tests.crm.imports.steps import AT

NATIONBUILDER = (
    "nationbuilder_id,external_id,first_name,last_name,full_name,employer,occupation,email,email1,email2,"
    "email_opt_in,phone_number,mobile_number,tag_list,unsubscribed_at,do_not_contact,primary_address1,primary_city"
)
ACTION_NETWORK = (
    "uuid,first_name,last_name,email,Phone Number,can2_user_city,can2_user_tags,can2_subscription_status,zip_code"
)
MAILCHIMP = "Email Address,First Name,Last Name,Address,Phone Number,LEID,EUID,NOTES,TAGS"
CIVICRM = (
    "Contact ID,Contact Type,Do Not Email,No Bulk Emails (User Opt Out),External Identifier,Display Name,First Name,"
    "Last Name,Contact is in Trash,Email,On Hold,Group(s),Tag(s)"
)
GOOGLE = (
    "First Name,Last Name,Organization Name,Organization Title,Labels,E-mail 1 - Label,E-mail 1 - Value,"
    "Phone 1 - Label,Phone 1 - Value,Address 1 - City"
)
OUTLOOK = "First Name,Last Name,Title,E-mail Address,E-mail 2 Address,Mobile Phone,Company,Job Title,Categories"


def table(path: Path, *lines: str) -> Path:
    """Write a CSV file."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def bring(
    path: Path, *, mode: ImportMode = ImportMode.UPDATE, by: User | None = None, profile: str = "csv", **options: Any
) -> tuple[dict[str, Any], ImportBatch]:
    """Import a table; gives the report of the plan and the batch."""
    plan = plan_import(read_source(path, profile=profile, options=options), mode=mode)
    return plan_report(plan), apply_plan(plan, by=by, at=AT, skip_bad_rows=True)


def said(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Everything that is wrong: where, in which column, in which words."""
    return [(row["where"], row["column"], row["sentence"]) for row in report["rows"] if "sentence" in row]


def changed(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["act"], row["model"]) for row in report["rows"] if row["act"] in ("created", "updated")]


def details(person: Person) -> list[tuple[str, str, str]]:
    rows = person.contactdetails.order_by("type", "value")
    return list(rows.values_list("type", "value", "label"))
