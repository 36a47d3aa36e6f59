"""Production refuses to start when it would not be safe, and says what to set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

GOOD = {
    "SECRET_KEY": "k3J8s-2mQpZ0vX7cL1nR5tY9wB4dF6gH8jK2lM0qS3uV5xZ7aC",
    "ALLOWED_HOSTS": "parley.example",
    "PUBLIC_URL": "https://parley.example",
}


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    env |= GOOD | changes | {"DJANGO_SETTINGS_MODULE": "campaigns_site.settings.production"}
    command = [sys.executable, "-c", "from django.conf import settings; print(settings.DEBUG)"]
    return subprocess.run(command, cwd=Path(settings.BASE_DIR), env=env, capture_output=True, text=True, check=False)


def test_production_starts_with_good_settings() -> None:
    assert start().stdout.strip() == "False"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": ""}, "Set SECRET_KEY to a random value of at least 50 characters"),
        ({"SECRET_KEY": "a" * 60}, "Set SECRET_KEY to a random value of at least 50 characters"),
        ({"SECRET_KEY": "development-only-key-never-accepted-in-production" * 2}, "Set SECRET_KEY to a random value"),
        ({"ALLOWED_HOSTS": "*"}, "Set ALLOWED_HOSTS to the host names"),
        ({"ALLOWED_HOSTS": ""}, "Set ALLOWED_HOSTS to the host names"),
        ({"PUBLIC_URL": "http://parley.example"}, "Set PUBLIC_URL to the https address"),
        ({"MAIL_PROVIDER": "postmark"}, "Set ANYMAIL_WEBHOOK_SECRET"),
    ],
)
def test_production_refuses_unsafe_settings(changes: dict[str, str], sentence: str) -> None:
    refused = start(**changes)

    assert refused.returncode != 0
    assert sentence in refused.stderr
