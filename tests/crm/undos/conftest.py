import pytest


@pytest.fixture(autouse=True)
def two_at_a_time(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.changes.actions.TOGETHER", 2)
    monkeypatch.setattr("crm.changes.queries.AT_ONCE", 2)
