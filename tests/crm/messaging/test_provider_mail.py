"""Mail that the provider posts goes through the same door as mail from the pipe."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns_site.checks import provider_is_known
from crm.inbound.views import PROVIDERS, hook_of
from crm.messaging.actions import receive_mail
from crm.messaging.models import InboundMessage
from tests.factories.messaging import AT

SECRET = "parley:a-long-secret-of-our-own"
RAW = (
    "From: Ada Mensah <ada@office.example>\r\nTo: meetings@parley.example\r\nSubject: Re: Invitation\r\n"
    "Message-ID: <answer@office.example>\r\nDate: Sat, 01 Aug 2026 10:11:12 +0000\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSí, voy ☂\r\n"
    "--b\r\nContent-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n"
    "END:VCALENDAR\r\n--b--\r\n"
)
pytestmark = pytest.mark.django_db
Post = Callable[..., Any]


def basic(secret: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(secret.encode()).decode()}


@pytest.fixture
def post(settings: Any) -> Post:
    settings.MAIL_PROVIDER, settings.ANYMAIL = "postmark", {"WEBHOOK_SECRET": SECRET}

    def send(body: Any = None, secret: str = SECRET, **changes: Any) -> Any:
        data = json.dumps({"RawEmail": RAW, "Headers": []}) if body is None else body
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        return client.post(reverse("provider_mail"), data, content_type="application/json", **basic(secret) | changes)

    return send


def test_mail_by_the_provider_is_the_mail_by_the_pipe(post: Post) -> None:
    answered = post()

    inbound = InboundMessage.objects.get()
    assert (answered.status_code, bytes(inbound.raw)) == (200, RAW.encode())
    assert (inbound.from_email, inbound.kind) == ("ada@office.example", "calendar")
    assert receive_mail(RAW.encode(), at=AT) == inbound


def test_ten_replays_change_nothing(post: Post) -> None:
    codes = {post().status_code for _ in range(10)}

    assert (codes, InboundMessage.objects.count()) == ({200}, 1)


@pytest.mark.parametrize("secret", ["", "parley:wrong", "parley", SECRET + "x"])
def test_who_does_not_know_the_secret_hands_in_nothing(post: Post, secret: str) -> None:
    assert (post(secret=secret).status_code, InboundMessage.objects.count()) == (403, 0)


@pytest.mark.usefixtures("post")
def test_unsigned_post_hands_in_nothing(client: Client) -> None:
    refused = client.post(reverse("provider_mail"), {"RawEmail": RAW}, content_type="application/json")

    assert (refused.status_code, InboundMessage.objects.count()) == (403, 0)


@pytest.mark.parametrize(
    "body", ["", "[]", "null", "{", '{"RawEmail": 5}', '{"Headers": "x"}', b"\xff\xfe\x00", '{"RecordType": "Open"}']
)
def test_broken_body_is_refused_and_no_server_error(post: Post, body: Any) -> None:
    assert (post(body).status_code, InboundMessage.objects.count()) == (400, 0)


@pytest.mark.parametrize("changes", [{"MAIL_PROVIDER": ""}, {"ANYMAIL": {"WEBHOOK_SECRET": ""}}, {"ANYMAIL": {}}])
def test_without_provider_or_secret_there_is_no_such_page(post: Post, settings: Any, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)

    assert (post().status_code, InboundMessage.objects.count()) == (404, 0)


def test_other_ways_of_asking(post: Post, client: Client) -> None:
    url = reverse("provider_mail")

    assert (client.get(url).status_code, client.head(url).status_code, client.put(url).status_code) == (405, 200, 405)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_named_has_a_webhook(settings: Any, provider: str) -> None:
    settings.MAIL_PROVIDER = provider

    assert (provider_is_known(None), hook_of(provider).__module__) == ([], f"anymail.webhooks.{provider}")


@pytest.mark.parametrize("provider", ["unisender_go", "scaleway", "os.system"])
def test_provider_that_sends_no_mail_is_refused_at_the_start(settings: Any, provider: str) -> None:
    settings.MAIL_PROVIDER = provider

    assert [problem.id for problem in provider_is_known(None)] == ["parley.E003"]


@pytest.mark.parametrize("provider", ["amazon_ses", "mailgun"])
def test_provider_without_its_package_or_key_is_refused_at_the_start(settings: Any, provider: str) -> None:
    settings.MAIL_PROVIDER, settings.ANYMAIL = provider, {"WEBHOOK_SECRET": SECRET}

    assert [problem.id for problem in provider_is_known(None)] == ["parley.E003"]


def test_no_provider_is_fine(settings: Any) -> None:
    settings.MAIL_PROVIDER = ""

    assert provider_is_known(None) == []


@pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")  # SendGrid
def test_recorded_posts_of_real_providers_are_taken_in(shared_data: Path, settings: Any) -> None:
    lines = (shared_data / "webhooks" / "anymail-requests.jsonl").read_text().splitlines()
    # Amazon's hook needs its package, which is not among ours; the start refuses it then.
    recorded = [each for each in map(json.loads, lines) if each["kind"] == "inbound" and each["esp"] != "amazon_ses"]
    codes, kept = [], []

    for each in recorded:
        before = InboundMessage.objects.count()
        given = {name.removeprefix("ANYMAIL_"): value for name, value in each["anymail_settings"].items()}
        settings.MAIL_PROVIDER, settings.ANYMAIL = each["esp"], given
        body = base64.b64decode(each["body_b64"]) if "body_b64" in each else each["body"].encode()
        headers = {name: value for name, value in each["headers"].items() if name != "CONTENT_LENGTH"}
        url = reverse("provider_mail")
        codes.append(Client().generic("POST", url, body, content_type=each["content_type"], **headers).status_code)
        kept.append(InboundMessage.objects.count() - before)

    assert len(recorded) == 21
    assert set(codes) == {200}
    assert set(kept) <= {0, 1}
    # The others have no sender, or a Message-ID that was there before.
    assert InboundMessage.objects.exclude(kind="unreadable").exclude(from_email="").count() == 7
