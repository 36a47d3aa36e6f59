from django.core.checks import Error

from campaigns_site.checks import from_addresses_are_ours, invitations_can_be_carried


def test_a_backend_that_drops_calendar_parts_is_refused(settings) -> None:
    settings.INVITE_EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"

    found = invitations_can_be_carried(None)

    assert [(type(problem), problem.id) for problem in found] == [(Error, "parley.E002")]


def test_smtp_carries_invitations(settings) -> None:
    settings.INVITE_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    assert invitations_can_be_carried(None) == []


def test_a_foreign_sender_is_pointed_out(settings) -> None:
    settings.MAIL_FROM_SEQUENCE = "team@gmail.example"

    assert [problem.id for problem in from_addresses_are_ours(None)] == ["parley.W001"]
