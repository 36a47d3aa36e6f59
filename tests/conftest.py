"""What every test may use: the site's first rows, people of each role, the shared data if it is there."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.plugin import blocking_manager_key

from crm.access.enums import Role
from crm.access.models import User
from tests.factories.access import user as make_user
from tests.lanes import own_postgres, postgres_silence

HERE = Path(__file__).parent

# Collecting garbage after every 700 objects costs a fifth of the suite's time.
gc.set_threshold(100_000, 50, 50)


def shared_folder() -> Path:
    """Where the shared data and checkers are, if this checkout has them beside it."""
    return Path(os.environ.get("PARLEY_SHARED", Path(settings.BASE_DIR).parent / "shared"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    folder = shared_folder() / "data"
    if not folder.is_dir():
        pytest.skip("The shared data folder is not beside this checkout, so this test on real data did not run.")
    return folder


@pytest.fixture(scope="session")
def shared_tools() -> Path:
    folder = shared_folder() / "tools"
    if not folder.is_dir():
        pytest.skip("The shared checkers are not beside this checkout, so this test did not run.")
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def own_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database other processes see: a file, then one on PostgreSQL when a server answers."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'own.sqlite3'}"
        return
    if silence := postgres_silence():
        pytest.skip(silence)
    with own_postgres() as address:
        yield address


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The same first rows, whether the tables came from the models or from the migrations."""
    from tests.first_rows import create_first_rows, remove_welcome_page

    with django_db_blocker.unblock():
        create_first_rows()
        remove_welcome_page()
    return


# Files whose tests draw whole screens. A third of a second each adds up, so they run beside the slow tests.
SCREENS = {
    "test_blocks.py",
    "test_csrf.py",
    "test_listing.py",
    "test_main_job.py",
    "test_pages.py",
    "test_petition.py",
    "test_query_counts.py",
    "test_refusals.py",
    "test_rules_of_offices.py",
    "test_views.py",
    "test_viewsets.py",
}


# Files whose tests build a whole site, run an import or a series end to end, or go through every zone of the world.
WHOLE = {
    "api/test_errors.py",
    "cms/access/test_actions.py",
    "cms/base/test_actions.py",
    "crm/batches/test_tasks.py",
    "crm/briefings/test_actions.py",
    "crm/briefings/test_queries.py",
    "crm/imports/test_real_tables.py",
    "crm/imports/test_row_limit.py",
    "meetings/invitations/test_vtimezone.py",
    "meetings/patterns/test_actions.py",
    "meetings/slots/test_carry.py",
    "meetings/test_rows.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name in SCREENS or item.path.relative_to(HERE).as_posix() in WHOLE:
            item.add_marker(pytest.mark.screens)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """A transactional test ends by emptying every table: put the first rows back for whoever comes next."""
    from tests.first_rows import create_first_rows

    yield
    marker = item.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        with item.config.stash[blocking_manager_key].unblock():
            create_first_rows()


@pytest.fixture
def sign_in(client: Client) -> Callable[[Role], Client]:
    """A test client signed in as somebody with that role."""

    def as_role(role: Role) -> Client:
        client.force_login(make_user(role=role))
        return client

    return as_role


@pytest.fixture
def coordinator(db: None) -> User:
    return make_user(role=Role.COORDINATOR)


@pytest.fixture
def first_rows(transactional_db: None) -> None:
    """For transactional tests: the flush after each takes Wagtail's first rows away, so make them anew."""
    from tests.first_rows import create_first_rows

    create_first_rows()
