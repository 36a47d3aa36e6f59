"""A refusal from any list wins for ever; nobody is subscribed without a lawful basis, and never anew."""

from pathlib import Path

import pytest

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.consent.actions import Mailbox, give_consent, suppress, withdraw_consent
from crm.consent.enums import Channel, Purpose, SuppressionReason
from crm.consent.models import ConsentRecord, Suppression
from crm.consent.queries import has_consent, is_suppressed
from crm.consent.rules import Wording
from crm.imports.actions import undo_import
from crm.people.models import Person
from tests.crm.imports.steps import AT
from tests.crm.imports.tables import ACTION_NETWORK, CIVICRM, MAILCHIMP, NATIONBUILDER, bring, said, table

pytestmark = pytest.mark.django_db
ANN = "ann@x.example"
BASIS = {"source": "Choir evening", "date": "2025-03-01", "wording": "Send me news of the choir."}


def refused(email: str = ANN) -> bool:
    return is_suppressed(email, Purpose.UPDATES)


def subscribed(email: str = ANN) -> bool:
    return has_consent(Purpose.UPDATES, email=email)


def nationbuilder(opt_in: str, unsubscribed: str = "", do_not: str = "") -> str:
    return f"7,,Ann,Lee,,,,{ANN},{ANN},lee@x.example,{opt_in},,,,{unsubscribed},{do_not},,"


def civicrm(do_not: str = "", bulk: str = "No", hold: str = "No", trash: str = "No") -> str:
    return f"9,Individual,{do_not},{bulk},,Ann,,,{trash},{ANN},{hold},,"


@pytest.mark.parametrize(
    ("header", "row", "reason"),
    [
        (NATIONBUILDER, nationbuilder("true"), None),
        (NATIONBUILDER, nationbuilder(""), None),
        (NATIONBUILDER, nationbuilder("false"), "unsubscribed"),
        (NATIONBUILDER, nationbuilder("true", "2025-01-02T10:00:00+02:00"), "unsubscribed"),
        (NATIONBUILDER, nationbuilder("true", "", "true"), "unsubscribed"),
        (NATIONBUILDER, nationbuilder("true", "", "false"), None),
        (ACTION_NETWORK, f"u,Ann,,{ANN.upper()},,,,subscribed,", None),
        (ACTION_NETWORK, f"u,Ann,,{ANN.upper()},,,,unsubscribed,", "unsubscribed"),
        (ACTION_NETWORK, f"u,Ann,,{ANN},,,,bouncing,", "bounced"),
        (ACTION_NETWORK, f"u,Ann,,{ANN},,,,spam complaint,", "complained"),
        (CIVICRM, civicrm(), None),
        (CIVICRM, civicrm(do_not="Yes"), "unsubscribed"),
        (CIVICRM, civicrm(bulk="Yes"), "unsubscribed"),
        (CIVICRM, civicrm(hold="On Hold Bounce"), "bounced"),
        (CIVICRM, civicrm(hold="On Hold Opt Out"), "unsubscribed"),
        (CIVICRM, civicrm(bulk="Yes", trash="Yes"), "unsubscribed"),
        ("name,email,do not email", f"Ann,{ANN},x", "unsubscribed"),
        ("name,email,newsletter", f"Ann,{ANN},no", "unsubscribed"),
        ("name,email,newsletter", f"Ann,{ANN},yes", None),
    ],
)
def test_refusal_is_read_from_every_list(tmp_path: Path, header: str, row: str, reason: str | None) -> None:
    bring(table(tmp_path / "people.csv", header, row))

    found = Suppression.objects.values_list("reason", "purpose").distinct().order_by()
    assert list(found) == ([(reason, "all_mail")] if reason else [])
    assert (refused(), subscribed()) == (bool(reason), False)


def test_refusal_covers_every_address_of_the_row(tmp_path: Path) -> None:
    bring(table(tmp_path / "people.csv", NATIONBUILDER, nationbuilder("false")))

    assert (refused(ANN), refused("lee@x.example"), refused("L.ee@x.example")) == (True, True, False)


def test_word_we_do_not_know_counts_as_a_refusal(tmp_path: Path) -> None:
    report, _batch = bring(table(tmp_path / "people.csv", ACTION_NETWORK, f"u,Ann,,{ANN},,,,sleeping,"))

    sentence = "We do not know this state, so the address will not be mailed; check it."
    assert said(report) == [("row 2", "can2_subscription_status", sentence)]
    assert refused()


def test_refusal_without_an_address_is_reported(tmp_path: Path) -> None:
    report, _batch = bring(table(tmp_path / "people.csv", "id,name,email,opt out", "1,Ann,,yes"))

    assert said(report) == [
        ("row 2", "", "This row asks for no mail and names no address we can read; add the address.")
    ]


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("audience.csv", "", None),
        ("audience.csv", "subscribed", None),
        ("audience.csv", "unsubscribed", "unsubscribed"),
        ("audience.csv", "cleaned", "bounced"),
        ("cleaned_audience_7.csv", "", "bounced"),
    ],
)
def test_mailchimp_says_it_by_the_file(tmp_path: Path, name: str, state: str, reason: str | None) -> None:
    bring(table(tmp_path / name, MAILCHIMP, f"{ANN},Ann,Lee,,,1,2,,"), state=state)

    assert list(Suppression.objects.values_list("reason", flat=True)) == ([reason] if reason else [])


def test_refusal_outlives_person_undo_and_a_later_yes(tmp_path: Path, coordinator: User) -> None:
    no = table(tmp_path / "no.csv", ACTION_NETWORK, f"u,Ann,,{ANN},,,,unsubscribed,")
    yes = table(tmp_path / "yes.csv", ACTION_NETWORK, f"u,Ann,,{ANN},,,,subscribed,")

    _report, batch = bring(no, by=coordinator)
    undo_import(batch, by=coordinator, at=AT)
    gone = Person.objects.count()
    bring(yes, by=coordinator, basis=BASIS)
    bring(no, by=coordinator)

    assert (gone, Person.objects.count(), Suppression.objects.count()) == (0, 1, 1)
    assert (refused(), subscribed()) == (True, False)


def test_a_no_in_one_row_outweighs_a_yes_in_another(tmp_path: Path) -> None:
    rows = (f"u,Ann,,{ANN},,,,subscribed,", f"v,Ann,,{ANN},,,,bouncing,")

    bring(table(tmp_path / "people.csv", ACTION_NETWORK, *rows), basis=BASIS)

    assert (refused(), ConsentRecord.objects.count()) == (True, 0)


@pytest.mark.parametrize("basis", [{}, {"source": "Choir evening"}, BASIS | {"wording": ""}])
def test_yes_without_its_basis_subscribes_nobody(tmp_path: Path, basis: dict[str, str]) -> None:
    bring(table(tmp_path / "people.csv", ACTION_NETWORK, f"u,Ann,,{ANN},,,,subscribed,"), basis=basis)

    assert ConsentRecord.objects.count() == 0


def test_yes_with_its_basis_is_written_down_once(tmp_path: Path) -> None:
    path = table(tmp_path / "people.csv", ACTION_NETWORK, f"u,Ann,,{ANN},,,,subscribed,", "v,Bea,,b@x.example,,,,,")

    bring(path, basis=BASIS)
    _report, second = bring(path, basis=BASIS)

    row = ConsentRecord.objects.get()
    assert (row.given, row.channel, row.purpose, row.evidence) == (True, Channel.IMPORT, Purpose.UPDATES, BASIS)
    assert (subscribed(), subscribed("b@x.example")) == (True, False)


def test_undo_takes_consents_back_and_a_new_import_gives_them(tmp_path: Path) -> None:
    path = table(tmp_path / "people.csv", ACTION_NETWORK, f"u,Ann,,{ANN},,,,subscribed,")

    _report, batch = bring(path, basis=BASIS)
    undo_import(batch, by=None, at=AT)
    after_undo = subscribed()
    bring(path, basis=BASIS)

    assert (after_undo, subscribed()) == (False, True)


@pytest.mark.parametrize("how", ["withdrawn", "suppressed"])
def test_nobody_is_subscribed_anew(tmp_path: Path, how: str) -> None:
    words = Wording("news", 1, Purpose.UPDATES, "")
    about = {"mailbox": Mailbox(ANN), "language": "en", "channel": Channel.MAIL_LINK, "at": AT}
    give_consent(words, **about)
    if how == "withdrawn":
        withdraw_consent(words, **about)
    else:
        suppress(purpose=Purpose.UPDATES, reason=SuppressionReason.UNSUBSCRIBED, at=AT, email=ANN)
    before = ConsentRecord.objects.count()

    bring(table(tmp_path / "people.csv", ACTION_NETWORK, f"u,Ann,,{ANN},,,,subscribed,"), basis=BASIS)

    assert ConsentRecord.objects.count() == before


def test_timeline_says_how_many_refused_and_names_nobody(tmp_path: Path) -> None:
    bring(table(tmp_path / "people.csv", ACTION_NETWORK, f"u,Ann,,{ANN},,,,bouncing,"))

    entry = ActivityEntry.objects.get()
    assert (entry.verb, entry.data) == ("import.applied", {"rows": 3, "refused": 1})
