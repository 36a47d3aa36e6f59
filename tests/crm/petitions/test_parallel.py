"""Presses that come at the same moment, on a database in a file or on a server."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.db.utils import load_backend

from crm.messaging.models import Message
from crm.petitions.actions import close_petition, confirm_signature, sign_petition
from crm.petitions.errors import PetitionClosedError
from crm.petitions.models import Petition, Signature
from crm.petitions.queries import count_mismatches
from crm.petitions.rules import SIGNATURE_WORDING
from tests.factories.petitions import petition, signature
from tests.factories.places import area

AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
Threads = Callable[[list[Callable[[], Any]]], list[Any]]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def threads(tmp_path: Path, first_rows: None) -> Threads:
    """Runs calls in eight threads, each with a connection of its own to one database."""
    chosen = {**connection.settings_dict}
    backend = load_backend(chosen["ENGINE"])

    def run(calls: list[Callable[[], Any]]) -> list[Any]:
        if connection.vendor == "sqlite" and chosen["NAME"] != str(tmp_path / "parallel.sqlite3"):
            # The suite's database lives in memory, where connections lock whole tables: copy it to a file.
            chosen["NAME"] = str(tmp_path / "parallel.sqlite3")
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [chosen["NAME"]])
        with ThreadPoolExecutor(max_workers=8) as pool:
            return list(pool.map(alone, calls))

    def alone(call: Callable[[], Any]) -> Any:
        connections["default"] = backend.DatabaseWrapper(chosen, alias="default")
        try:
            return call()
        finally:
            connections["default"].close()
            del connections["default"]

    return run


def test_forty_presses_at_once_count_one(threads: Threads) -> None:
    row = signature(state="pending", at=AT)

    pressed = threads([lambda: confirm_signature(row.public_id, at=AT)] * 40)

    assert sorted(pressed) == [False] * 39 + [True]
    assert threads([lambda: (Petition.objects.get().signature_count, count_mismatches())]) == [(1, [])]


def test_confirmations_of_many_at_once_all_count(threads: Threads) -> None:
    owner, place = petition(), area()
    rows = [signature(petition=owner, area=place, state="pending", at=AT) for _number in range(40)]

    pressed = threads([partial(confirm_signature, row.public_id, at=AT) for row in rows])

    assert pressed == [True] * 40
    assert threads([lambda: (Petition.objects.get().signature_count, count_mismatches())]) == [(40, [])]


def test_confirmations_and_closing_at_once_keep_the_count_true(threads: Threads) -> None:
    owner = petition()
    rows = [signature(petition=owner, state="pending", at=AT) for _number in range(24)]

    def press(row: Signature) -> bool:
        try:
            return confirm_signature(row.public_id, at=AT)
        except PetitionClosedError:
            return False

    def close() -> bool:
        close_petition(owner, by=None, at=AT)
        return False

    calls: list[Callable[[], bool]] = [partial(press, row) for row in rows]
    pressed = threads([*calls[:12], close, *calls[12:]])

    counted = threads([lambda: (Petition.objects.get().signature_count, count_mismatches())])
    assert counted == [(sum(pressed), [])]


def test_sixty_submissions_at_once_are_one_row_and_one_mail(threads: Threads) -> None:
    owner = petition()

    def submit(number: int) -> None:
        sign_petition(
            owner, given_name="Ada", family_name="Harbour", email=f"ada+{number}@gmail.com", postcode="02134",
            consents=[SIGNATURE_WORDING], language="en", at=AT,
        )  # fmt: skip

    threads([partial(submit, number) for number in range(60)])

    assert threads([lambda: (Signature.objects.count(), Message.objects.count())]) == [(1, 1)]


def test_one_mailbox_under_many_petitions_at_once_gets_three_mails(threads: Threads) -> None:
    owners = [petition() for _number in range(16)]

    def submit(owner: Petition) -> None:
        sign_petition(
            owner, given_name="Ada", family_name="Harbour", email="ada@people.example", postcode="02134",
            consents=[SIGNATURE_WORDING], language="en", at=AT,
        )  # fmt: skip

    threads([partial(submit, owner) for owner in owners])

    assert threads([lambda: (Signature.objects.count(), Message.objects.count())]) == [(16, 3)]
