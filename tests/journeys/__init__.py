import pytest

# The acts assert too; this must stand before anything imports them.
pytest.register_assert_rewrite(*(f"tests.journeys.{name}" for name in ("walk", "office", "public", "after")))
