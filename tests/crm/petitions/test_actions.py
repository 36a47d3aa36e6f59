from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.consent.actions import suppress
from crm.consent.enums import Purpose, SuppressionReason
from crm.consent.models import ConsentRecord
from crm.consent.queries import has_consent, is_suppressed
from crm.messaging.enums import MessageStatus
from crm.messaging.models import Message
from crm.petitions.actions import (
    close_petition,
    confirm_signature,
    create_petition,
    disown_signature,
    open_petition,
    sign_petition,
    withdraw_signature,
)
from crm.petitions.enums import SignatureState
from crm.petitions.errors import (
    ConfirmationExpiredError,
    PetitionClosedError,
    PetitionNotOpenYetError,
    PetitionStateError,
    SignatureRefusedError,
)
from crm.petitions.models import Petition, PetitionAreaCount, Signature
from crm.petitions.queries import count_mismatches
from crm.petitions.rules import SIGNATURE_WORDING, UPDATES_WORDING
from tests.factories.campaigns import campaign
from tests.factories.petitions import petition, signature
from tests.factories.places import area, postcode_area

AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)

pytestmark = pytest.mark.django_db


def sign(owner: Petition, email: str = "ada@people.example", *, at: datetime = AT, **fields: Any) -> None:
    values: dict[str, Any] = {
        "given_name": "Ada",
        "family_name": "Harbour",
        "postcode": "02134",
        "consents": [SIGNATURE_WORDING],
        "language": "en",
    } | fields
    assert sign_petition(owner, email=email, at=at, **values) is None  # type: ignore[func-returns-value]


def signed(owner: Petition, email: str = "ada@people.example", **fields: Any) -> Signature:
    sign(owner, email, **fields)
    return Signature.objects.get()


def verbs(row: Any) -> list[str]:
    return [entry.verb for entry in timeline_of(row)]


def test_a_petition_is_drafted_opened_and_closed(coordinator: User) -> None:
    owner = campaign()
    row = create_petition(
        title="Clean  harbour", slug="clean", campaign=owner, addressed_to="the council", by=coordinator, at=AT
    )
    open_petition(row, by=coordinator, at=LATER)
    close_petition(row, by=coordinator, at=LATER + timedelta(days=9))

    assert (row.title, row.state, row.opens_at, row.closes_at) == (
        "Clean harbour",
        "closed",
        LATER,
        LATER + timedelta(days=9),
    )
    assert verbs(row) == ["petition.closed", "petition.opened", "petition.created"]
    assert verbs(owner) == ["petition.closed", "petition.opened", "petition.created"]


def test_creating_a_petition_twice_is_refused(coordinator: User) -> None:
    values = {"title": "A", "slug": "a", "campaign": campaign(), "addressed_to": "b", "by": coordinator, "at": AT}
    create_petition(**values)

    with pytest.raises(IntegrityError), transaction.atomic():
        create_petition(**values)

    assert Petition.objects.count() == 1


def test_opening_and_closing_twice_changes_nothing(coordinator: User) -> None:
    row = petition(state="draft", opens_at=None)
    for _time in range(2):
        open_petition(row, by=coordinator, at=AT)
    for hours in (1, 2):
        close_petition(row, by=coordinator, at=AT + timedelta(hours=hours))

    assert (row.opens_at, row.closes_at, row.version) == (AT, AT + timedelta(hours=1), 3)
    assert verbs(row) == ["petition.closed", "petition.opened"]


def test_a_petition_never_goes_back(coordinator: User) -> None:
    draft, closed = petition(state="draft"), petition(state="closed")

    with pytest.raises(PetitionStateError):
        close_petition(draft, by=coordinator, at=AT)
    with pytest.raises(PetitionStateError):
        open_petition(closed, by=coordinator, at=AT)


def test_signing_keeps_one_row_one_consent_one_mail_one_entry() -> None:
    owner = petition()
    where = postcode_area(postcode="02134").area

    row = signed(owner, evidence={"form": "abc"})

    assert (row.state, row.email, row.given_name, row.postcode, row.area) == (
        "pending",
        "ada@people.example",
        "Ada",
        "02134",
        where,
    )
    assert [(each.purpose, each.channel, each.evidence, each.subject) for each in ConsentRecord.objects.all()] == [
        ("signature", "form", {"form": "abc"}, row.public_id)
    ]
    assert [(mail.to_email, mail.status, mail.stream) for mail in Message.objects.all()] == [
        ("ada@people.example", "queued", "confirmation")
    ]
    assert verbs(row) == ["signature.submitted"]
    assert verbs(owner) == []
    owner.refresh_from_db()
    assert owner.signature_count == 0


def test_signing_twice_changes_nothing() -> None:
    owner = petition()

    for name in ("Ada", "Mickey"):
        sign(owner, given_name=name)

    assert [row.given_name for row in Signature.objects.all()] == ["Ada"]
    assert (ConsentRecord.objects.count(), Message.objects.count(), ActivityEntry.objects.count()) == (1, 1, 1)


def test_eight_spellings_are_one_signature_and_three_people_are_three() -> None:
    owner = petition()
    spellings = [
        "zoe.lee@gmail.com",
        "zoelee@gmail.com",
        "ZoeLee@Gmail.com",
        "z.o.e.l.e.e@googlemail.com",
        "zoelee+petition@gmail.com",
        " zoelee@gmail.com ",
        "ＺＯＥＬＥＥ@gmail.com",
        "zoe.lee+x@GOOGLEMAIL.com",
    ]

    for number, spelling in enumerate(spellings):
        sign(owner, spelling, at=AT + timedelta(minutes=number))
    for other in ("zoe.lee@people.example", "zoelee@people.example"):
        sign(owner, other)

    assert Signature.objects.count() == 3


def test_the_mail_carries_nothing_the_signer_typed() -> None:
    sign(petition(title="Clean harbour"), given_name="Canary", family_name="Goldfinch", postcode="98765")
    mail = Message.objects.get()
    row = Signature.objects.get()
    whole = f"{mail.subject} {mail.text} {mail.html} {mail.to_name} {mail.headers}"

    assert [word for word in ("Canary", "Goldfinch", "98765", row.email, str(row.pk) + "/") if word in whole] == []
    assert "Clean harbour" in mail.text
    assert mail.text.count("http://localhost:8000/l/") == 2


def test_the_mail_speaks_the_language_of_the_form() -> None:
    sign(petition(), language="es")

    assert Message.objects.get().subject == "Confirme su firma, por favor"


def test_signatures_of_one_mailbox_cannot_be_joined() -> None:
    for _time in range(2):
        sign(petition(), consents=[SIGNATURE_WORDING])

    hashes = set(Signature.objects.values_list("mailbox_hash", flat=True))
    consents = set(ConsentRecord.objects.values_list("mailbox_hash", flat=True))
    assert (len(hashes), consents) == (2, hashes)


def test_new_waiting_confirmed_and_blocked_mailboxes_get_the_same_answer() -> None:
    owner = petition()
    signature(petition=owner, email="confirmed@people.example")
    sign(owner, "waiting@people.example")
    suppress(email="blocked@people.example", purpose=Purpose.SIGNATURE, reason=SuppressionReason.NOT_ME, at=AT)
    mails = Message.objects.count()

    answers = [
        sign_petition(  # type: ignore[func-returns-value]
            owner,
            given_name="Ada",
            family_name="Harbour",
            email=f"{kind}@people.example",
            postcode="02134",
            consents=[SIGNATURE_WORDING],
            language="en",
            at=AT + timedelta(minutes=1),
        )
        for kind in ("new", "waiting", "confirmed", "blocked")
    ]

    assert answers == [None] * 4
    assert Message.objects.count() - mails == 1
    assert Signature.objects.filter(email="blocked@people.example").count() == 0


def test_a_second_mail_waits_ten_minutes() -> None:
    owner = petition()

    for minutes in (0, 9, 10, 19, 20):
        sign(owner, at=AT + timedelta(minutes=minutes))

    assert [mail.planned_at for mail in Message.objects.all()] == [AT + timedelta(minutes=m) for m in (0, 10, 20)]


@pytest.mark.slow
def test_a_mailbox_gets_three_mails_a_day_over_all_petitions() -> None:
    owners = [petition() for _number in range(10)]
    spellings = ["a.da@gmail.com", "ada+{n}@gmail.com", "ADA@googlemail.com"]

    for number in range(120):
        email = spellings[number % 3].format(n=number)
        sign(owners[number % 10], email, at=AT + timedelta(minutes=number * 11))

    assert Message.objects.filter(planned_at__lt=AT + timedelta(hours=24)).count() == 3


def test_the_allowance_comes_back_after_a_day() -> None:
    for number in range(4):
        sign(petition(), at=AT + timedelta(minutes=number))
    sign(petition(), at=AT + timedelta(hours=24))

    assert Message.objects.count() == 4


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"state": "closed"}, PetitionClosedError),
        ({"closes_at": AT}, PetitionClosedError),
        ({"state": "draft"}, PetitionNotOpenYetError),
        ({"opens_at": LATER}, PetitionNotOpenYetError),
    ],
)
def test_a_petition_that_is_not_open_takes_nothing(fields: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        sign(petition(**fields))

    assert (Signature.objects.count(), Message.objects.count(), ActivityEntry.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"given_name": "=cmd"}, "given_name"),
        ({"family_name": "evil.com"}, "family_name"),
        ({"postcode": "?"}, "postcode"),
        ({"consents": [UPDATES_WORDING]}, "signature_consent"),
    ],
)
def test_what_the_form_refuses_the_action_refuses_too(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(SignatureRefusedError) as caught:
        sign(petition(), **fields)

    assert (caught.value.field, Signature.objects.count()) == (field, 0)


def test_confirming_counts_once_in_area_and_petition() -> None:
    owner, place = petition(), postcode_area(postcode="02134").area
    row = signed(owner)

    presses = [confirm_signature(row.public_id, at=LATER) for _time in range(3)]

    row.refresh_from_db()
    owner.refresh_from_db()
    assert presses == [True, False, False]
    assert (row.state, row.validated_at, owner.signature_count) == ("validated", LATER, 1)
    assert list(PetitionAreaCount.objects.values_list("area", "signature_count")) == [(place.pk, 1)]
    assert verbs(owner) == ["petition.signed"]
    assert verbs(row) == ["petition.signed", "signature.submitted"]


def test_an_unknown_postcode_counts_as_unknown_district() -> None:
    owner = petition()
    for number in range(2):
        sign(owner, f"ada{number}@people.example")
    for row in Signature.objects.all():
        confirm_signature(row.public_id, at=LATER)

    assert list(PetitionAreaCount.objects.values_list("area", "signature_count")) == [(None, 2)]
    assert count_mismatches() == []


def test_consents_count_from_the_confirmation_on() -> None:
    row = signed(petition(), consents=[SIGNATURE_WORDING, UPDATES_WORDING])
    before = has_consent(Purpose.UPDATES, email="ada@people.example")

    confirm_signature(row.public_id, at=LATER)

    assert (before, has_consent(Purpose.UPDATES, email="ada@people.example")) == (False, True)
    assert has_consent(Purpose.SIGNATURE, mailbox_hash=row.mailbox_hash) is True
    assert ConsentRecord.objects.count() == 4


@pytest.mark.parametrize(
    ("closing", "pressed_at", "error"),
    [
        ({"state": "closed"}, LATER, PetitionClosedError),
        ({"closes_at": LATER}, LATER, PetitionClosedError),
        ({}, AT + timedelta(days=7), ConfirmationExpiredError),
    ],
)
def test_a_late_confirmation_never_counts(
    closing: dict[str, Any], pressed_at: datetime, error: type[Exception]
) -> None:
    owner = petition()
    row = signed(owner)
    Petition.objects.filter(pk=owner.pk).update(updated_at=AT, **closing)

    with pytest.raises(error):
        confirm_signature(row.public_id, at=pressed_at)

    row.refresh_from_db()
    owner.refresh_from_db()
    assert (row.state, owner.signature_count, verbs(owner)) == ("pending", 0, [])


def test_confirming_what_does_not_exist_answers_no() -> None:
    assert confirm_signature("x" * 22, at=AT) is False


def test_signing_again_after_the_link_grew_old_sends_a_new_one() -> None:
    owner = petition()
    row = signed(owner, given_name="Stranger")

    sign(owner, at=AT + timedelta(days=8), given_name="Ada")
    confirmed = confirm_signature(row.public_id, at=AT + timedelta(days=9))

    row.refresh_from_db()
    assert (confirmed, row.given_name, Message.objects.count()) == (True, "Ada", 2)
    assert verbs(row) == ["petition.signed", "signature.submitted", "signature.submitted"]


def test_disowning_forgets_and_blocks_the_mailbox() -> None:
    row = signed(petition())

    pressed = [disown_signature(row.public_id, at=LATER) for _time in range(2)]

    row.refresh_from_db()
    assert pressed == [True, False]
    assert (row.state, row.email, row.given_name, row.family_name, row.postcode) == ("disowned", "", "", "", "")
    assert is_suppressed("ada@people.example", Purpose.SIGNATURE) is True
    assert [mail.status for mail in Message.objects.all()] == [MessageStatus.CANCELLED]
    assert verbs(row) == ["signature.disowned", "signature.submitted"]


def test_a_disowned_mailbox_gets_no_more_mail_and_cannot_be_confirmed() -> None:
    owner = petition()
    row = signed(owner)
    disown_signature(row.public_id, at=LATER)

    sign(owner, at=AT + timedelta(days=1))
    sign(petition(), at=AT + timedelta(days=1))

    assert (Message.objects.count(), Signature.objects.count()) == (1, 1)
    assert confirm_signature(row.public_id, at=LATER) is False


def test_disowning_a_confirmed_signature_takes_it_out_of_the_count() -> None:
    owner = petition()
    row = signed(owner, consents=[SIGNATURE_WORDING, UPDATES_WORDING])
    confirm_signature(row.public_id, at=LATER)

    disown_signature(row.public_id, at=LATER)

    owner.refresh_from_db()
    assert (owner.signature_count, count_mismatches()) == (0, [])
    assert has_consent(Purpose.UPDATES, email="ada@people.example") is False


def test_withdrawing_takes_one_out_and_forgets() -> None:
    owner, place = petition(), area()
    kept = signature(petition=owner, area=place)
    row = signature(petition=owner, area=place)

    pressed = [withdraw_signature(row.public_id, at=LATER) for _time in range(2)]

    row.refresh_from_db()
    owner.refresh_from_db()
    assert pressed == [True, False]
    assert (row.state, row.email, row.given_name, owner.signature_count) == ("withdrawn", "", "", 1)
    assert list(PetitionAreaCount.objects.values_list("area", "signature_count")) == [(place.pk, 1)]
    assert verbs(owner) == ["signature.withdrawn"]
    assert Signature.objects.validated().get() == kept


def test_withdrawing_keeps_the_consent_to_updates() -> None:
    row = signed(petition(), consents=[SIGNATURE_WORDING, UPDATES_WORDING])
    confirm_signature(row.public_id, at=LATER)

    withdraw_signature(row.public_id, at=LATER)

    assert has_consent(Purpose.SIGNATURE, mailbox_hash=row.mailbox_hash) is False
    assert has_consent(Purpose.UPDATES, email="ada@people.example") is True


def test_whoever_withdrew_can_sign_again() -> None:
    owner = petition()
    row = signed(owner)
    confirm_signature(row.public_id, at=LATER)
    withdraw_signature(row.public_id, at=LATER)

    sign(owner, at=AT + timedelta(days=1), given_name="Augusta")
    again = confirm_signature(row.public_id, at=AT + timedelta(days=1))

    row.refresh_from_db()
    owner.refresh_from_db()
    assert (again, row.state, row.given_name, owner.signature_count) == (True, SignatureState.VALIDATED, "Augusta", 1)
    assert count_mismatches() == []


def writes(owner: Petition, email: str) -> list[str]:
    """The first words of every statement one submission runs."""
    with CaptureQueriesContext(connection) as queries:
        sign(owner, email, at=LATER)
    return [" ".join(query["sql"].split()[:3]) for query in queries if query["sql"].startswith("INSERT")]


def test_signing_writes_as_much_for_everybody() -> None:
    owner = petition()
    for email in ("waits@people.example", "counts@people.example", "not-me@people.example"):
        sign(owner, email)
    rows = {row.email.partition("@")[0]: row.public_id for row in Signature.objects.all()}
    confirm_signature(rows["counts"], at=AT)
    disown_signature(rows["not-me"], at=AT)
    before = (Signature.objects.count(), ConsentRecord.objects.count(), Message.objects.count())

    new = writes(owner, "new@people.example")
    others = [writes(owner, f"{name}@people.example") for name in ("counts", "not-me")]

    assert others == [new, new]
    after = (Signature.objects.count(), ConsentRecord.objects.count(), Message.objects.count())
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 1]
