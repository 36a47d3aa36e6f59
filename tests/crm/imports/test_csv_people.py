"""Who is who in a table, and what becomes of each cell."""

from pathlib import Path

import pytest

from crm.access.models import User
from crm.imports.actions import undo_import
from crm.imports.csv_columns import guess_mapping, kind_of, mappable_fields
from crm.imports.enums import ImportMode
from crm.imports.errors import SourceError
from crm.mappings.actions import save_mapping
from crm.notes.models import InternalNote
from crm.people.actions import edit_person, refresh_search_text
from crm.people.enums import PersonCategory, Visibility
from crm.people.models import ContactDetail, Identifier, Membership, Organization, Person
from crm.tags.models import Tagging
from tests.crm.imports.steps import AT, dump
from tests.crm.imports.tables import (
    ACTION_NETWORK,
    CIVICRM,
    GOOGLE,
    MAILCHIMP,
    NATIONBUILDER,
    OUTLOOK,
    bring,
    changed,
    details,
    said,
    table,
)
from tests.factories.people import contact_detail, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (NATIONBUILDER, "nationbuilder"),
        (ACTION_NETWORK, "actionnetwork"),
        (MAILCHIMP, "mailchimp"),
        (CIVICRM, "civicrm"),
        (GOOGLE, "google"),
        ("Name,Given Name,Group Membership,E-mail 1 - Value", "google-legacy"),
        (OUTLOOK, "outlook"),
        ("Parley ID,Name,Sort name,Seat", "parley"),
        ("name,email", ""),
    ],
)
def test_export_is_known_by_its_columns(header: str, name: str) -> None:
    kind = kind_of(header.split(","))

    assert (kind.name if kind else "") == name


def test_other_tables_are_guessed() -> None:
    headers = ["Surname", "Prénom", "Full name", "E-Mail", "e-mail 2", "Mobile", "Zip code", "Employer", "Colour", "id"]

    assert guess_mapping(headers) == {
        "Surname": "family_name",
        "Prénom": "given_name",
        "Full name": "name",
        "E-Mail": "email",
        "e-mail 2": "",
        "Mobile": "mobile",
        "Zip code": "postcode",
        "Employer": "organization",
        "Colour": "",
        "id": "external_id",
    }


def test_every_guess_can_be_chosen_on_the_page() -> None:
    keys = [key for key, _label in mappable_fields()]

    assert len(keys) == len(set(keys))
    assert {"", "name", "email", "tags", "opt_out", "mail_state", "external_id", "notes", "label"} <= set(keys)


def test_person_of_a_row_is_whole(tmp_path: Path) -> None:
    row = (
        '7,E1,Ann,Lee,Ann Lee,River Trust,Clerk,ann@x.example,ann@x.example,lee@x.example,true,+27 21 555 0100,083 1,'
        '"donor, Town Hall",,,1 Long Street,Ys'
    )  # fmt: skip
    report, batch = bring(table(tmp_path / "people.csv", NATIONBUILDER, row))

    ann = Person.objects.get()
    assert (ann.name, ann.sort_name, ann.category, ann.source) == (
        "Ann Lee",
        "Lee, Ann",
        PersonCategory.ADVOCATE,
        "NationBuilder",
    )
    assert details(ann) == [
        ("address", "1 Long Street, Ys", ""),
        ("email", "ann@x.example", ""),
        ("email", "lee@x.example", ""),
        ("voice", "+27 21 555 0100", ""),
        ("voice", "083 1", "mobile"),
    ]
    assert list(ann.identifiers.values_list("scheme", "identifier")) == [
        ("nationbuilder", "7"),
        ("nationbuilder-external", "E1"),
    ]
    job = Membership.objects.get()
    assert (job.organization.name, job.role, job.label) == ("River Trust", "employee", "Clerk")
    assert sorted(ann.taggings.values_list("tag__group__key", "tag__name")) == [
        ("imported", "Town Hall"),
        ("imported", "donor"),
    ]
    assert (batch.profile, said(report)) == ("csv:nationbuilder", [])


@pytest.mark.parametrize(
    ("header", "row", "tags"),
    [
        (MAILCHIMP, 'a@x.example,Ann,Lee,,,1,2,,"""cohort; A"",""monthly, donor"""', ["cohort; A", "monthly, donor"]),
        (GOOGLE, "Ann,Lee,,,* myContacts ::: cohort; A ::: rural,* Work,a@x.example,,,", ["cohort; A", "rural"]),
        (OUTLOOK, "Ann,Lee,,a@x.example,,,,,cohort; A;rural", ["cohort; A", "rural"]),
        (CIVICRM, '9,Individual,,No,,Ann Lee,,,No,a@x.example,No,News,"donor,rural"', ["News", "donor", "rural"]),
        ("name,email,tags", "Ann,a@x.example,donor; rural", ["donor", "rural"]),
        ("name,email,tags", 'Ann,a@x.example,"donor, rural"', ["donor", "rural"]),
    ],
)
def test_tags_are_parted_as_each_program_joins_them(tmp_path: Path, header: str, row: str, tags: list[str]) -> None:
    bring(table(tmp_path / "people.csv", header, row))

    assert sorted(Tagging.objects.values_list("tag__name", flat=True)) == tags


def test_several_values_and_labels_of_google_are_kept(tmp_path: Path) -> None:
    row = "Ann,Lee,,,,* Work,a@x.example ::: alt.a@x.example,Mobile,+27 21 555 0100,Ys"
    bring(table(tmp_path / "people.csv", GOOGLE, row))

    assert details(Person.objects.get()) == [
        ("address", "Ys", ""),
        ("email", "a@x.example", "work"),
        ("email", "alt.a@x.example", "work"),
        ("voice", "+27 21 555 0100", "mobile"),
    ]


def test_person_is_found_by_address_whatever_its_case(tmp_path: Path) -> None:
    ann = person(name="Ann Lee")
    contact_detail(person=ann, value="Ann.Lee@x.example")

    report, _batch = bring(table(tmp_path / "people.csv", "name,email,phone", "Ann Lee, ANN.LEE@X.EXAMPLE ,1"))

    assert changed(report) == [("created", "ContactDetail")]
    assert details(ann) == [("email", "Ann.Lee@x.example", ""), ("voice", "1", "")]


def test_person_merged_away_is_found_through_the_survivor(tmp_path: Path) -> None:
    kept = person(name="Ann Lee")
    between = person(name="Ann Lee", merged_into=kept)
    contact_detail(person=person(name="Ann Lee", merged_into=between), value="ann@x.example")

    bring(table(tmp_path / "people.csv", "name,email,phone", "Ann Lee,ann@x.example,1"))

    assert Person.objects.count() == 3
    assert details(kept) == [("email", "ann@x.example", ""), ("voice", "1", "")]


def test_id_counts_more_than_an_address(tmp_path: Path) -> None:
    bring(table(tmp_path / "list.csv", "id,name,email", "1,Ann,ann@x.example", "2,Bea,bea@x.example"))

    report, _batch = bring(table(tmp_path / "list.csv", "id,name,email", "1,Ann,bea@x.example"))

    assert changed(report) == [("updated", "ContactDetail")]
    assert Person.objects.count() == 2


def test_ids_of_two_lists_are_different_ids(tmp_path: Path) -> None:
    bring(table(tmp_path / "members.csv", "id,name", "1,Ann"))
    bring(table(tmp_path / "donors.csv", "id,name", "1,Bea"))
    bring(table(tmp_path / "donors-june.csv", "id,name", "1,Bea"), source="donors")

    assert sorted(Person.objects.values_list("name", flat=True)) == ["Ann", "Bea"]


def test_ids_of_two_accounts_with_one_program_are_different_ids(tmp_path: Path) -> None:
    header, first, second = "nationbuilder_id,external_id,full_name", "7,E1,Ann", "7,E1,Bea"

    bring(table(tmp_path / "a.csv", header, first))
    bring(table(tmp_path / "b.csv", header, second), source="Nation North")

    assert sorted(Identifier.objects.values_list("scheme", "identifier", "person__name")) == [
        ("nationbuilder", "7", "Ann"),
        ("nationbuilder-external", "E1", "Ann"),
        ("nationbuilder-nation-north", "7", "Bea"),
        ("nationbuilder-nation-north-external", "E1", "Bea"),
    ]


def test_address_of_several_people_is_a_conflict(tmp_path: Path) -> None:
    for name in ("Ann", "Bea"):
        contact_detail(person=person(name=name), value="office@x.example")

    report, _batch = bring(table(tmp_path / "people.csv", "name,email", "Cleo,office@x.example"))

    assert report["counts"]["Person"]["conflicts"] == 1
    assert Person.objects.count() == 2


def test_rows_with_one_address_are_one_person(tmp_path: Path) -> None:
    report, _batch = bring(
        table(
            tmp_path / "people.csv",
            "name,email,phone,gender",
            "Ann,ann@x.example,1,",
            "Ann,ANN@x.example,2,f",
            "Anna,ann@x.example,1,f",
        )
    )

    ann = Person.objects.get()
    assert (ann.name, ann.gender) == ("Ann", "f")
    assert details(ann) == [("email", "ann@x.example", ""), ("voice", "1", ""), ("voice", "2", "")]
    assert said(report) == [("row 4", "name", "Row 2 says “Ann” of the same person; that was taken.")]


def test_address_of_another_row_stays_with_it(tmp_path: Path) -> None:
    lines = ("id,name,email", "1,Ann,ann@x.example", "2,Bea,bea@x.example", "1,Ann,bea@x.example")

    report, _batch = bring(table(tmp_path / "people.csv", *lines))
    again, _batch = bring(table(tmp_path / "people.csv", *lines))

    assert said(report) == [("row 4", "", "Row 3 has this too, and is somebody else; it stays there.")]
    assert (ContactDetail.objects.count(), changed(again)) == (2, [])


def test_two_rows_that_are_one_person_here_add_to_that_person(tmp_path: Path) -> None:
    ann = person(name="Ann")
    for email in ("ann@x.example", "a.lee@x.example"):
        contact_detail(person=ann, value=email)

    report, _batch = bring(
        table(tmp_path / "people.csv", "name,email,phone", "Ann,ann@x.example,1", "A. Lee,a.lee@x.example,2")
    )

    assert changed(report) == [("created", "ContactDetail"), ("created", "ContactDetail")]
    assert said(report)[-1] == (
        "row 3",
        "",
        "Here this is the person of row 2; only what is new about that person was taken.",
    )
    assert (Person.objects.count(), ann.contactdetails.count()) == (1, 4)


def test_same_name_and_birth_date_is_only_a_hint(tmp_path: Path) -> None:
    person(name="Zoë Lee", birth_date="1975-06-01")
    person(name="Bea Lee", birth_date="1980", visibility=Visibility.TEAM)

    report, _batch = bring(
        table(
            tmp_path / "people.csv",
            "name,email,birthday",
            "zoe lee,z@x.example,1975-06-01",
            "Bea Lee,b@x.example,1980",
            "Zoë Lee,l@x.example,1975-06-02",
        )
    )

    sentence = "Perhaps this is somebody here with the same name and birth date; merge the two if so."
    assert said(report) == [("row 2", "name", sentence)]
    assert Person.objects.count() == 5


def test_row_nobody_could_find_again_is_left_out(tmp_path: Path) -> None:
    report, _batch = bring(table(tmp_path / "people.csv", "name,email", "Ann,", "Bea,nonsense", "Cleo,c@x.example"))

    sentence = "This row has no id and no e-mail address, so nobody could find the person again; add one."
    assert said(report) == [
        ("row 2", "", sentence),
        ("row 3", "email", "“nonsense” is no e-mail address; mend it."),
        ("row 3", "", sentence),
    ]
    assert list(Person.objects.values_list("name", flat=True)) == ["Cleo"]


def test_address_stands_in_for_a_name_until_one_is_known(tmp_path: Path) -> None:
    bring(table(tmp_path / "people.csv", "name,email", ",ann@x.example"))

    bring(table(tmp_path / "people.csv", "name,email", "Ann Lee,ann@x.example"))

    assert Person.objects.get().name == "Ann Lee"


def test_between_two_lists_the_first_word_stands(tmp_path: Path) -> None:
    first = table(tmp_path / "a.csv", OUTLOOK, "Ann,Lee,Dr,ann@x.example,,,River Trust,Clerk,")
    second = table(tmp_path / "b.csv", GOOGLE, "Annie,Lee,River Trust,Head,,,ann@x.example,,,")

    bring(first)
    bring(second)
    reports = [bring(path)[0] for path in (first, second)]

    assert [report["rows"] for report in reports] == [[], []]
    assert Person.objects.get().name == "Ann Lee"


def test_list_may_change_its_own_word(tmp_path: Path) -> None:
    bring(table(tmp_path / "a.csv", OUTLOOK, "Ann,Lee,,ann@x.example,,1,,,"))

    report, _batch = bring(table(tmp_path / "a.csv", OUTLOOK, "Ann,Poe,,ann@x.example,,2,,,"))

    assert changed(report) == [("updated", "Person"), ("updated", "ContactDetail")]
    assert (Person.objects.get().name, details(Person.objects.get())[1][1]) == ("Ann Poe", "2")


@pytest.mark.parametrize(
    ("mode", "gender", "language"), [("skip", "", "en"), ("fill", "f", "en"), ("update", "f", "fr")]
)
def test_mode_decides_over_what_the_list_wrote_before(tmp_path: Path, mode: str, gender: str, language: str) -> None:
    bring(table(tmp_path / "people.csv", "name,email,gender,language", "Ann,ann@x.example,,en"))

    bring(table(tmp_path / "people.csv", "name,email,gender,language", "Ann,ann@x.example,f,fr"), mode=ImportMode(mode))

    ann = Person.objects.get()
    assert (ann.gender, ann.language) == (gender, language)


def test_what_staff_wrote_is_a_conflict_and_stays(tmp_path: Path) -> None:
    path = table(tmp_path / "people.csv", "name,email,birth_date", "Ann,ann@x.example,1975-06")
    bring(path)
    ann = Person.objects.get()
    edit_person(ann, version=ann.version, birth_date="1975-06-21", by=None, at=AT)

    report, _batch = bring(path)

    assert report["counts"]["Person"]["conflicts"] == 1
    assert Person.objects.get().birth_date == "1975-06-21"


def test_category_and_name_of_an_employer_are_for_new_rows_only(tmp_path: Path) -> None:
    path = table(tmp_path / "people.csv", "name,email,company", "Ann,ann@x.example,River Trust")
    bring(path, category="partner")
    ann, trust = Person.objects.get(), Organization.objects.get()
    edit_person(ann, version=ann.version, category=PersonCategory.POLICYMAKER, by=None, at=AT)
    Organization.objects.update(name="The River Trust", classification="ngo")

    report, _batch = bring(path, category="partner")

    assert (report["rows"], ann.category, trust.classification) == ([], "policymaker", "other")


def test_seat_with_its_district_is_a_post(tmp_path: Path) -> None:
    bring(
        table(
            tmp_path / "people.csv",
            "id,name,organization,role,district",
            "1,Ann,Town Council,Councillor,Ward 7",
            "2,Bea,Town Council,Councillor,Ward 7",
        )
    )

    held = Membership.objects.order_by("id").values_list("person__name", "role", "label", "post__label", "post__role")
    assert list(held) == [
        ("Ann", "member", "Councillor", "Councillor, Ward 7", "Councillor"),
        ("Bea", "member", "Councillor", "Councillor, Ward 7", "Councillor"),
    ]


def test_what_has_no_place_is_named(tmp_path: Path) -> None:
    report, _batch = bring(
        table(tmp_path / "people.csv", "name,email,Colour,Empty,job title,notes", "Ann,a@x.example,red,,Clerk,Hi")
    )

    assert report["notes"] == [
        "Not taken, because no field here holds it: Colour.",
        "The notes were left out; the page of columns can keep them as internal notes.",
        "1 job titles were left out: no employer stands beside them.",
    ]


def test_notes_are_kept_once_as_notes_of_whoever_imports(tmp_path: Path, coordinator: User) -> None:
    path = table(tmp_path / "people.csv", "name,email,notes", "Ann,a@x.example,'-2+3+cmd|' /C calc'!A0")

    bring(path, by=coordinator, notes=True)
    report, _batch = bring(path, by=coordinator, notes=True)

    note = InternalNote.objects.get()
    assert (note.text, note.author, note.created_at, changed(report)) == ("-2+3+cmd|' /C calc'!A0", coordinator, AT, [])


def test_undo_takes_everything_back(tmp_path: Path, coordinator: User) -> None:
    ann = person(name="Ann Lee")
    contact_detail(person=ann, value="ann@x.example")
    refresh_search_text([ann.pk], on=AT.date())
    before = dump()
    lines = ("Parley ID,Name,Sort name,E-mail,Tags,Organization,Who sees this person,Notes",)
    rows = (f"{'a' * 22},Bea,Bea,bea@x.example,t,River Trust,team,Hello", ",Ann,Lee,ann@x.example,u,River Trust,,")

    _report, batch = bring(table(tmp_path / "people.csv", *lines, *rows), by=coordinator, notes=True)
    undoing = undo_import(batch, by=None, at=AT)

    assert Person.objects.filter(public_id="a" * 22).count() == 0
    assert (undoing.kept, dump()) == ([], before)


def test_rows_in_the_trash_are_left_there(tmp_path: Path) -> None:
    report, _batch = bring(table(tmp_path / "people.csv", CIVICRM, "9,Individual,,No,,Ann,,,Yes,a@x.example,No,,"))

    assert Person.objects.count() == 0
    assert report["notes"][-1] == "1 rows were left out: they lie in the trash there."


def test_saved_mapping_reads_a_table_nobody_could_guess(tmp_path: Path) -> None:
    save_mapping("choir", columns={"Wer": "name", "Wohin": "email", "Fort": "phone"}, by=None, at=AT)

    _report, batch = bring(table(tmp_path / "c.csv", "Wer,Wohin,Rest", "Ann,a@x.example,x"), profile="csv:choir")

    assert (Person.objects.get().name, batch.profile) == ("Ann", "csv:choir")


def test_columns_of_the_form_outweigh_the_guess(tmp_path: Path) -> None:
    bring(
        table(tmp_path / "c.csv", "name,alias,email", "Ann,Annie,a@x.example"),
        columns={"name": "other_names", "alias": "name", "email": "email"},
    )

    assert Person.objects.get().name == "Annie"


@pytest.mark.parametrize(
    ("profile", "header", "sentence"),
    [
        ("csv", "colour,size", "“people.csv” has no column we know people by; it needs a name, and an e-mail address"),
        ("csv", "name,colour", "“people.csv” has no column we know people by; it needs a name, and an e-mail address"),
        ("csv", "id,colour", "“people.csv” has no column we know people by; it needs a name, and an e-mail address"),
        ("csv:nobody", "name,email", "There is no saved column mapping “nobody”; choose another"),
    ],
)
def test_table_without_people_stops(tmp_path: Path, profile: str, header: str, sentence: str) -> None:
    with pytest.raises(SourceError) as caught:
        bring(table(tmp_path / "people.csv", header, "1,2"), profile=profile)

    assert str(caught.value.sentence).startswith(sentence)
    assert Person.objects.count() == 0
