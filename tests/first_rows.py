"""The rows Wagtail's own migrations create, for a database that was built without them."""

from importlib import import_module

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations import SeparateDatabaseAndState
from wagtail.models import Collection, Locale, Page, Site


def create_first_rows() -> None:
    """Locales, root page, root collection, default site, admin permission. The second call changes nothing."""
    ContentType.objects.clear_cache()
    Site.clear_site_root_paths_cache()
    create_search_table()
    locales = {code: Locale.objects.get_or_create(language_code=code)[0] for code in ("en", "es")}
    if not Collection.get_first_root_node():
        Collection.add_root(name="Root")
    if not Page.get_first_root_node():
        root = Page.add_root(
            instance=Page(
                title="Root", slug="root", content_type=ContentType.objects.get_for_model(Page), locale=locales["en"]
            )
        )
        Site.objects.create(hostname="localhost", port=80, root_page=root, is_default_site=True)
    admin_type, _made = ContentType.objects.get_or_create(app_label="wagtailadmin", model="admin")
    Permission.objects.get_or_create(
        content_type=admin_type, codename="access_admin", defaults={"name": "Can access Wagtail admin"}
    )
    translation_type = ContentType.objects.get(app_label="wagtail_localize", model="translation")
    Permission.objects.get_or_create(
        content_type=translation_type, codename="submit_translation", defaults={"name": "Can submit translations"}
    )


def remove_welcome_page() -> None:
    """Wagtail's migrations publish a welcome page; tests start with nothing below the root."""
    root = Page.get_first_root_node()
    Site.objects.exclude(root_page=root).update(root_page=root)
    for page in root.get_children():
        page.delete()
    Site.clear_site_root_paths_cache()


def create_search_table() -> None:
    """SQLite's full-text table and its triggers, run from the migration that owns them."""
    if connection.vendor != "sqlite":
        return
    if has_search_trigger():
        return
    migration = import_module("wagtail.search.migrations.0006_customise_indexentry").Migration
    wrapped = [op for op in migration.operations if isinstance(op, SeparateDatabaseAndState)]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS wagtailsearch_indexentry_fts")
        for operation in wrapped[0].database_operations:
            cursor.execute(operation.sql)


def has_search_trigger() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'insert_wagtailsearch_indexentry_fts'")
        return cursor.fetchone() is not None
