from datetime import timedelta
from typing import Any

import pytest

from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from crm.messaging.actions import queue_from_template, save_template
from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.errors import TemplateSyntaxError, UnknownTemplateError
from crm.messaging.models import Message, MessageTemplate
from crm.messaging.registry import register_default_templates
from tests.factories.access import user
from tests.factories.messaging import AT, template
from tests.factories.people import person

pytestmark = pytest.mark.django_db

DEFAULTS = (
    {
        "key": "test-welcome",
        "language": "en",
        "name": "Welcome",
        "subject": "Welcome, {{ name }}",
        "body": "## Good to see you\n\nDear {{ name }},\n\n- [See the plan]({{ plan_url }})\n- one & two",
    },
    {
        "key": "test-welcome",
        "language": "es",
        "name": "Bienvenida",
        "subject": "Hola, {{ name }}",
        "body": "Hola {{ name }}: [el plan]({{ plan_url }})",
    },
)
FIELDS = {"name": "Robin <Holder>", "plan_url": "https://parley.example/plan?a=1&b=2"}


@pytest.fixture(autouse=True)
def defaults() -> Any:
    register_default_templates("test", DEFAULTS)
    yield
    register_default_templates("test", ())


def planned(**fields: Any) -> Message:
    values: dict[str, Any] = {
        "key": "welcome:1",
        "stream": Stream.TRANSACTIONAL,
        "to_email": "robin@office.example",
        "fields": FIELDS,
        "language": "en",
        "at": AT,
    }
    return queue_from_template("test-welcome", **values | fields)


def test_mail_is_merged_into_both_parts() -> None:
    mail = planned(reason="You asked for it.")

    assert mail.status == MessageStatus.QUEUED
    assert mail.subject == "Welcome, Robin <Holder>"
    assert mail.text.startswith(
        "Good to see you\n\nDear Robin <Holder>,\n\n- See the plan (https://parley.example/plan?a=1&b=2)\n- one & two"
    )
    assert "You asked for it." in mail.text
    assert "Dear Robin &lt;Holder&gt;," in mail.html
    assert 'href="https://parley.example/plan?a=1&amp;b=2"' in mail.html
    assert "You asked for it." in mail.html
    assert "{{" not in mail.html + mail.text + mail.subject
    assert "Unsubscribe" not in mail.html + mail.text
    assert (mail.template_key, mail.template_version, mail.language) == ("test-welcome", 0, "en")


def test_mail_planned_twice_is_one_row() -> None:
    first = planned()

    second = planned(fields={"name": "Another"})

    assert second == first
    assert Message.objects.count() == 1


def test_mail_with_a_missing_field_is_held_with_the_reason() -> None:
    mail = planned(fields={"name": "Robin"})

    assert mail.status == MessageStatus.HELD
    assert mail.last_error == "“plan_url” is empty for this person; fill it in or give it a default."


def test_mail_with_a_link_that_is_none_is_held() -> None:
    mail = planned(fields={"name": "Robin", "plan_url": "javascript:alert(1)"})

    assert mail.status == MessageStatus.HELD


def test_unknown_language_falls_back_to_the_first() -> None:
    mail = planned(language="fr")

    assert (mail.language, mail.subject) == ("en", "Welcome, Robin <Holder>")


def test_language_of_the_recipient_is_used() -> None:
    mail = planned(language="es", unsubscribe_url="https://parley.example/l/u/")

    assert mail.subject == "Hola, Robin <Holder>"
    assert 'lang="es"' in mail.html
    assert "https://parley.example/l/u/" in mail.text


def test_edited_words_win_over_default_words() -> None:
    save_template(
        key="test-welcome", language="en", name="W", subject="Hi {{ name }}", body="{{ plan_url }}", by=None, at=AT
    )

    mail = planned()

    assert (mail.subject, mail.template_version) == ("Hi Robin <Holder>", 1)


def test_person_fills_the_common_fields() -> None:
    row = person(name="Ada Quist")

    mail = planned(fields={"plan_url": "https://parley.example/"}, person=row)

    assert (mail.subject, mail.to_name, mail.person) == ("Welcome, Ada Quist", "Ada Quist", row)


def test_template_nobody_wrote_is_refused() -> None:
    with pytest.raises(UnknownTemplateError) as caught:
        queue_from_template(
            "nothing", key="a", stream=Stream.TRANSACTIONAL, to_email="a@b.example", fields={}, language="en", at=AT
        )

    assert str(caught.value) == "There is no mail template “nothing”; create it first."


def test_default_value_with_quotes_survives_the_layout() -> None:
    row = template(
        body='Dear {{ name | default: "friend & ally" }}, [x]({{ public_url | default: "https://a.example" }})'
    )

    mail = queue_from_template(
        row.key, key="q", stream=Stream.TRANSACTIONAL, to_email="a@b.example", fields={}, language="en", at=AT
    )

    assert mail.status == MessageStatus.HELD
    assert mail.last_error.startswith("“name” is empty")
    row = save_template(key=row.key, language="en", name="G", subject="Hello", body=row.body, by=None, at=AT)
    mail = queue_from_template(
        row.key, key="q2", stream=Stream.TRANSACTIONAL, to_email="a@b.example", fields={}, language="en", at=AT
    )
    assert "Dear friend &amp; ally," in mail.html
    assert 'href="http://localhost:8000"' in mail.html


@pytest.mark.parametrize(
    ("subject", "body", "field", "line", "column"),
    [
        ("Hello {{ nobody }}", "x", "subject", 1, 7),
        ("Hello", "Dear {{ name }},\n\nyours {{ nobody }}", "body", 3, 7),
        ("Hello", "line\n{{ name ", "body", 2, 1),
        ("Hello", "line\n[x](javascript:1)", "body", 2, 1),
    ],
)
def test_template_with_a_fault_is_refused_with_its_place(
    subject: str, body: str, field: str, line: int, column: int
) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        template(subject=subject, body=body)

    assert (caught.value.field, caught.value.line, caught.value.column) == (field, line, column)
    assert str(caught.value).startswith(f"Line {line}, column {column}: ")
    assert MessageTemplate.objects.count() == 0


def test_template_saved_twice_stays_one_version_and_one_entry() -> None:
    first = template(key="twice")

    second = template(key="twice")

    assert (second, second.version) == (first, 1)
    assert ActivityEntry.objects.filter(verb="mail_template.saved").count() == 1


def test_template_edited_gets_a_new_version() -> None:
    staff = user()
    template(key="edited")

    row = template(key="edited", body="Dear {{ name }}, thank you very much.", by=staff, at=AT + timedelta(days=1))

    assert (row.version, row.body) == (2, "Dear {{ name }}, thank you very much.")
    entry = ActivityEntry.objects.filter(verb="mail_template.saved").first()
    assert entry is not None
    assert (entry.actor, entry.data) == (staff, {"version": 2})


def test_template_saved_from_an_old_form_is_refused() -> None:
    template(key="stale")
    template(key="stale", body="Newer words.", version=1)

    with pytest.raises(StaleVersionError):
        template(key="stale", body="Older words.", version=1)

    assert MessageTemplate.objects.get(key="stale").body == "Newer words."
