import logging

from django.conf import settings
from django.test import RequestFactory

from campaigns_site.logs import WithoutKeys
from campaigns_site.settings import base


def test_log_lines_hold_no_key_of_a_link() -> None:
    request = RequestFactory().get("/feeds/" + "k" * 43 + ".ics")
    record = logging.makeLogRecord({"msg": "%s: %s", "args": ("Internal Server Error", request.path)})

    kept = WithoutKeys().filter(record)

    assert (kept, record.getMessage()) == (True, "Internal Server Error: /feeds/….ics")


def test_mailed_links_are_masked_too() -> None:
    record = logging.makeLogRecord({"msg": f"Not Found: /l/r{'x' * 44}/meeting.ics and 100% more"})

    WithoutKeys().filter(record)

    assert record.getMessage() == "Not Found: /l/r…/meeting.ics and 100% more"


def test_every_handler_of_the_site_masks() -> None:
    assert settings.LOGGING["version"] == 1
    assert [each["filters"] for each in base.LOGGING["handlers"].values()] == [["keys"]]
