"""Every mail backend anymail brings either carries a real calendar part or is refused at start-up.

The backends talk to a small web server of this test, so what is looked at is what would leave.
"""

import contextlib
import json
import os
import pkgutil
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import anymail.backends
import pytest
from django.conf import settings as django_settings

from campaigns_site.checks import invitations_can_be_carried
from crm.messaging.anymail import SMTP_BACKEND, BackendTransport, as_django_mail, check_invite_backend
from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.mime import Outgoing, build_mime
from crm.messaging.smtp import Outcome
from crm.messaging.tasks import Dispatcher, invite_transport_from_settings
from tests.checker import run_checker
from tests.factories.messaging import AT, message

CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Parley//Parley//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
    "UID:0c4f4d0e-7a7b-4f5c-9f57-2f2f1b6a9d11\r\nDTSTAMP:20260801T090000Z\r\nSEQUENCE:0\r\n"
    "ORGANIZER;CN=Parley:mailto:meetings@parley.example\r\nDTSTART:20261028T190000Z\r\nDTEND:20261028T193000Z\r\n"
    "SUMMARY:Aire limpio en niñez\r\nSTATUS:CONFIRMED\r\n"
    "ATTENDEE;CN=Ada;CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTIC\r\n"
    " IPANT;RSVP=TRUE:mailto:ada@office.example\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)
RAW = build_mime(
    Outgoing(
        message_id="<one@parley.example>",
        date=datetime(2026, 8, 1, 9, tzinfo=UTC),
        from_name="Aire, limpio",
        from_email="meetings@parley.example",
        to_name="Ada Mensah",
        to_email="ada@office.example",
        reply_to="meetings@parley.example",
        subject="Invitación: aire limpio",
        text="Venga, por favor.\n",
        html="<html lang=es><body><p>Venga, por favor.</p></body></html>",
        calendar=CALENDAR.encode(),
        calendar_method="REQUEST",
        language="es",
    )
)
NAMES = sorted(
    each.name for each in pkgutil.iter_modules(anymail.backends.__path__) if not each.name.startswith("base")
)
REFUSED = "send invitations through its SMTP relay or Amazon SES instead."
KEYS = {
    "BREVO_API_KEY": "k",
    "MAILERSEND_API_TOKEN": "k",
    "MAILGUN_API_KEY": "k",
    "MAILGUN_SENDER_DOMAIN": "parley.example",
    "MAILJET_API_KEY": "k",
    "MAILJET_SECRET_KEY": "k",
    "MAILTRAP_API_TOKEN": "k",
    "MANDRILL_API_KEY": "k",
    "POSTAL_API_KEY": "k",
    "POSTMARK_SERVER_TOKEN": "k",
    "RESEND_API_KEY": "k",
    "SCALEWAY_SECRET_KEY": "k",
    "SCALEWAY_PROJECT_ID": "k",
    "SENDGRID_API_KEY": "k",
    "SENDINBLUE_API_KEY": "k",
    "SPARKPOST_API_KEY": "k",
    "UNISENDER_GO_API_KEY": "k",
}


class Provider:
    """A provider's API that notes what it gets and answers as it is told."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.status = 202
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                provider.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(provider.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *args: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    found = Provider()
    esps = {name.upper() for name in NAMES}
    settings.ANYMAIL = KEYS | {f"{esp}_API_URL": found.url for esp in esps}
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


@pytest.fixture(autouse=True)
def old_backends() -> Iterator[None]:
    """Anymail warns about backends it no longer tests."""
    from anymail.exceptions import AnymailDeprecationWarning, AnymailNotSupportedWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnymailNotSupportedWarning)
        warnings.simplefilter("ignore", AnymailDeprecationWarning)
        yield


def path_of(name: str) -> str:
    return f"anymail.backends.{name}.EmailBackend"


def test_every_backend_of_anymail_is_looked_at() -> None:
    assert {"amazon_ses", "brevo", "mailgun", "postmark", "sendgrid", "unisender_go"} < set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_backend_carries_the_calendar_part_or_is_refused_at_the_start(name: str, provider: Provider, settings) -> None:
    settings.INVITE_EMAIL_BACKEND = path_of(name)

    refusals = invitations_can_be_carried(None)
    if name not in ("console", "test"):  # these two print or keep the mail, nothing leaves
        transport = BackendTransport(path_of(name))
        result = transport.send(RAW, "meetings@parley.example", "ada@office.example")
        transport.close()
        assert (result.outcome == Outcome.ACCEPTED) == (refusals == [])

    carried = any(b"BEGIN:VCALENDAR" in body and b"method=REQUEST" in body for body in provider.bodies)
    assert carried == (refusals == [])
    assert [each.id for each in refusals] == ([] if carried else ["parley.E002"])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("amazon_ses", "sendgrid", "console", "test")])
def test_ignoring_what_a_provider_cannot_do_would_drop_the_invitation(name: str, provider: Provider, settings) -> None:
    """Why the refusal must be ours: anymail itself then sends the mail and says nothing."""
    settings.ANYMAIL = settings.ANYMAIL | {"IGNORE_UNSUPPORTED_FEATURES": True}

    with contextlib.suppress(Exception):  # the stand-in does not answer in each provider's words
        BackendTransport(path_of(name)).send(RAW, "meetings@parley.example", "ada@office.example")

    assert [b"VCALENDAR" in body for body in provider.bodies] == [False] * len(provider.bodies)
    assert (check_invite_backend(path_of(name)) or "").endswith(REFUSED)


def test_sendgrid_gets_text_html_and_calendar_in_this_order(provider: Provider) -> None:
    BackendTransport(path_of("sendgrid")).send(RAW, "meetings@parley.example", "ada@office.example")

    [sent] = [json.loads(body) for body in provider.bodies]
    assert [part["type"] for part in sent["content"]] == ["text/plain", "text/html", "text/calendar; method=REQUEST"]
    assert sent["content"][2]["value"] == CALENDAR
    assert sent["personalizations"][0]["to"] == [{"email": "ada@office.example", "name": "Ada Mensah"}]
    assert sent["from"] == {"email": "meetings@parley.example", "name": "Aire, limpio"}


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """Amazon's own library, as far as anymail asks it: what `send_email` was called with."""
    sent: list[dict[str, Any]] = []

    def send_email(**params: Any) -> dict[str, str]:
        sent.append(params)
        return {"MessageId": "1"}

    client = SimpleNamespace(send_email=send_email, close=lambda: None)
    boto3, botocore = ModuleType("boto3"), ModuleType("botocore")
    boto3.session = SimpleNamespace(Session=lambda **_: SimpleNamespace(client=lambda *_, **__: client))  # type: ignore[attr-defined]
    parts = {"client": ModuleType("botocore.client"), "exceptions": ModuleType("botocore.exceptions")}
    parts["client"].Config = lambda **_: SimpleNamespace(merge=lambda other: other)  # type: ignore[attr-defined]
    for name in ("BotoCoreError", "ClientError", "ConnectionError"):
        setattr(parts["exceptions"], name, type(name, (Exception,), {}))
    known = {"boto3": boto3, "botocore": botocore} | {f"botocore.{name}": each for name, each in parts.items()}
    for name, module in known.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "anymail.backends.amazon_ses", raising=False)
    yield sent
    sys.modules.pop("anymail.backends.amazon_ses", None)


def test_amazon_gets_the_whole_mail(amazon: list[dict[str, Any]], shared_tools: Path, tmp_path: Path) -> None:
    result = BackendTransport(path_of("amazon_ses")).send(RAW, "meetings@parley.example", "ada@office.example")

    path = tmp_path / "sent.eml"
    path.write_bytes(amazon[0]["Content"]["Raw"]["Data"].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    options = ["--strict", "--json", "--method", "REQUEST", "--to", "ada@office.example", "--only-recipient"]
    checked = json.loads(run_checker(shared_tools / "imip_check.py", str(path), *options).stdout)
    assert (result.outcome, check_invite_backend(path_of("amazon_ses"))) == (Outcome.ACCEPTED, None)
    assert [f"{each['level']} {each['code']} {each['msg']}" for each in checked["findings"]] == []
    assert b"Message-ID: <one@parley.example>" in path.read_bytes()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "cannot be loaded"),
        ("anymail.backends.nobody.EmailBackend", "cannot be loaded"),
        ("django.core.mail.EmailMessage", "is no mail backend"),
        ("django.core.mail.backends.dummy.EmailBackend", "throws every invitation away"),
        (path_of("console"), REFUSED),
        (path_of("test"), REFUSED),
    ],
)
def test_what_is_no_way_to_send_is_refused(path: str, words: str) -> None:
    assert words in (check_invite_backend(path) or "")


def test_own_backend_that_builds_on_a_refused_one_is_refused() -> None:
    from anymail.backends.postmark import EmailBackend

    module = ModuleType("ours_for_a_test")
    module.Ours = type("Ours", (EmailBackend,), {"__module__": "ours_for_a_test"})  # type: ignore[attr-defined]
    sys.modules["ours_for_a_test"] = module

    assert (check_invite_backend("ours_for_a_test.Ours") or "").endswith(REFUSED)


@pytest.mark.parametrize("path", [SMTP_BACKEND, "django.core.mail.backends.locmem.EmailBackend"])
def test_backends_of_django_carry_invitations(path: str) -> None:
    assert check_invite_backend(path) is None


@pytest.mark.slow
def test_dispatcher_does_not_start_with_a_backend_that_drops_invitations(tmp_path: Path) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "campaigns_site.settings.test",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}",
        "INVITE_EMAIL_BACKEND": path_of("postmark"),
    }

    refused = subprocess.run(
        [sys.executable, "manage.py", "deliver", "--once"],
        cwd=django_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode != 0
    assert f"Postmark cannot carry calendar invitations through its API; {REFUSED}" in refused.stderr


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (202, Outcome.ACCEPTED),
        (400, Outcome.REFUSED),
        (401, Outcome.RETRY),
        (429, Outcome.RETRY),
        (503, Outcome.UNKNOWN),
    ],
)
def test_answer_of_the_provider_decides(provider: Provider, status: int, outcome: Outcome) -> None:
    provider.status = status

    result = BackendTransport(path_of("sendgrid")).send(RAW, "meetings@parley.example", "ada@office.example")

    assert (result.outcome, result.code, result.phase) == (outcome, 250 if status == 202 else status, "api")


def test_provider_that_does_not_answer_leaves_the_mail_in_doubt(provider: Provider, settings) -> None:
    settings.ANYMAIL = settings.ANYMAIL | {"SENDGRID_API_URL": "http://127.0.0.1:1/"}

    result = BackendTransport(path_of("sendgrid")).send(RAW, "meetings@parley.example", "ada@office.example")

    assert (result.outcome, result.code) == (Outcome.UNKNOWN, 0)


@pytest.mark.django_db
def test_only_calendar_mails_go_through_the_backend_for_invitations(provider: Provider, settings) -> None:
    settings.MAIL_TRANSPORT, settings.INVITE_EMAIL_BACKEND = "smtp", path_of("sendgrid")
    plain = message()
    invitation = message(stream=Stream.INVITATION, calendar=CALENDAR, calendar_method="REQUEST")
    sent: list[str] = []

    class Wire:
        def send(self, raw: bytes, sender: str, recipient: str) -> Any:
            sent.append(recipient)
            return SimpleNamespace(outcome=Outcome.ACCEPTED, code=250, text="", phase="final")

        def close(self) -> None:
            sent.append("closed")

    dispatcher = Dispatcher(Wire(), clock=lambda: AT, invites=invite_transport_from_settings())
    dispatcher.run_batch()
    dispatcher.close()

    invitation.refresh_from_db()
    assert (sent, len(provider.bodies), invitation.status) == (
        [plain.to_email, "closed"],
        1,
        MessageStatus.ACCEPTED,
    )


@pytest.mark.parametrize(("transport", "backend"), [("outbox", path_of("sendgrid")), ("smtp", SMTP_BACKEND)])
def test_invitations_go_the_way_of_all_mails_otherwise(settings, transport: str, backend: str) -> None:
    settings.MAIL_TRANSPORT, settings.INVITE_EMAIL_BACKEND = transport, backend

    assert invite_transport_from_settings() is None


def test_parts_keep_their_bytes() -> None:
    mail = as_django_mail(RAW)

    assert (mail.alternatives[1].content, mail.alternatives[1].mimetype) == (CALENDAR, "text/calendar; method=REQUEST")
    assert mail.extra_headers["Message-ID"] == "<one@parley.example>"
    assert mail.message().as_bytes().count(b"charset") == 3
