"""Sample data for the pattern library: every component, in the states worth reviewing."""

from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

Case = tuple[str, dict[str, Any]]


class Section(NamedTuple):
    """One component with its rendered samples, as (title, HTML)."""

    name: str
    cases: list[tuple[str, SafeString]]


class SampleForm(forms.Form):
    """A form with one of every widget the public site uses."""

    name = forms.CharField(label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label="E-mail address",
        help_text="We send one mail to confirm your signature.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    postcode = forms.CharField(
        label="Postcode", required=False, widget=forms.TextInput(attrs={"autocomplete": "postal-code"})
    )
    news = forms.BooleanField(
        label="Send me news about this campaign", required=False, help_text="You can stop it in every mail."
    )


class WideForm(forms.Form):
    """The widgets a signature does not need."""

    country = forms.ChoiceField(label="Country", choices=[("de", "Germany"), ("us", "United States")])
    comment = forms.CharField(label="Why you sign", required=False, widget=forms.Textarea)
    answer = forms.ChoiceField(
        label="Will you come?",
        help_text="The office sees your answer at once.",
        choices=[("yes", "Yes"), ("maybe", "Perhaps"), ("no", "No")],
        widget=forms.RadioSelect,
    )


LANGUAGES = [
    {"code": "en", "label": "English", "url": "#en", "current": True},
    {"code": "es", "label": "Español", "url": "#es", "current": False},
    {"code": "ar", "label": "العربية", "url": "#ar", "current": False},
]

FILES = [
    {"label": "All languages", "url": "#all", "current": True, "code": ""},
    {"label": "Español", "url": "#es-files", "current": False, "code": "es"},
]


def samples() -> dict[str, list[Case]]:
    """Component name → its cases; a case is what the component's template receives."""
    return {**_frame(), **_words(), **_boxes(), **_figures(), **_lists(), **_tables(), **_forms()}


def sections() -> list[Section]:
    """What the pattern library shows: every sample rendered."""
    return [
        Section(name, [(title, render_to_string(f"components/{name}.html", context)) for title, context in cases])
        for name, cases in samples().items()
    ]


def _frame() -> dict[str, list[Case]]:
    items = [
        {"label": "Campaigns", "url": "#campaigns", "current": True},
        {"label": "Events", "url": "#events", "current": False},
        {"label": "Toolkits", "url": "#toolkits", "current": False},
    ]
    links = [{"label": "Privacy", "url": "#privacy"}, {"label": "Contact", "url": "#contact"}]
    trail = [
        {"label": "Home", "url": "#home"},
        {"label": "Campaigns", "url": "#campaigns"},
        {"label": "Safe crossings for every school", "url": ""},
    ]
    footer = {"organisation_name": "Harbour Alliance", "postal_address": "1 Harbour Row\nFairhaven", "links": links}
    names = {"label": "About (sample)", "languages_label": "Language (sample footer)", "languages": LANGUAGES}
    return {
        "site-header": [
            ("With navigation", {"organisation_name": "Harbour Alliance", "items": items, "label": "Main (sample)"})
        ],
        "hero": [
            (
                "Campaign, without a picture",
                {
                    "kicker": "Petition",
                    "title": "Safe crossings for every school",
                    "lead": "Four in ten pupils cross a main road without a light. One amendment changes that.",
                    "action_url": "#sign",
                    "action_label": "Sign the petition",
                    "second_url": "#why",
                    "second_label": "Read why",
                    "nested": True,
                },
            )
        ],
        "breadcrumbs": [("Three levels", {"items": trail, "label": "Breadcrumb (sample)"})],
        "filter": [("Two languages", {"links": FILES, "label": "Files (sample)"})],
        "language-switch": [("Three languages", {"languages": LANGUAGES, "label": "Language (sample)"})],
        "pagination": [("In the middle", {"page": Paginator(range(90), 20).page(3), "label": "Pages (sample)"})],
        "site-footer": [("With languages", footer | names)],
    }


def _words() -> dict[str, list[Case]]:
    return {
        "button": [
            ("Default", {"label": "Save the outcome"}),
            ("Marker: the one thing to do", {"label": "Sign the petition", "url": "#sign", "variant": "marker"}),
            ("Quiet", {"label": "Read why", "url": "#why", "variant": "quiet"}),
            ("Danger", {"label": "Cancel the meeting", "variant": "danger"}),
        ],
        "tag": [
            ("Default", {"label": "Transport"}),
            ("Link", {"label": "Schools", "url": "#schools"}),
            ("Good", {"label": "Confirmed", "variant": "good"}),
            ("Warn", {"label": "Waiting for an answer", "variant": "warn"}),
            ("Bad", {"label": "Cancelled", "variant": "bad"}),
        ],
        "notice": [
            ("Default", {"title": "The committee meets on Thursday", "text": "Sign before noon to be counted."}),
            ("Good", {"title": "Check your inbox", "text": "We have sent you a link.", "variant": "good"}),
            ("Warn", {"text": "This link has expired. Ask for a new one.", "variant": "warn"}),
            ("Bad", {"text": "We could not read this file. Save it as CSV and try again.", "variant": "bad"}),
        ],
    }


def _boxes() -> dict[str, list[Case]]:
    return {
        "quote": [
            (
                "With its speaker",
                {"text": "I stop the bus and hold the traffic myself.", "name": "Ines Roth", "role": "bus driver"},
            )
        ],
        "counter": [
            ("Under way", {"title": "So far", "count": 4212, "goal": 10000, "url": "#c", "label": "Safe crossings"})
        ],
        "call": [
            ("Call to sign", {"title": "Sign before Thursday", "text": "Then it counts.", "url": "#s", "label": "Sign"})
        ],
        "card": [
            (
                "Campaign",
                {
                    "title": "Safe crossings for every school",
                    "url": "#crossings",
                    "kicker": "Transport",
                    "text": "A light at every crossing within 300 metres of a school gate.",
                    "meta": "4,212 people have signed",
                },
            ),
            ("Urgent", {"title": "Hearing on Thursday", "url": "#h", "tag": "2 days left", "urgent": True}),
        ],
        "download": [
            ("Toolkit file", {"title": "One-page summary", "url": "#pdf", "kind": "PDF", "size": "214 kB"}),
            ("With a note", {"title": "Slides", "url": "#p", "kind": "PPTX", "size": "2 MB", "note": "12 slides"}),
        ],
    }


def _figures() -> dict[str, list[Case]]:
    return {
        "stat": [("With a note", {"value": "4,212", "label": "signatures", "note": "confirmed by e-mail"})],
        "progress": [("Under way", {"count": 4212, "goal": 10000}), ("None yet", {"count": 0, "goal": 500})],
        "fact": [
            ("Fresh", {"label": "Committee", "value": "Transport (chair)", "source": "Congress", "age": "1 day old"}),
            ("Stale", {"label": "Staff", "value": "11", "source": "Office", "age": "2 years old", "stale": True}),
        ],
        "definition-list": [("Two rows", {"items": [("Office", "Room 214"), ("Scheduler", "Maria Ortega")]})],
    }


def _lists() -> dict[str, list[Case]]:
    moments = [
        {
            "title": "Meeting held",
            "text": "She will co-sponsor.",
            "at": date(2031, 3, 4),
            "actor": "Ada",
            "marked": True,
        },
        {"title": "Invitation accepted", "at": date(2031, 2, 20), "url": "#reply"},
        {"title": "Meeting asked for", "when": "February 2031"},
    ]
    meeting = {
        "title": "Rep. Jordan Vale",
        "url": "#meeting",
        "when": "Thursday 6 March 2031, 10:30 to 11:00",
        "when_iso": "2031-03-06T10:30:00-05:00",
        "zone": "Eastern Time (New York)",
        "where": "Capitol annex, room 214",
        "who": ["Ada Quist", "Ben Osei", "Maria Ortega"],
        "status": "Confirmed",
        "status_variant": "good",
    }
    return {
        "timeline": [("Three entries", {"entries": moments}), ("Empty", {"entries": []})],
        "meeting-card": [("Confirmed", meeting)],
    }


def _tables() -> dict[str, list[Case]]:
    columns = [{"label": "Bill"}, {"label": "Stage"}, {"label": "Votes", "number": True}]
    row = [
        {"value": "HB 12", "url": "#hb12"},
        {"value": "Committee", "label": "Stage"},
        {"value": "41", "label": "Votes", "number": True},
    ]
    districts = [{"name": "Fairhaven North", "count": 1840}, {"name": "Harbour Row", "count": 612}]
    return {
        "table": [
            ("Bills", {"caption": "Bills we watch", "columns": columns, "rows": [row, row]}),
            ("Empty", {"caption": "Bills we oppose", "columns": columns, "rows": []}),
        ],
        "district-table": [
            ("Two districts", {"caption": "Signatures by district", "rows": districts, "largest": 1840}),
            ("Empty", {"caption": "Signatures by ward", "rows": []}),
        ],
    }


def _forms() -> dict[str, list[Case]]:
    empty = SampleForm(auto_id="id_empty_%s")
    wide = WideForm(auto_id="id_wide_%s")
    wrong = SampleForm({"email": "ada@"}, auto_id="id_wrong_%s")
    unsure = WideForm({}, auto_id="id_unsure_%s")
    signature = {"title": "Sign the petition", "button_label": "Sign now", "note": "We never sell your data."}
    return {
        "field": [
            ("Text", {"field": empty["name"]}),
            ("Hint", {"field": empty["email"]}),
            ("Optional", {"field": empty["postcode"]}),
            ("Checkbox", {"field": empty["news"]}),
            ("Select", {"field": wide["country"]}),
            ("Long text", {"field": wide["comment"]}),
            ("Choice", {"field": wide["answer"]}),
            ("Error", {"field": wrong["email"]}),
            ("Choice, with an error", {"field": unsure["answer"]}),
        ],
        "error-summary": [("Two errors", {"form": wrong})],
        "signature-form": [
            ("Open", {**signature, "form": SampleForm(auto_id="id_sign_%s"), "count": 4212, "goal": 10000})
        ],
    }
