import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from crm.messaging.enums import InboundState, MessageStatus, Stream
from crm.messaging.models import InboundMessage, Message
from crm.messaging.registry import register_due_job
from tests.factories.messaging import AT, enrolment, message

pytestmark = pytest.mark.django_db


def run(name: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_deliver_drains_the_outbox() -> None:
    now = timezone.now()
    message(at=now)
    message(at=now + timedelta(hours=1))

    said = [run("deliver", "--drain"), run("deliver", "--drain"), run("deliver", "--once")]

    assert said == ["1 accepted\n", "Nothing was due.\n", "Nothing was due.\n"]
    assert list(Message.objects.order_by("due_at").values_list("status", flat=True)) == ["accepted", "queued"]


def test_deliver_refuses_a_transport_it_does_not_know(settings: object) -> None:
    settings.MAIL_TRANSPORT = "pigeon"  # type: ignore[attr-defined]

    with pytest.raises(CommandError, match="Set MAIL_TRANSPORT to “outbox” or “smtp”."):
        run("deliver", "--drain")


def test_run_due_plans_once() -> None:
    enrolment()
    moment = (AT + timedelta(days=1)).isoformat()

    said = [run("run_due", "--at", moment), run("run_due", "--at", moment)]

    assert ["sequences: 1" in said[0], "sequences: 0" in said[1]] == [True, True]
    assert Message.objects.count() == 1


def test_run_due_can_be_quiet() -> None:
    assert run("run_due", "--verbosity", "0") == ""


@pytest.mark.parametrize("moment", ["tomorrow", "2026-02-31", "2026-13-01T00:00"])
def test_run_due_refuses_a_moment_that_is_none(moment: str) -> None:
    with pytest.raises(CommandError, match=f"“{moment}” is not a moment; write it like"):
        run("run_due", "--at", moment)


def test_run_due_takes_a_day_in_our_zone() -> None:
    seen = []
    register_due_job("test-clock", lambda at: seen.append(at.isoformat()))
    try:
        run("run_due", "--at", "2026-07-01")
    finally:
        register_due_job("test-clock", lambda at: None)

    assert seen == ["2026-07-01T00:00:00-04:00"]


def test_run_due_goes_on_after_a_job_that_fails() -> None:
    enrolment()

    def broken(_at: object) -> None:
        raise RuntimeError("bug")

    register_due_job("a-broken", broken)
    try:
        with pytest.raises(CommandError, match="These jobs failed: a-broken."):
            run("run_due", "--at", (AT + timedelta(days=1)).isoformat())
    finally:
        register_due_job("a-broken", lambda at: None)

    assert Message.objects.count() == 1


def test_receive_mail_says_what_happened(tmp_path: Path) -> None:
    file = tmp_path / "mail.eml"
    file.write_bytes(b"From: a@b.example\r\nMessage-ID: <x@b.example>\r\n\r\nHello.\r\n")

    said = run("receive_mail", str(file))

    assert said == ("A person's mail from a@b.example: needs a person (unknown_mail). It waits in the review list.\n")
    assert InboundMessage.objects.get().state == InboundState.REVIEW


def test_receive_mail_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read \\(No such file or directory\\); hand in one raw mail."):
        run("receive_mail", str(tmp_path / "none.eml"))


def test_receive_mail_keeps_what_it_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "mail.eml"
    file.write_bytes(b"no mail at all")

    with pytest.raises(CommandError, match="This is not an e-mail message; .* It waits in the review list."):
        run("receive_mail", str(file))

    assert InboundMessage.objects.count() == 1


def test_export_writes_each_mail_in_planning_order(tmp_path: Path) -> None:
    message(key="b:second", at=AT + timedelta(hours=1), stream=Stream.INVITATION)
    first = message(key="a:first/../x", at=AT)

    said = run("export_messages", str(tmp_path / "out"))

    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["0001-transactional-a-first-x.eml", "0002-invitation-b-second.eml"]
    assert first.message_id.encode() in (tmp_path / "out" / names[0]).read_bytes()
    assert said == f"Wrote 2 mails to {tmp_path / 'out'}.\n"


def test_export_of_one_stream(tmp_path: Path) -> None:
    message(stream=Stream.SEQUENCE)
    message()

    run("export_messages", str(tmp_path), "--stream", "sequence")

    assert len(list(tmp_path.iterdir())) == 1


def test_export_refuses_an_unknown_stream(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no stream “letters”; choose one of confirmation"):
        run("export_messages", str(tmp_path), "--stream", "letters")


def test_export_names_a_mail_that_cannot_be_built(tmp_path: Path) -> None:
    message(key="bad", to_email="nobody")
    message()

    with pytest.raises(CommandError, match="1 mails cannot be built. The first: bad: “nobody” is not"):
        run("export_messages", str(tmp_path))

    assert len(list(tmp_path.iterdir())) == 1


def test_export_refuses_a_folder_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(CommandError, match="cannot be written"):
        run("export_messages", str(file))


def test_send_states_counts_every_state() -> None:
    message()
    message(status=MessageStatus.HELD)

    found = json.loads(run("send_states", "--json"))

    assert found["total"] == 2
    assert set(found["states"]) == set(MessageStatus.values)
    assert (found["states"]["queued"], found["states"]["held"], found["states"]["unknown"]) == (1, 1, 0)
    assert run("send_states") == "      1 queued\n      1 held\n      2 in all\n"
