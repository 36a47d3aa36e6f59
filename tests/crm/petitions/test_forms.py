from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from crm.consent.enums import Purpose
from crm.petitions.forms import SignatureForm
from crm.petitions.models import Petition

AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
PETITION = Petition(public_id="p" * 22)
TYPED = {
    "given_name": " Zoë ",
    "family_name": "O’Neill",
    "email": "Zoe@Example.org",
    "postcode": "02134-0001",
    "signature_consent": "on",
    "website": "",
}


def posted(seconds: float = 5, **fields: Any) -> SignatureForm:
    with time_machine.travel(AT, tick=False):
        stamp = SignatureForm(PETITION)["shown_at"].value()
    with time_machine.travel(AT + timedelta(seconds=seconds), tick=False):
        form = SignatureForm(PETITION, TYPED | {"shown_at": stamp} | fields)
        form.is_valid()
        form.suspect = form.submission()["is_suspect"] if form.is_valid() else None  # type: ignore[attr-defined]
        return form


def test_a_filled_form_becomes_a_submission() -> None:
    form = posted()

    assert form.errors == {}
    assert {name: value for name, value in form.submission().items() if name not in {"consents", "is_suspect"}} == {
        "given_name": "Zoë",
        "family_name": "O’Neill",
        "email": "Zoe@example.org",
        "postcode": "02134",
    }
    assert [wording.purpose for wording in form.submission()["consents"]] == [Purpose.SIGNATURE]
    assert form.suspect is False  # type: ignore[attr-defined]


def test_updates_are_a_separate_tick() -> None:
    form = posted(updates_consent="on")

    assert [wording.purpose for wording in form.submission()["consents"]] == [Purpose.SIGNATURE, Purpose.UPDATES]


def test_nothing_is_ticked_beforehand() -> None:
    form = SignatureForm(PETITION)

    assert "checked" not in form.as_p()
    assert form["signature_consent"].field.required is True


def test_an_empty_form_says_what_to_do_for_each_field() -> None:
    form = SignatureForm(PETITION, {})

    assert form.errors == {
        "given_name": ["Enter your first name."],
        "family_name": ["Enter your last name."],
        "email": ["Enter your e-mail address."],
        "postcode": ["Enter your postcode, for example 02134."],
        "signature_consent": ["Tick the box that lets us count your signature."],
    }


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("given_name", "x" * 101, "This is too long. Use at most 100 characters."),
        ("given_name", "=cmd", "A name begins with a letter. Take away the sign in front of it."),
        ("family_name", "evil.com", "A name cannot hold a web address. Put a space after each full stop."),
        ("email", "zoe", "Enter an e-mail address like name@example.org."),
        ("postcode", "none", "Enter a postcode with its digits, for example 02134."),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(field: str, value: str, sentence: str) -> None:
    assert posted(**{field: value}).errors == {field: [sentence]}


@pytest.mark.parametrize(
    ("seconds", "fields"),
    [(1, {}), (60, {"website": "https://evil.example"}), (60, {"shown_at": ""}), (60, {"shown_at": "forged:1:x"})],
    ids=["too fast", "trap", "no stamp", "forged stamp"],
)
def test_what_looks_like_a_program_is_marked_and_never_refused(seconds: float, fields: dict[str, str]) -> None:
    form = posted(seconds, **fields)

    assert (form.errors, form.suspect) == ({}, True)  # type: ignore[attr-defined]


def test_a_stamp_of_another_petition_is_marked() -> None:
    stamp = SignatureForm(Petition(public_id="q" * 22))["shown_at"].value()

    assert posted(60, shown_at=stamp).suspect is True  # type: ignore[attr-defined]


def test_a_page_cached_for_a_day_is_not_marked() -> None:
    assert posted(24 * 3600).suspect is False  # type: ignore[attr-defined]


def test_browsers_know_what_each_field_is() -> None:
    form = SignatureForm(PETITION)
    tokens = {name: form.fields[name].widget.attrs.get("autocomplete") for name in form.fields}

    assert tokens == {
        "given_name": "given-name",
        "family_name": "family-name",
        "email": "email",
        "postcode": "postal-code",
        "signature_consent": None,
        "updates_consent": None,
        "website": None,
        "shown_at": None,
    }
