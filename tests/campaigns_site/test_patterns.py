from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory

from campaigns_site import patterns, views
from crm.messaging.mime import inline_css

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"
STYLES = Path(settings.BASE_DIR) / "static" / "css"
# Reviewed on the page of a briefing, which is the only place that shows them.
BRIEFING = {"briefing", "briefing_section"}
# Drawn in the colours of Wagtail's admin; reviewed on the staff screens they belong to.
STAFF = {
    *("admin-timeline", "bulk-bar", "changed-values", "inline-fields", "interval", "members", "membership"),
    "outcomes",
}
ELSEWHERE = BRIEFING | STAFF
MAIL = {
    "organisation_name": "Harbour Alliance",
    "postal_address": "1 Harbour Row\nFairhaven",
    "reason": "You signed a petition of ours.",
    "unsubscribe_url": "https://parley.example/l/stop/",
    "preferences_url": "https://parley.example/l/choose/",
    "preheader": "One click and you count.",
    "body_html": '<p><a class="button" href="https://parley.example/l/yes/">Confirm</a></p>',
    "body_text": "Confirm & count: https://parley.example/l/yes/",
    "language": "en",
    "direction": "ltr",
}


def test_patterns_cover_every_component() -> None:
    drawn = {path.stem for path in COMPONENTS.glob("*.html")} - ELSEWHERE

    assert set(patterns.samples()) == drawn


def test_components_name_their_inputs_first() -> None:
    openings = [path.read_text().splitlines()[0] for path in COMPONENTS.glob("*.html") if path.stem not in ELSEWHERE]

    assert [line for line in openings if not line.startswith("{# inputs: ")] == []


def test_page_shows_every_component() -> None:
    response = views.patterns(RequestFactory().get("/dev/patterns/"))

    page = response.content.decode()
    assert response.status_code == 200
    assert [name for name in patterns.samples() if f'<section class="pattern" id="{name}"' not in page] == []
    assert "style=" not in page
    assert "<script" not in page


def test_field_error_has_the_id_the_widget_points_at() -> None:
    form = patterns.SampleForm({"email": "ada@"})

    html = render_to_string("components/field.html", {"field": form["email"]})

    assert 'aria-describedby="id_email_helptext id_email_error"' in html
    assert 'id="id_email_helptext"' in html
    assert 'id="id_email_error"' in html


def test_error_summary_links_to_each_field() -> None:
    form = patterns.SampleForm({"email": "ada@"})

    html = render_to_string("components/error-summary.html", {"form": form})

    assert html.count("<li>") == 2
    assert '<a href="#id_name">' in html
    assert '<a href="#id_email">' in html


def test_error_summary_is_silent_before_the_form_is_sent() -> None:
    html = render_to_string("components/error-summary.html", {"form": patterns.SampleForm()})

    assert html.strip() == ""


def test_signature_form_hands_the_token_on() -> None:
    context = {"form": patterns.SampleForm(), "title": "Sign", "button_label": "Sign now", "csrf_token": "a-token"}

    html = render_to_string("components/signature-form.html", context)

    assert '<input type="hidden" name="csrfmiddlewaretoken" value="a-token">' in html


def test_signature_form_says_why_it_is_closed() -> None:
    html = render_to_string("components/signature-form.html", {"title": "Sign", "closed": "It ended. Read the answer."})

    assert "It ended. Read the answer." in html
    assert "<form" not in html


def test_every_style_is_imported() -> None:
    imported = (STYLES / "site.css").read_text()

    names = [path.name for path in (STYLES / "components").glob("*.css")]
    assert [name for name in names if f"components/{name}" not in imported] == []


def test_mail_says_who_sends_it_and_how_to_stop_it_in_both_parts() -> None:
    html = inline_css(render_to_string("email/base.html", MAIL))
    text = render_to_string("email/base.txt", MAIL)

    owed = ["Harbour Alliance", "1 Harbour Row", MAIL["reason"], MAIL["unsubscribe_url"], MAIL["preferences_url"]]
    assert [words for words in owed if words not in html] == []
    assert [words for words in owed if words not in text] == []
    assert "Confirm & count" in text
    assert "@media (prefers-color-scheme: dark)" in html
    assert len(html.encode()) < 20_000


@pytest.mark.parametrize("name", ["email/base.html", "email/base.txt"])
def test_mail_without_a_list_offers_no_way_out_of_one(name: str) -> None:
    alone = MAIL | {"unsubscribe_url": "", "preferences_url": ""}

    assert "Unsubscribe" not in render_to_string(name, alone)
