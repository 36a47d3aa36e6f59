from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from wagtail.models import Site

from tests.journeys.walk import BEGIN, World, build_world


@pytest.fixture
def world(db: None, client: Client) -> Iterator[World]:
    """Everything as it is on the first day, and the clock standing still on it."""
    Site.clear_site_root_paths_cache()
    with time_machine.travel(BEGIN, tick=False) as clock:
        yield build_world(client, clock)
    Site.clear_site_root_paths_cache()
