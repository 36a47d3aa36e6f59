"""The API document is a promise: a change shows up as a diff of `openapi.json`.

Write it anew with `python manage.py export_openapi_schema --api wagtail.api.v3.urls.api --indent 1 --sorted
--output tests/api/openapi.json`.
"""

import json
from pathlib import Path

from wagtail.api.v3.urls import api

SNAPSHOT = Path(__file__).with_name("openapi.json")


def test_the_document_is_the_one_we_promised() -> None:
    document = json.loads(json.dumps(api.get_openapi_schema(), default=str))

    assert document == json.loads(SNAPSHOT.read_text())


def test_our_routers_and_wagtails_share_one_document() -> None:
    paths = set(json.loads(SNAPSHOT.read_text())["paths"])

    assert {"/api/v3/pages/", "/api/v3/locales/", "/api/v3/crm/people/", "/api/v3/meetings/"} <= paths
