"""Who sends a form without the cookie gets a sentence and keeps what was typed."""

import re

import pytest
from django.test import Client

from crm.petitions.models import Signature
from tests.factories.cms import website

pytestmark = pytest.mark.django_db
TYPED = {
    "given_name": 'Ada "A" <b>',
    "family_name": "Quist",
    "email": "ada@people.example",
    "postcode": "00001",
    "signature_consent": "on",
}


def test_form_without_its_cookie_is_kept_and_can_be_sent_again() -> None:
    page = website().petition_page
    visitor = Client(enforce_csrf_checks=True)

    refused = visitor.post(page.url, TYPED | {"given_name": "Ada"})
    shown = refused.content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', shown))
    again = visitor.post(page.url, fields)

    assert (refused.status_code, refused["Cache-Control"]) == (403, "private, no-store")
    assert ["Allow cookies for this site" in shown, f'action="{page.url}"' in shown] == [True, True]
    assert (again.status_code, Signature.objects.get().given_name) == (303, "Ada")


def test_what_was_typed_stays_text() -> None:
    shown = Client(enforce_csrf_checks=True).post(website().petition_page.url, TYPED).content.decode()

    assert ["Ada &quot;A&quot; &lt;b&gt;" in shown, "<b>" in shown] == [True, False]


def test_staff_forms_are_never_sent_on(sign_in) -> None:
    visitor = Client(enforce_csrf_checks=True)

    refused = visitor.post("/admin/login/", {"username": "ada", "password": "secret words"})

    assert (refused.status_code, "secret words" in refused.content.decode()) == (403, False)
    assert "go back to the form" in refused.content.decode()
