from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from wagtail.models import Site

from tests.factories.cms import Website, spanish, website


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Website, Website]]:
    """The site in both languages, built once per module and rolled back after it: pages are slow to make."""
    with django_db_blocker.unblock(), transaction.atomic():
        Site.clear_site_root_paths_cache()
        english = website()
        yield english, spanish(english)
        transaction.set_rollback(True)
    Site.clear_site_root_paths_cache()


@pytest.fixture
def site(built: tuple[Website, Website], db: None) -> Website:
    return fresh(built[0])


@pytest.fixture
def site_es(built: tuple[Website, Website], db: None) -> Website:
    return fresh(built[1])


def fresh(site: Website) -> Website:
    """The rows as they stand: what an earlier test changed on its objects is not ours."""
    return Website(*(type(row).objects.get(pk=row.pk) for row in site))
