import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from crm.petitions.enums import PetitionState
from crm.petitions.errors import SignatureRefusedError
from crm.petitions.models import Petition
from crm.petitions.rules import (
    SIGNATURE_WORDING,
    UPDATES_WORDING,
    can_sign,
    clean_submission,
    is_before_opening,
    name_problem,
    postcode_problem,
)

AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)

GOOD_NAMES = [
    "Zoë O’Neill-Ångström 李",
    unicodedata.normalize("NFD", "Zoë O’Neill-Ångström 李"),
    "J.R.R. Tolkien",
    "'t Hooft",
    "Nguyễn Thị Mười",
    "St. John",
    "Martin L. King Jr.",
    "محمد",
    "Мария-Луиза",
    "राजेश्वरी",
    "ภูมิพล",
    "שָׁלוֹם",
    "x" * 100,
]
HOSTILE_NAMES = {
    "advert with address": "Buy evil.com",
    "address in words": "see www evil",
    "full-width address": "evil．com",
    "mathematical letters": "𝐛𝐮𝐲.𝐜𝐨𝐦",
    "other full stop": "evil。com",
    "mail address": "ann@evil.org",
    "markup": "<script>alert</script>",
    "template": "{{ settings }}",
    "shell": "${jndi:ldap}",
    "sql": "Robert'); DROP TABLE",
    "formula": "=HYPERLINK",
    "full-width formula": "＝cmd",
    "formula with plus": "+Ann",
    "formula with minus": "-Ann",
    "formula with at": "@Ann",
    "bidi override": "Ann\u202eneB",
    "zero width": "An\u200bn",
    "null": "An\x00n",
    "line break": "Ann\nBcc",
    "tab": "Ann\tBob",
    "lone surrogate": "Ann\ud800",
    "private use": "Ann\ue000",
    "line separator": "Ann\u2028Bob",
    "hangul filler": "\u3164",
    "variation selector": "A\ufe0fnn",
    "zalgo": "Z" + "\u0337" * 4 + "oe",
    "phone number": "Call 0800 123456",
    "digits": "007",
    "other digits": "٠٠٧",
    "emoji": "Ann 🎉",
    "too long": "x" * 101,
    "nothing": " ",
    "signs only": "'-.",
}


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_names_of_people_pass(name: str) -> None:
    assert str(name_problem(name)) == ""


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_hostile_names_are_refused_with_a_sentence(name: str) -> None:
    sentence = str(name_problem(name))

    assert sentence.endswith(".")


@pytest.mark.parametrize("postcode", ["02134", "SW1A1AA", "10115", "K1A0B1"])
def test_postcodes_pass(postcode: str) -> None:
    assert str(postcode_problem(postcode)) == ""


@pytest.mark.parametrize("postcode", ["", "1", "ABC", "=1+1", "02134<", "1" * 13, "０２１３４"])
def test_what_is_no_postcode_is_refused(postcode: str) -> None:
    assert str(postcode_problem(postcode)) == "Enter a postcode with its digits, for example 02134."


def test_a_submission_is_kept_in_one_spelling() -> None:
    kept = clean_submission("  Zoë ", "O’Neill  Ångström", " Zoe@Example.ORG ", "02134-1234")

    assert kept == {
        "given_name": "Zoë",
        "family_name": "O’Neill Ångström",
        "email": "Zoe@example.org",
        "postcode": "02134",
    }


def test_a_submission_names_the_field_to_mend() -> None:
    with pytest.raises(SignatureRefusedError) as caught:
        clean_submission("Zoë", "Ångström", "zoe", "02134")

    assert (caught.value.field, str(caught.value.sentence)) == (
        "email",
        "Enter an e-mail address like name@example.org.",
    )


@pytest.mark.parametrize(
    ("state", "opens", "closes", "open_now", "too_early"),
    [
        (PetitionState.OPEN, None, None, True, False),
        (PetitionState.OPEN, AT, AT + timedelta(seconds=1), True, False),
        (PetitionState.OPEN, AT + timedelta(seconds=1), None, False, True),
        (PetitionState.OPEN, None, AT, False, False),
        (PetitionState.DRAFT, None, None, False, True),
        (PetitionState.CLOSED, None, None, False, False),
    ],
)
def test_a_petition_takes_signatures_between_its_first_and_last_moment(
    state: PetitionState, opens: datetime | None, closes: datetime | None, open_now: bool, too_early: bool
) -> None:
    petition = Petition(state=state, opens_at=opens, closes_at=closes)

    assert (can_sign(petition, AT), is_before_opening(petition, AT)) == (open_now, too_early)


def test_words_agreed_to_change_only_with_their_version() -> None:
    words = {(each.id, each.version): str(each.text) for each in (SIGNATURE_WORDING, UPDATES_WORDING)}

    assert words == {
        ("petition.signature", 1): (
            "Count my signature under this petition. I know that this shows a political opinion."
        ),
        ("petition.updates", 1): "Send me updates about this campaign by e-mail.",
    }
