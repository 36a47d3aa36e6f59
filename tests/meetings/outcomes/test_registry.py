"""The words that come with Parley for meetings: both languages, no faults, nothing left unfilled."""

from datetime import timedelta

import pytest

from crm.messaging.models import Enrolment
from crm.messaging.queries import common_values, fields_of, template_for
from crm.messaging.registry import default_templates
from crm.messaging.rules import check_template, render_mail
from meetings.outcomes.actions import record_outcome
from meetings.outcomes.registry import DEFAULT_TEMPLATES, STEPS
from meetings.replies.registry import DEFAULT_TEMPLATES as REPLY_TEMPLATES
from meetings.requests.registry import DEFAULT_TEMPLATES as REQUEST_TEMPLATES
from tests.meetings.conftest import SCHEDULER

OURS = (*DEFAULT_TEMPLATES, *REPLY_TEMPLATES, *REQUEST_TEMPLATES)
KEYS = (
    "after-meeting-materials",
    "after-meeting-thanks",
    "answer-received",
    "commitment-check",
    "meeting-offer",
    "meeting-request",
    "meeting-thanks",
)


def test_every_mail_has_words_in_both_languages() -> None:
    assert sorted((each["key"], each["language"]) for each in OURS) == [
        (key, language) for key in KEYS for language in ("en", "es")
    ]
    assert {(each["key"], each["language"]) for each in OURS} <= set(default_templates())


@pytest.mark.parametrize("words", OURS, ids=lambda each: f"{each['key']}-{each['language']}")
def test_words_have_no_faults(words) -> None:
    check_template(words["subject"], words["body"], fields_of(words["key"]))


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "es"])
def test_sequence_finds_every_field_it_needs(delegation, language) -> None:
    record_outcome(
        delegation.meeting,
        came=[delegation.attendee(SCHEDULER).pk],
        by=delegation.coordinator,
        at=delegation.meeting.ends_at + timedelta(hours=1),
    )
    enrolment = Enrolment.objects.get()
    values = {**common_values(enrolment.person), **enrolment.fields}

    mails = [render_mail(template_for(step.template_key, language), values) for step in STEPS]

    assert [("{{" in mail.text + mail.subject, "Dana Ruiz" in mail.text) for mail in mails] == [(False, True)] * 3
