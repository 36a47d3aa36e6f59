import pytest

from crm.duplicates.enums import Reason
from crm.duplicates.rules import LIKELY, POSSIBLE, Traits, blocks_of, likeness, name_likeness, plain_phone


def test_the_same_address_and_name_are_likely_one() -> None:
    like = likeness(Traits("Ada Quist", {"ada@quist.example"}), Traits("Quist, Ada", {"ada@quist.example"}))

    assert (like.score >= LIKELY, like.reasons) == (True, [Reason.EMAIL, Reason.NAME])


def test_a_shared_mailbox_alone_is_possible() -> None:
    like = likeness(Traits("Ada Quist", {"office@quist.example"}), Traits("Bo Lund", {"office@quist.example"}))

    assert (POSSIBLE <= like.score < LIKELY, like.reasons) == (True, [Reason.EMAIL])


def test_another_date_of_birth_speaks_against() -> None:
    like = likeness(Traits("Ada Quist", birth_date="1975"), Traits("Ada Quist", birth_date="1980-01-02"))

    assert (like.score, like.reasons) == (5, [Reason.NAME, Reason.OTHER_BIRTH_DATE])


def test_a_partial_date_of_birth_does_not_speak_against() -> None:
    like = likeness(Traits("Ada Quist", birth_date="1975"), Traits("Ada Quist", birth_date="1975-01-02"))

    assert (like.score, like.reasons) == (45, [Reason.NAME])


@pytest.mark.parametrize(
    ("one", "other"), [("Zoë Müller", "Zoe Muller"), ("Ada Quist", "Quist Ada"), ("Robin Holder", "Robin Hollder")]
)
def test_names_are_alike_whatever_accents_order_and_slips(one: str, other: str) -> None:
    assert name_likeness(one, other) > 90


def test_names_that_mean_one_person_share_a_block() -> None:
    assert blocks_of("Ada Quist") == blocks_of("QUIST, Ada") == {"ada qui"}
    assert blocks_of("Li") == set()
    assert blocks_of("Ada Maria Quist") & blocks_of("Ada Quist") == {"ada qui"}


@pytest.mark.parametrize(
    ("number", "plain"), [("+27 21 555 0100", "215550100"), ("021 555 0100", "215550100"), ("12", ""), ("", "")]
)
def test_phones_are_compared_without_country_codes(number: str, plain: str) -> None:
    assert plain_phone(number) == plain
