import sys
from typing import Any

import pytest

from crm.access.enums import Role
from tests.canaries.crawl import Crawler
from tests.canaries.plant import plant, unplanted, world

pytestmark = pytest.mark.django_db

# wagtail-localize's own report cannot be drawn on this version of Wagtail; it holds pages, nobody of the registry.
UPSTREAM = {"/admin/localize/reports/translations/"}


def test_every_table_that_names_a_person_or_body_has_a_hidden_row() -> None:
    made = plant(world())

    assert unplanted(made) == set()


@pytest.mark.slow
@pytest.mark.parametrize("role", [*Role, None])
def test_no_answer_holds_a_word_of_a_hidden_row(role: Role | None, capsys: Any) -> None:
    crawler = Crawler(plant(world()), role)

    crawler.walk()
    pages = crawler.asked
    crawler.ask_lists()
    lists = crawler.asked - pages
    told = crawler.knock()

    with capsys.disabled():
        sys.stdout.write(f"\n{role or 'anonymous'}: {pages} pages, {lists} lists, {crawler.asked} answers searched\n")
    broken = [(url, status) for url, status in crawler.broken if url not in UPSTREAM]
    assert (crawler.leaks, broken, told) == ([], [], [])
