import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from campaigns_site.settings import test
from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.exports.actions import delete_old_files, end_export, finish_export, request_export
from crm.exports.enums import ExportState, FileFormat
from crm.exports.models import ExportJob, ExportLog
from crm.exports.queries import cells, chunks
from crm.exports.registry import export_kind
from crm.exports.tasks import continue_exports, run_export
from crm.people.enums import OrganizationClassification, Visibility
from crm.people.models import Person
from crm.people.queries import chosen
from tests.factories.access import user
from tests.factories.people import contact_detail, legislator, membership, office, organization, person

pytestmark = pytest.mark.django_db

NEW = "/admin/export-files/new/people/"
PAYLOADS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20A"]
PAYLOADS += ["  =1", "' =1", '"=1']


@pytest.fixture(autouse=True)
def exports_root(tmp_path: Path, settings: Any) -> Path:
    settings.EXPORTS_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def director(db: None) -> User:
    return user(role=Role.DIRECTOR, first_name="Dana")


def asked(by: User, file_format: str = "csv", *, columns: tuple[str, ...] = ("name",), **fields: Any) -> ExportJob:
    kind = export_kind(fields.pop("key", "people"))
    assert kind is not None
    given = {"query": "", "ids": [], "reason": "Print the badges", "total": 1, "at": timezone.now()} | fields
    return request_export(kind, columns=columns, file_format=FileFormat(file_format), by=by, **given)


def written(job: ExportJob) -> Path:
    assert run_export(job.pk) == ExportState.READY
    return job.path


def table(job: ExportJob) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written(job).read_bytes().decode("utf-8-sig"), newline="")))


def test_a_file_comes_with_a_reason_a_log_and_an_entry(director: User, client: Client) -> None:
    person(name="Ada Quist", search_text="ada quist")
    person(name="Ben Hale", search_text="ben hale")
    client.force_login(director)
    form = {
        "query": "q=quist",
        "all": "1",
        "reason": "Badges for the day",
        "file_format": "csv",
        "columns": ["name"],
    }

    answer = client.post(NEW, form)

    job = ExportJob.objects.get()
    assert answer.headers["Location"] == reverse("crm_export", args=[job.public_id])
    log = ExportLog.objects.get()
    assert (log.object_type, log.query, log.columns, log.file_format) == ("crm.person", "q=quist", ["name"], "csv")
    assert (log.count, log.reason, log.exported_by) == (1, "Badges for the day", director)
    assert [(entry.verb, entry.actor, entry.data) for entry in ActivityEntry.objects.all()] == [
        ("export.made", director, {"count": 1, "format": "csv"})
    ]
    file = client.get(reverse("crm_export_file", args=[job.public_id]))
    assert b"".join(file.streaming_content) == b"\xef\xbb\xbfName\r\nAda Quist\r\n"  # type: ignore[attr-defined]
    assert file.headers["Cache-Control"].startswith("private, no-store")
    assert file.headers["Content-Disposition"].startswith('attachment; filename="people-')


def test_the_same_form_sent_twice_makes_one_file(director: User) -> None:
    person()
    client = Client(enforce_csrf_checks=True)
    client.force_login(director)
    token = str(client.get(NEW).context["csrf_token"])
    form = {"all": "1", "reason": "Badges", "file_format": "csv", "columns": ["name"], "csrfmiddlewaretoken": token}

    answers = [client.post(NEW, form) for _time in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert (ExportJob.objects.count(), ExportLog.objects.count()) == (1, 1)


@pytest.mark.parametrize(("field", "value"), [("reason", ""), ("reason", "x"), ("columns", []), ("file_format", "exe")])
def test_without_a_reason_nothing_is_exported(field: str, value: Any, director: User, client: Client) -> None:
    person()
    client.force_login(director)
    form: dict[str, Any] = {"all": "1", "reason": "Badges", "file_format": "csv", "columns": ["name"], field: value}

    answer = client.post(NEW, form)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert ExportJob.objects.count() == 0


def test_the_bulk_bar_leads_to_the_form_for_the_ticked(director: User, client: Client) -> None:
    ada = person(name="Ada")
    person(name="Ben")
    client.force_login(director)

    answer = client.post(reverse("crm_export_people"), {"ids": [ada.public_id], "query": "q=a"})

    assert (answer.status_code, answer.context["count"], answer.context["ids"]) == (200, 1, [ada.public_id])
    assert ExportJob.objects.count() == 0


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DIRECTOR])
@pytest.mark.slow
def test_only_directors_export(role: Role, client: Client, director: User) -> None:
    person(name="Canarykestrel")
    job = asked(director)
    written(job)
    client.force_login(user(role=role))

    answers = [
        client.get(NEW),
        client.post(NEW, {"all": "1", "reason": "Badges", "file_format": "csv", "columns": ["name"]}),
        client.get(reverse("crm_export", args=[job.public_id])),
        client.get(reverse("crm_export_progress", args=[job.public_id])),
        client.post(reverse("crm_stop_export", args=[job.public_id])),
        client.get(reverse("crm_export_file", args=[job.public_id])),
    ]

    assert [answer.status_code for answer in answers if answer.status_code not in {302, 403, 404}] == []
    assert [answer for answer in answers if "Canarykestrel" in getattr(answer, "content", b"").decode()] == []
    assert ExportJob.objects.get().state == ExportState.READY


def test_a_file_is_for_whom_asked_only(director: User, client: Client) -> None:
    job = asked(director)
    written(job)
    client.force_login(user(role=Role.DIRECTOR))

    assert client.get(reverse("crm_export_file", args=[job.public_id])).status_code == 404


def test_a_role_lost_meanwhile_writes_no_file(director: User) -> None:
    job = asked(director)
    User.objects.filter(pk=director.pk).update(role=Role.COORDINATOR)

    assert run_export(job.pk) == ExportState.FAILED

    assert (job.path.exists(), ExportLog.objects.count()) == (False, 0)


def test_hidden_rows_are_not_in_the_rows_of_an_export(coordinator: User) -> None:
    person(name="Ada")
    person(name="Canarykestrel", visibility=Visibility.TEAM, owner=user(role=Role.DIRECTOR))
    kind = export_kind("people")
    assert kind is not None

    parts = list(chunks(kind, Person.objects.all(), coordinator, timezone.localdate()))

    assert [[row.name for row in part] for part in parts] == [["Ada"]]


def test_merged_people_are_not_exported(director: User) -> None:
    ada = person(name="Ada")
    person(name="Adah", merged_into=ada)

    assert table(asked(director)) == [["Name"], ["Ada"]]


def test_no_cell_of_a_csv_is_a_formula(director: User) -> None:
    for number, payload in enumerate(PAYLOADS):
        person(name=payload, sort_name=f"{number:02}")

    rows = [row[0] for row in table(asked(director))[1:]]

    assert rows == [f"'{payload}" for payload in PAYLOADS]


def test_every_cell_of_an_xlsx_is_text(director: User) -> None:
    for number, payload in enumerate(PAYLOADS):
        person(name=payload, sort_name=f"{number:02}")

    sheet = load_workbook(written(asked(director, "xlsx"))).active

    found = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in found} == {"s"}
    assert [cell.value for cell in found] == [payload.replace("\r", "\n") for payload in PAYLOADS]


def test_the_columns_say_what_a_person_holds(director: User) -> None:
    holder = legislator(name="Ada Quist", owner=director)
    committee = organization(name="Committee on Rivers", classification=OrganizationClassification.COMMITTEE)
    membership(person=holder, organization=committee)
    contact_detail(person=holder, value="ada@office.example")
    office(person=holder, voice="+1 202 555 0100")
    names = ("name", "seat_now", "committees_now", "email", "office_phone", "owner_name")

    rows = table(asked(director, columns=names))

    assert rows == [
        ["Name", "Seat", "Committees", "E-mail", "Office phone", "Owner"],
        ["Ada Quist", rows[1][1], "Committee on Rivers", "ada@office.example", "'+1 202 555 0100", "Dana"],
    ]
    assert rows[1][1].startswith("Representative ")


def test_popolo_json_holds_persons_and_what_they_hold(director: User) -> None:
    holder = legislator(name="Ada Quist")
    contact_detail(person=holder, value="ada@office.example")
    held = holder.memberships.get()

    document = json.loads(written(asked(director, "json")).read_text())

    assert sorted(document) == ["areas", "memberships", "organizations", "persons", "posts"]
    [ada] = document["persons"]
    assert (ada["id"], ada["name"]) == (holder.public_id, "Ada Quist")
    assert ada["contact_details"] == [{"type": "email", "value": "ada@office.example"}]
    [one] = document["memberships"]
    assert (one["person_id"], one["organization_id"]) == (holder.public_id, held.organization.public_id)
    assert [row["id"] for row in document["organizations"]] == [held.organization.public_id]
    assert [row["id"] for row in document["posts"]] == [one["post_id"]]
    assert [row["id"] for row in document["areas"]] == [one["area_id"]]


def test_the_print_pack_names_seat_party_and_phone(director: User) -> None:
    holder = legislator(name="Ada Quist")
    party = organization(name="Harbour Party", classification=OrganizationClassification.PARTY)
    membership(person=holder, organization=party)
    office(person=holder, voice="+1 202 555 0100")

    reader = PdfReader(written(asked(director, "pdf")))

    text = " ".join(page.extract_text() for page in reader.pages)
    assert [
        word for word in ("Ada Quist", "Harbour Party", "202 555 0100", "Printed by Dana") if word not in text
    ] == []


def test_organizations_are_exported_too(director: User) -> None:
    organization(name="Harbour Council")

    assert table(asked(director, key="organizations", columns=("name", "classification"))) == [
        ["Name", "Kind"],
        ["Harbour Council", "chamber"],
    ]


def test_a_file_is_deleted_after_a_day(director: User, client: Client) -> None:
    job = asked(director)
    written(job)
    client.force_login(director)
    tomorrow = timezone.now() + timedelta(days=1, minutes=1)

    assert (delete_old_files(tomorrow), delete_old_files(tomorrow)) == (1, 0)

    assert (job.path.exists(), ExportJob.objects.get().state) == (False, ExportState.EXPIRED)
    assert client.get(reverse("crm_export_file", args=[job.public_id])).status_code == 404
    assert ExportLog.objects.count() == 1


def test_a_stopped_export_leaves_no_file_and_no_log(director: User, client: Client) -> None:
    job = asked(director)
    client.force_login(director)

    client.post(reverse("crm_stop_export", args=[job.public_id]))

    assert run_export(job.pk) == ExportState.CANCELLED
    assert (job.path.exists(), ExportLog.objects.count()) == (False, 0)
    assert end_export(job, ExportState.CANCELLED, at=timezone.now()) is False


def test_a_written_export_is_not_written_again(director: User) -> None:
    job = asked(director)
    written(job)
    kind = export_kind("people")
    assert kind is not None

    assert run_export(job.pk) == ExportState.READY
    assert finish_export(job, kind, count=9, at=timezone.now()) is None
    assert list(ExportLog.objects.values_list("count", flat=True)) == [0]


def test_what_lost_its_worker_is_written_by_itself(director: User) -> None:
    person(name="Ada")
    job = asked(director, at=timezone.now() - timedelta(minutes=5))

    assert (continue_exports(timezone.now()), continue_exports(timezone.now())) == (1, 0)

    assert job.path.exists()


def test_a_big_export_waits_for_a_worker(
    director: User,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr("crm.exports.views.AT_ONCE", 0)
    person()
    client.force_login(director)

    with django_capture_on_commit_callbacks() as later:
        client.post(NEW, {"all": "1", "reason": "Badges", "file_format": "csv", "columns": ["name"]})

    assert ExportJob.objects.get().state == ExportState.RUNNING
    page = client.get(reverse("crm_export", args=[ExportJob.objects.get().public_id]))
    assert (page.context["running"], page.context["done_words"]) == (True, "0 of 1 rows")
    for each in later:
        each()
    assert ExportJob.objects.get().state == ExportState.READY


def test_files_are_kept_out_of_the_media_folder() -> None:
    assert Path(site.MEDIA_ROOT) not in [Path(test.EXPORTS_ROOT), *Path(test.EXPORTS_ROOT).parents]


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.AUDITOR])
def test_the_list_of_exports_says_who_and_why(role: Role, director: User, client: Client) -> None:
    person()
    written(asked(director))
    client.force_login(user(role=role))

    page = client.get(reverse("exports:index"))

    [row] = page.context["object_list"]
    assert (row.what, row.reason, str(row.exported_by)) == ("1 row of person", "Print the badges", "Dana")
    offers = reverse("crm_new_export", args=["people"]) in page.content.decode()
    assert offers == (role == Role.DIRECTOR)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.DIRECTOR, Role.AUDITOR}])
def test_the_list_of_exports_is_not_for_others(role: Role, director: User, client: Client) -> None:
    written(asked(director, reason="Canarykestrel"))
    client.force_login(user(role=role))

    answer = client.get(reverse("exports:index"))

    assert answer.status_code in {302, 403, 404}
    assert "Canarykestrel" not in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_list_of_exports_do_not_grow(
    count: int, director: User, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        written(asked(director))
    client.force_login(director)
    client.get(reverse("exports:index"))

    with django_assert_num_queries(10):
        client.get(reverse("exports:index"))


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_a_chunk_do_not_grow(
    count: int, director: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        legislator(owner=user())
    kind = export_kind("people")
    assert kind is not None
    resource = kind.resource_class()
    names = list(resource.get_export_order())
    rows = chosen(director, ids=[], everybody=True, query_string="", on=timezone.localdate())

    with django_assert_num_queries(10):
        found = [
            cells(resource, row, names) for part in chunks(kind, rows, director, timezone.localdate()) for row in part
        ]

    assert len(found) == count
