import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from crm.messaging.smtp import (
    OutboxTransport,
    Outcome,
    SendResult,
    SmtpConfig,
    SmtpConnection,
)

RAW = b"Subject: x\r\n\r\nfirst\r\n.second\r\n"
SENDER, RECIPIENT = "meetings@campaign.example", "office@gov.example"
DROP = "drop"
SILENCE = "silence"


@dataclass
class Sink:
    """A mail server that answers by script: step name to a list of answers, one for each time."""

    script: dict[str, list[str]] = field(default_factory=dict)
    extensions: tuple[str, ...] = ("SIZE 1000000",)
    connections: int = 0
    commands: list[str] = field(default_factory=list)
    accepted: list[bytes] = field(default_factory=list)
    port: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def answer(self, step: str, usual: str) -> str:
        answers = self.script.get(step)
        return answers.pop(0) if answers else usual

    def serve(self, listener: socket.socket) -> None:
        while not self.stopping.is_set():
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                connection.settimeout(5)
                try:
                    self.talk(connection)
                except OSError:
                    continue

    def talk(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        if not self.reply(connection, self.answer("connect", "220 sink")):
            return
        while line := stream.readline():
            command = line.decode("ascii").strip()
            self.commands.append(command)
            verb = command.split(" ")[0].lower()
            usual = {"data": "354 go on", "quit": "221 bye", "ehlo": self.greeting(), "auth": "235 yes"}
            if not self.reply(connection, self.answer(verb, usual.get(verb, "250 ok"))) or verb == "quit":
                return
            if verb == "data" and self.last.startswith("354") and not self.receive(connection, stream):
                return

    def greeting(self) -> str:
        return "\r\n".join([*(f"250-{each}" for each in ("sink", *self.extensions)), "250 HELP"])

    def receive(self, connection: socket.socket, stream: Any) -> bool:
        if self.script.get("body") and self.script["body"].pop(0) == DROP:
            stream.readline()
            return False
        lines: list[bytes] = []
        while (line := stream.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        if not line:
            return False
        answer = self.answer("final", "250 queued")
        if answer.startswith("250") or answer in {DROP, SILENCE}:
            self.accepted.append(b"".join(lines))
        return self.reply(connection, answer)

    def reply(self, connection: socket.socket, answer: str) -> bool:
        self.last = answer
        if answer == SILENCE:
            self.stopping.wait(3)
        if answer in {DROP, SILENCE}:
            return False
        connection.sendall(answer.encode("ascii") + b"\r\n")
        return True


@contextmanager
def running(**options: Any) -> Iterator[Sink]:
    sink = Sink(**options)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sink.port = listener.getsockname()[1]
        thread = threading.Thread(target=sink.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            sink.stopping.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(6)


@contextmanager
def connected(sink: Sink, **options: Any) -> Iterator[SmtpConnection]:
    settings = {"timeout": 0.5, "final_timeout": 0.5, "hello_name": "client.example", **options}
    connection = SmtpConnection(SmtpConfig(host="127.0.0.1", port=sink.port, **settings))
    try:
        yield connection
    finally:
        connection.close()


def test_message_is_accepted_with_dots_and_line_ends_intact() -> None:
    with running() as sink, connected(sink) as connection:
        result = connection.send(b"Subject: x\n\nfirst\r.\n..last", SENDER, RECIPIENT)

    assert result == SendResult(Outcome.ACCEPTED, 250, "queued", "final")
    assert sink.accepted == [b"Subject: x\r\n\r\nfirst\r\n..\r\n...last\r\n"]
    assert sink.commands == [
        "ehlo client.example",
        "MAIL FROM:<meetings@campaign.example> SIZE=26",
        "RCPT TO:<office@gov.example>",
        "DATA",
        "quit",
    ]


def test_bare_line_ends_cannot_smuggle_a_second_message() -> None:
    smuggled = b"Subject: x\r\n\r\nhi\n.\nMAIL FROM:<evil@x.example>\r.\rRCPT TO:<y@z.example>\r\n"

    with running() as sink, connected(sink) as connection:
        connection.send(smuggled, SENDER, RECIPIENT)

    assert len(sink.accepted) == 1
    assert sink.commands.count("MAIL FROM:<evil@x.example>") == 0


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("connect", "421 busy", SendResult(Outcome.RETRY, 421, "busy", "connect")),
        ("connect", "554 go away", SendResult(Outcome.RETRY, 554, "go away", "connect")),
        ("mail", "451 later", SendResult(Outcome.RETRY, 451, "later", "mail")),
        ("mail", "530 log in first", SendResult(Outcome.RETRY, 530, "log in first", "mail")),
        ("mail", "552 too big", SendResult(Outcome.REFUSED, 552, "too big", "mail")),
        ("rcpt", "450 greylisted", SendResult(Outcome.RETRY, 450, "greylisted", "rcpt")),
        ("rcpt", "421 closing", SendResult(Outcome.RETRY, 421, "closing", "rcpt")),
        ("rcpt", "550 5.1.1 unknown", SendResult(Outcome.REFUSED, 550, "5.1.1 unknown", "rcpt")),
        ("rcpt", "??? hello", SendResult(Outcome.RETRY, 0, "hello", "rcpt")),
        ("data", "451 later", SendResult(Outcome.RETRY, 451, "later", "data")),
        ("data", "554 no", SendResult(Outcome.REFUSED, 554, "no", "data")),
        ("data", "250 what", SendResult(Outcome.RETRY, 250, "what", "data")),
        ("final", "452 disk full", SendResult(Outcome.RETRY, 452, "disk full", "final")),
        ("final", "550 spam", SendResult(Outcome.REFUSED, 550, "spam", "final")),
        ("final", "??? hello", SendResult(Outcome.UNKNOWN, 0, "hello", "final")),
    ],
)
def test_answer_decides_the_outcome(step: str, answer: str, expected: SendResult) -> None:
    with running(script={step: [answer]}) as sink, connected(sink) as connection:
        result = connection.send(RAW, SENDER, RECIPIENT)

    assert result == expected
    assert sink.accepted == []


@pytest.mark.parametrize("trouble", [DROP, SILENCE])
@pytest.mark.parametrize("step", ["connect", "ehlo", "mail", "rcpt", "data"])
@pytest.mark.slow
def test_connection_lost_before_the_message_is_a_retry(step: str, trouble: str) -> None:
    script = {step: [trouble], "helo": [trouble]}

    with running(script=script) as sink, connected(sink) as connection:
        result = connection.send(RAW, SENDER, RECIPIENT)

    assert (result.outcome, result.phase, sink.accepted) == (Outcome.RETRY, step, [])


def test_connection_lost_within_the_body_is_a_retry() -> None:
    with running(script={"body": [DROP]}) as sink, connected(sink) as connection:
        result = connection.send(RAW + b"x" * 5_000_000, SENDER, RECIPIENT)

    assert (result.outcome, result.phase, sink.accepted) == (Outcome.RETRY, "body", [])


@pytest.mark.parametrize("trouble", [DROP, SILENCE])
def test_connection_lost_after_the_final_dot_is_unknown_and_not_repeated(trouble: str) -> None:
    with running(script={"final": [trouble]}) as sink, connected(sink) as connection:
        result = connection.send(RAW, SENDER, RECIPIENT)

    assert (result.outcome, result.code, result.phase) == (Outcome.UNKNOWN, 0, "final")
    assert (len(sink.accepted), sink.connections) == (1, 1)


def test_unreachable_server_is_a_retry() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    result = SmtpConnection(SmtpConfig("127.0.0.1", port, timeout=0.5)).send(RAW, SENDER, RECIPIENT)

    assert (result.outcome, result.code, result.phase) == (Outcome.RETRY, 0, "connect")


def test_wrong_password_is_a_retry_and_stays_out_of_the_record() -> None:
    options = {"extensions": ("AUTH PLAIN",), "script": {"auth": ["535 wrong"]}}

    with running(**options) as sink, connected(sink, username="parley", password="secret-word") as connection:
        result = connection.send(RAW, SENDER, RECIPIENT)

    assert result == SendResult(Outcome.RETRY, 535, "wrong", "auth")
    assert "secret-word" not in repr(SmtpConfig("h", password="secret-word"))


def test_server_without_starttls_never_gets_the_mail() -> None:
    with running() as sink, connected(sink, use_tls=True) as connection:
        result = connection.send(RAW, SENDER, RECIPIENT)

    assert (result.outcome, result.phase) == (Outcome.RETRY, "starttls")
    assert [command for command in sink.commands if command.startswith("MAIL")] == []


def test_server_without_login_is_a_retry() -> None:
    with running() as sink, connected(sink, username="parley", password="x") as connection:
        result = connection.send(RAW, SENDER, RECIPIENT)

    assert (result.outcome, result.phase) == (Outcome.RETRY, "auth")


def test_one_connection_carries_many_messages() -> None:
    with running() as sink, connected(sink) as connection:
        results = [connection.send(RAW, SENDER, RECIPIENT).outcome for _ in range(5)]

    assert (results, sink.connections, len(sink.accepted)) == ([Outcome.ACCEPTED] * 5, 1, 5)


def test_connection_is_renewed_after_its_share_of_messages() -> None:
    with running() as sink, connected(sink, messages_per_connection=2) as connection:
        results = [connection.send(RAW, SENDER, RECIPIENT).outcome for _ in range(5)]

    assert (results, sink.connections) == ([Outcome.ACCEPTED] * 5, 3)


@pytest.mark.parametrize("answer", [DROP, "421 idle too long"])
def test_dropped_connection_is_opened_again_for_the_next_message(answer: str) -> None:
    with running(script={"mail": ["250 ok", answer]}) as sink, connected(sink) as connection:
        results = [connection.send(RAW, SENDER, RECIPIENT).outcome for _ in range(2)]

    assert (results, sink.connections, len(sink.accepted)) == ([Outcome.ACCEPTED] * 2, 2, 2)


def test_refusal_leaves_the_connection_ready_for_the_next_message() -> None:
    with running(script={"rcpt": ["550 unknown"]}) as sink, connected(sink) as connection:
        results = [connection.send(RAW, SENDER, RECIPIENT).outcome for _ in range(2)]

    assert (results, sink.connections) == ([Outcome.REFUSED, Outcome.ACCEPTED], 1)
    assert "rset" in sink.commands


def test_sending_works_again_after_an_unknown_outcome() -> None:
    with running(script={"final": [DROP]}) as sink, connected(sink) as connection:
        results = [connection.send(RAW, SENDER, RECIPIENT).outcome for _ in range(2)]

    assert (results, sink.connections) == ([Outcome.UNKNOWN, Outcome.ACCEPTED], 2)


def test_closing_twice_is_harmless_and_sending_reopens() -> None:
    with running() as sink, connected(sink) as connection:
        connection.send(RAW, SENDER, RECIPIENT)
        connection.close()
        connection.close()
        result = connection.send(RAW, SENDER, RECIPIENT)

    assert (result.outcome, sink.connections) == (Outcome.ACCEPTED, 2)


@pytest.mark.parametrize("recipient", ["", "a@b.example>\r\nDATA", "a@b.example,c@d.example", "zoë@gov.example"])
def test_bad_recipient_is_refused_without_a_connection(recipient: str) -> None:
    with running() as sink, connected(sink) as connection:
        result = connection.send(RAW, SENDER, recipient)

    assert (result.outcome, result.phase, sink.connections) == (Outcome.REFUSED, "address", 0)


@pytest.mark.parametrize(
    "options",
    [{"timeout": 0}, {"final_timeout": -1}, {"messages_per_connection": 0}, {"use_tls": True, "use_ssl": True}],
)
def test_settings_that_could_hang_or_contradict_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^(Mail server time limits|Choose either STARTTLS)"):
        SmtpConfig("mail.example", **options)


def test_local_outbox_accepts_at_once() -> None:
    transport = OutboxTransport()

    result = transport.send(RAW, SENDER, RECIPIENT)
    transport.close()

    assert result == SendResult(Outcome.ACCEPTED, 250, "Kept in the local outbox.", "outbox")
